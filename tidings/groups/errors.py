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


class BadSettings(TidingsError):
    """{why}"""

    # `faults`: the path, like `sender.reply_to`, and the sentence of each setting that can't be.

    def __init__(self, *, why: str, faults: list[tuple[str, str]]) -> None:
        super().__init__(why=why)
        self.faults = faults
