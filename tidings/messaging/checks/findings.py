"""What a check finds, and how much it matters."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error keeps the message from being sent, a warning asks, a hint only says."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


@dataclass(frozen=True)
class Finding:
    """One thing to look at. `code` is for programs, `part` and `line` say where, `problem` and `mend` are for people.

    `line` counts from 1 in the part as it was written; None if it is about the part as a whole.
    """

    severity: Severity
    code: str
    part: str
    problem: str
    mend: str
    line: int | None = None

    @property
    def place(self) -> str:
        """Where it is, in words."""
        return f"{self.part}, line {self.line}" if self.line else self.part

    def __str__(self) -> str:
        return f"In the {self.place}: {self.problem} {self.mend}"


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """Those that keep the message from being sent."""
    return [one for one in findings if one.severity is Severity.ERROR]


def warnings(findings: Iterable[Finding]) -> list[Finding]:
    """Those to decide about."""
    return [one for one in findings if one.severity is Severity.WARNING]


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """The most serious first, each kind in the order in which it stands in the message, the same thing once."""
    ranks = list(Severity)
    return sorted(dict.fromkeys(findings), key=lambda one: ranks.index(one.severity))
