"""What can go wrong with groups."""

from tidings.kernel.errors import Refused, TidingsError


class AddressTaken(TidingsError):
    """Another group has the address {address}, maybe an archived one. Choose another address."""


class GroupArchived(TidingsError):
    """Group “{group}” is archived. Activate it first."""


class BadSubgroup(TidingsError):
    """{why}"""


class NoSupergroup(Refused):
    """Group “{group}” isn't a SuperGroup, so it has no subgroups. Whether a group is one is decided when it is made."""


class BadGroup(TidingsError):
    """{why}"""
