"""The door for shells and scripts: the command `tidings`. Calls the same actions as pages and API."""
