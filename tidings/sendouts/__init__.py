"""The act of sending: audience, batches, delivery, accounting."""
