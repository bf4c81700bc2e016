"""People from one group to another: chosen by a rule, all of them or a share, into a group or out of it."""
