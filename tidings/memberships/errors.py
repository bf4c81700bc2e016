"""What can go wrong with memberships."""

from tidings.kernel.errors import TidingsError


class OptedOut(TidingsError):
    """{contact} doesn't want {what}. Only the person can come back, by the group's own form."""


class BadOptOut(TidingsError):
    """This opt-out can't be noted: {why}"""
