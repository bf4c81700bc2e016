"""What may be asked about a contact: the type of what packages plug into selections (`SELECTION_CRITERIA`).

A criterion belongs to the package that owns the data. It says which kind of value it compares, and gives the SQL that
is true for a contact. What a relation such as `contains` means in SQL is the business of selections: see `Question`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Kind(StrEnum):
    """What a criterion compares. The first six are those of attributes."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATE_TIME = "date_time"
    CHOICE = "choice"
    EVENT = (
        "event"  # something that happened at a time, kept in a column: it may be asked whether it ever did
    )
    FLAG = "flag"  # it holds or not; there is nothing to compare
    THING = "thing"  # named right behind the criterion: `member of 12`
    LABEL = "label"  # a thing with a name of its own, compared like a choice: `category = "Sport"`


@dataclass(frozen=True, slots=True)
class Thing:
    """A group, a category, a message or another selection. Its number tells it; the name is for people."""

    number: int
    name: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that is stored, and what people read."""

    value: str
    label: str


Finder = Callable[[int | str], Thing | None]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a criterion may be narrowed to, written between it and its relation: `joined in group 12`."""

    word: str
    words: str
    find: Finder


class Question(Protocol):
    """One condition, while its criterion puts SQL together. `contact.*` are the columns of contacts."""

    @property
    def contact(self) -> str:
        """SQL of the contact's id."""

    @property
    def is_at_hand(self) -> bool:
        """Whether `member.*`, the membership in the group at hand, is asked about: no other group is named."""

    @property
    def group(self) -> int | None:
        """The group that is named, or else the one at hand."""

    @property
    def scope(self) -> int | None:
        """The thing to which the condition is narrowed, such as a group."""

    @property
    def things(self) -> list[int]:
        """The numbers of the things that are compared."""

    def bind(self, value: object, type_name: str) -> str:
        """A parameter of the statement, as SQL of a PostgreSQL type."""

    def holds(self, expression: str) -> str:
        """SQL that is true where the condition's relation holds for the value of `expression`.

        Numbers and yes-or-no are given as jsonb, dates and times of attributes as the text that is stored, events as
        timestamptz, everything else as text.
        """


@dataclass(frozen=True, slots=True)
class Criterion:
    """Something that may be asked about a contact.

    `sql` gives a test that is true for the contacts for whom the relation holds, or several of which one is. Relations
    that say no, such as `!=`, are asked as their opposites. A test may be NULL instead of false, unless `is_certain`.
    `tidy` writes a text as it is stored: such texts are compared exactly, all others without case. `anniversary` is
    what the return of a date is called: `birthday`. Things that `is_named` are written by their names, which nothing
    else of their kind has.
    """

    name: str
    label: str
    kind: Kind
    sql: Callable[[Question], str | tuple[str, ...]]
    section: str
    choices: tuple[Choice, ...] = ()
    find: Finder | None = None
    scope: Scope | None = None
    tidy: Callable[[str], str] | None = None
    anniversary: str = ""
    is_certain: bool = False
    is_named: bool = False
