"""What can go wrong with groups."""

from tidings.kernel.errors import TidingsError


class AddressTaken(TidingsError):
    """Another group has the address {address}, maybe an archived one. Choose another address."""


class GroupArchived(TidingsError):
    """Group “{group}” is archived. Activate it first."""


class BadGroup(TidingsError):
    """{why}"""
