"""What can go wrong with memberships."""

from tidings.kernel.errors import TidingsError


class OptedOut(TidingsError):
    """{contact} doesn't want messages of this group. Only the person can come back, by the group's own form."""
