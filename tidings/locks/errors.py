"""What can go wrong with locks and with processes."""

from tidings.kernel.errors import TidingsError


class GroupLocked(TidingsError):
    """{group} can't be used now: {holder}. Try again when that has ended."""


class LeaseLost(TidingsError):
    """Process {process} was taken over by another worker."""


class Cancelled(TidingsError):
    """Process {process} was cancelled."""


class Passing(TidingsError):
    """Something is in the way that goes by itself; the process is tried again and goes on."""
