"""What can go wrong with groups."""

from collections.abc import Sequence
from typing import NamedTuple, Self

from tidings.kernel.errors import Refused, TidingsError

FAULTS_TOLD = 10  # of a file, in the message of its error; all of them are kept


class AddressTaken(TidingsError):
    """Another group has the address {address}, maybe an archived one. Choose another address."""


class CategoryTaken(TidingsError):
    """There is a category “{name}” already. Choose another name."""


class GroupArchived(TidingsError):
    """Group “{group}” is archived. Activate it first."""


class BadSubgroup(TidingsError):
    """{why}"""


class NoSupergroup(Refused):
    """Group “{group}” isn't a SuperGroup, so it has no subgroups. Whether a group is one is decided when it is made."""


class Fault(NamedTuple):
    """What is wrong in one line of a file."""

    line: int
    problem: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.problem}"


class BadAttributeFile(TidingsError):
    """The file isn't used, and nothing is changed. {why}"""

    faults: Sequence[Fault] = ()

    @classmethod
    def of(cls, why: str) -> Self:
        """What is wrong with the file as a whole."""
        return cls(why=why)

    @classmethod
    def at(cls, faults: Sequence[Fault]) -> Self:
        """What is wrong in its lines; the message tells the first ones."""
        told = " ".join(map(str, faults[:FAULTS_TOLD]))
        more = len(faults) - FAULTS_TOLD
        error = cls(why=f"{told} And {more:,} more." if more > 0 else told)
        error.faults = faults
        return error


class WrongName(TidingsError):
    """“{given}” is not the name of the group, which is “{group}”. Nothing is deleted."""


class BadGroup(TidingsError):
    """{why}"""


class BadSettings(TidingsError):
    """{why}"""

    # `faults`: the path, like `sender.reply_to`, and the sentence of each setting that can't be.

    def __init__(self, *, why: str, faults: list[tuple[str, str]]) -> None:
        super().__init__(why=why)
        self.faults = faults
