"""What can go wrong with transfers."""

from tidings.kernel.errors import TidingsError


class BadShare(TidingsError):
    """{why}"""


class TransferEnded(TidingsError):
    """Transfer {transfer} has ended, so there is nothing to cancel."""


class NobodyJoins(TidingsError):
    """Nobody joins when people are removed, so nobody can be welcomed or asked. Let it be silent."""


class NothingToDecide(TidingsError):
    """Transfer {transfer} doesn't wait for a confirmation."""


class NobodyThere(TidingsError):
    """A new group has no members yet, so nobody can be removed from it. Name a group that exists."""


class NoTarget(TidingsError):
    """Say where the people go: either to a group that exists or to a new one."""


class SupergroupWithoutMembers(TidingsError):
    """“{group}” is a SuperGroup: its people are members of its subgroups. Name one of those."""
