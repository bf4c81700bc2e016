"""What can go wrong with locks."""

from tidings.kernel.errors import TidingsError


class GroupLocked(TidingsError):
    """{group} can't be used now: {holder}. Try again when that has ended."""


class LeaseLost(TidingsError):
    """Process {process} was taken over by another worker."""
