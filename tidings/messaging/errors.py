"""What can go wrong with messages."""

from tidings.kernel.errors import Refused, TidingsError


class EmptyMessage(TidingsError):
    """A message needs a subject and HTML or text."""


class TooLong(TidingsError):
    """The {part} has {length:,} characters; {limit:,} are possible."""


class ArchivedAttribute(Refused):
    """The message can't be sent, because it uses what is archived: {names}. Activate it, or write a new version."""
