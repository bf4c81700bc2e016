"""A rule as a tree. A condition names its criterion, a relation and the values to compare with."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from tidings.attributes.criteria import Thing


class Unit(StrEnum):
    """In what a period is counted."""

    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time, such as 30 days."""

    count: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.count} {self.unit.removesuffix('s') if self.count == 1 else self.unit}"


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar; without a date it is the day on which the rule is asked."""

    on: date | None = None

    def __str__(self) -> str:
        return self.on.isoformat() if self.on else "today"


@dataclass(frozen=True, slots=True)
class Minute:
    """A minute of a day, by the clocks of the organisation's time zone."""

    at: datetime

    def __str__(self) -> str:
        return self.at.isoformat(" ", "minutes")


Value = str | int | float | bool | Period | Day | Minute | Thing


class Relation(StrEnum):
    """How a value is compared. The words are those of the language; a bare `is` isn't written."""

    IS = "is"
    EQUAL = "="
    UNEQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    BETWEEN = "between"
    IN = "in"
    NOT_IN = "not in"
    CONTAINS = "contains"
    LACKS = "does not contain"
    STARTS = "starts with"
    ENDS = "ends with"
    EMPTY = "is empty"
    FILLED = "is not empty"
    BEFORE = "before"
    UNTIL = "until"
    AFTER = "after"
    SINCE = "since"
    WITHIN = "within"
    LONG_AGO = "more than ago"
    AGO = "ago"
    WITHIN_NEXT = "within next"
    FAR_AHEAD = "in more than"
    AHEAD = "in the future"
    ANNIVERSARY_TODAY = "anniversary today"
    ANNIVERSARY_IN = "anniversary in"
    ANNIVERSARY_WITHIN = "anniversary within"


@dataclass(frozen=True, slots=True)
class Condition:
    """A leaf: what `field` (a criterion's name) is to be, maybe only within `scope`."""

    field: str
    relation: Relation
    values: tuple[Value, ...] = ()
    scope: Thing | None = None


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold."""

    parts: tuple["Rule", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part holds."""

    parts: tuple["Rule", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part doesn't hold."""

    part: "Rule"


Rule = Condition | And | Or | Not


def conditions(rule: Rule) -> Iterator[Condition]:
    """All conditions of a rule, in the order in which they are written."""
    match rule:
        case Condition():
            yield rule
        case Not(part):
            yield from conditions(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from conditions(part)
