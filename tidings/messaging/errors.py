"""What can go wrong with messages."""

from tidings.kernel.errors import TidingsError


class EmptyMessage(TidingsError):
    """A message needs a subject and HTML or text."""


class TooLong(TidingsError):
    """The {part} has {length:,} characters; {limit:,} are possible."""
