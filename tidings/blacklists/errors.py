"""What can go wrong with blacklists."""

from tidings.kernel.errors import TidingsError


class BadPattern(TidingsError):
    """“{pattern}” can't be put on a blacklist: {why}"""


class AddressBlacklisted(TidingsError):
    """{address} is on the blacklist of {whose} by the entry “{entry}”. Remove the entry first."""


class BlacklistImportEnded(TidingsError):
    """Blacklist import {run} has ended, so there is nothing to cancel."""
