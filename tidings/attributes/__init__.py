"""Which data exists about a contact, and its types."""
