"""How many messages a contact gets at most: of one group, of all groups, and by their own wish. Kept as counters."""
