"""Who never: addresses, domains, numbers and hashes that must not receive, of one group or of the whole system."""
