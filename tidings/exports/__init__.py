"""Files out: the members of a group as CSV."""
