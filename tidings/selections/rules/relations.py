"""Which relations each kind of criterion knows, how they are written, and what follows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tidings.attributes.criteria import Kind
from tidings.selections.rules.tree import Relation, Unit


class Takes(StrEnum):
    """What follows a relation."""

    NOTHING = "nothing"
    ONE = "one"
    TWO = "two"
    MANY = "many"
    PERIOD = "period"


@dataclass(frozen=True, slots=True)
class Form:
    """How a relation is written: `words`, then what it takes, then `end`; `also` are other words for it."""

    words: str
    takes: Takes = Takes.ONE
    also: tuple[str, ...] = ()
    end: str = ""
    opposite: Relation | None = None  # of relations that say no: what they deny


R = Relation
FORMS: Mapping[Relation, Form] = {
    R.IS: Form("", Takes.NOTHING),
    R.EQUAL: Form("=", also=("is", "==", "on")),
    R.UNEQUAL: Form("!=", also=("is not", "<>"), opposite=R.EQUAL),
    R.LESS: Form("<"),
    R.AT_MOST: Form("<="),
    R.MORE: Form(">"),
    R.AT_LEAST: Form(">="),
    R.BETWEEN: Form("between", Takes.TWO),
    R.IN: Form("in", Takes.MANY, also=("is in",)),
    R.NOT_IN: Form("not in", Takes.MANY, also=("is not in",), opposite=R.IN),
    R.CONTAINS: Form("contains"),
    R.LACKS: Form("does not contain", also=("not contains",), opposite=R.CONTAINS),
    R.STARTS: Form("starts with"),
    R.ENDS: Form("ends with"),
    R.EMPTY: Form("is empty", Takes.NOTHING, opposite=R.FILLED),
    R.FILLED: Form("is not empty", Takes.NOTHING),
    R.BEFORE: Form("before", also=("<", "is before")),
    R.UNTIL: Form("until", also=("<=", "is until")),
    R.AFTER: Form("after", also=(">", "is after")),
    R.SINCE: Form("since", also=(">=", "is since")),
    R.WITHIN: Form("within", Takes.PERIOD, also=("within last", "within the last", "in last", "in the last")),
    R.LONG_AGO: Form("more than", Takes.PERIOD, end="ago"),
    R.AGO: Form("", Takes.PERIOD, end="ago"),
    R.WITHIN_NEXT: Form("within next", Takes.PERIOD, also=("within the next", "in next", "in the next")),
    R.FAR_AHEAD: Form("in more than", Takes.PERIOD),
    R.AHEAD: Form("in", Takes.PERIOD),
    R.ANNIVERSARY_TODAY: Form("anniversary today", Takes.NOTHING),
    R.ANNIVERSARY_IN: Form("anniversary in", Takes.PERIOD),
    R.ANNIVERSARY_WITHIN: Form(
        "anniversary within",
        Takes.PERIOD,
        also=("anniversary within next", "anniversary within the next", "anniversary in the next"),
    ),
}

_SAME = (R.EQUAL, R.UNEQUAL, R.IN, R.NOT_IN)
_FILL = (R.EMPTY, R.FILLED)
_DAYS = (R.EQUAL, R.UNEQUAL, R.BEFORE, R.UNTIL, R.AFTER, R.SINCE, R.BETWEEN)
_PAST = (R.WITHIN, R.LONG_AGO, R.AGO)
_FUTURE = (R.WITHIN_NEXT, R.FAR_AHEAD, R.AHEAD)
ANNIVERSARIES = (R.ANNIVERSARY_TODAY, R.ANNIVERSARY_IN, R.ANNIVERSARY_WITHIN)

RELATIONS: Mapping[Kind, tuple[Relation, ...]] = {
    Kind.TEXT: (*_SAME, R.CONTAINS, R.LACKS, R.STARTS, R.ENDS, *_FILL),
    Kind.NUMBER: (
        R.EQUAL,
        R.UNEQUAL,
        R.LESS,
        R.AT_MOST,
        R.MORE,
        R.AT_LEAST,
        R.BETWEEN,
        R.IN,
        R.NOT_IN,
        *_FILL,
    ),
    Kind.BOOLEAN: (R.EQUAL, R.UNEQUAL, *_FILL),
    Kind.CHOICE: (*_SAME, *_FILL),
    Kind.DATE: (*_DAYS, *_PAST, *_FUTURE, *ANNIVERSARIES, *_FILL),
    Kind.DATE_TIME: (*_DAYS, *_PAST, *_FUTURE, *_FILL),
    Kind.EVENT: (R.IS, *_DAYS, *_PAST),
    Kind.FLAG: (R.IS,),
    Kind.THING: (R.IS,),
    Kind.LABEL: _SAME,
}

# Hours are counted from this moment, everything else in days of the calendar; an exact hour ago is nobody's question.
_OF_HOURS = (R.WITHIN, R.LONG_AGO, R.WITHIN_NEXT, R.FAR_AHEAD)
_WITH_TIMES = (Kind.DATE_TIME, Kind.EVENT)


def units(kind: Kind, relation: Relation) -> tuple[Unit, ...]:
    """In what a period after that relation may be counted."""
    if kind in _WITH_TIMES and relation in _OF_HOURS:
        return tuple(Unit)
    if relation is R.ANNIVERSARY_WITHIN:
        return (Unit.DAYS, Unit.WEEKS)
    return tuple(unit for unit in Unit if unit is not Unit.HOURS)


def takes(kind: Kind, relation: Relation) -> Takes:
    """What follows a relation of a criterion of that kind."""
    return Takes.MANY if kind is Kind.THING else FORMS[relation].takes
