"""How a message leaves and what carriers report back."""
