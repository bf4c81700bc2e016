"""The built-in mailbox: catches every message, so that a newcomer can't mail strangers by accident."""
