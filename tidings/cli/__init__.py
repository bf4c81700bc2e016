"""The door for operators' shells and scripts: the command `tidings`."""
