"""From a token to the value that a criterion compares with."""

import re
from datetime import date, datetime
from difflib import get_close_matches

from tidings.attributes import rules as attributes
from tidings.attributes.criteria import Criterion, Finder, Kind, Thing
from tidings.attributes.rules import ValueFault, name_key
from tidings.selections.rules.tokens import Sort, Token
from tidings.selections.rules.tree import Day, Minute, Value

PERIOD_AT_MOST = 10_000
_SAYS_SOMETHING = (Sort.WORD, Sort.NUMBER, Sort.DAY, Sort.TEXT)
_CONNECTIVES = ("and", "or", "not")
_TODAY = "today"
_MINUTE = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d", re.ASCII)


class Unfit(Exception):
    """The token is no value of the criterion; the message says what was expected."""


def read(token: Token, criterion: Criterion) -> Value:
    """The value of a condition; raises `Unfit`."""
    said = _said(token, criterion.label)
    match criterion.kind:
        case Kind.TEXT:
            return _text(said)
        case Kind.NUMBER:
            return _typed(attributes.Kind.NUMBER, said)
        case Kind.BOOLEAN:
            return _typed(attributes.Kind.BOOLEAN, said)
        case Kind.CHOICE:
            return _choice(said, criterion)
        case Kind.THING | Kind.LABEL:
            return thing(token, criterion.label.lower(), criterion.find)
    is_minute = criterion.kind is not Kind.DATE and _MINUTE.fullmatch(said.strip())
    return _minute(said) if is_minute else _day(said)


def thing(token: Token, word: str, find: Finder | None) -> Thing:
    """What a number or a name names; raises `Unfit`."""
    said = _said(token, word)
    is_number = token.sort is Sort.NUMBER and said.isdecimal()
    found = find(int(said) if is_number else said) if find else None
    if found is None:
        raise Unfit(f"There is no {word} {said}." if is_number else f"There is no {word} “{said}”.")
    return found


def count(token: Token) -> int:
    """The number of a period; raises `Unfit`."""
    if token.sort is not Sort.NUMBER or not token.text.isdecimal():
        raise Unfit("Here a whole number was expected, such as 30 in “30 days”.")
    if len(token.text) > len(str(PERIOD_AT_MOST)) or int(token.text) > PERIOD_AT_MOST:
        raise Unfit(f"A period counts at most {PERIOD_AT_MOST:,}.")
    return int(token.text)


def _said(token: Token, label: str) -> str:
    if token.sort not in _SAYS_SOMETHING or token.word in _CONNECTIVES:
        raise Unfit(f"Here a value of {label} was expected.")
    return token.text


def _text(said: str) -> str:
    if not said:
        raise Unfit("An empty text can't be compared. Write “is empty” or “is not empty”.")
    if len(said) > attributes.TEXT_CHARACTERS_AT_MOST:
        raise Unfit(ValueFault.TOO_LONG.value)
    return said


def _typed(kind: attributes.Kind, said: str) -> Value:
    found = attributes.normalise(kind, said)
    if isinstance(found, ValueFault):
        raise Unfit(found.value)
    return found


def _day(said: str) -> Day:
    if said.strip().lower() == _TODAY:
        return Day()
    found = attributes.normalise_date(said.strip())
    if isinstance(found, ValueFault):
        raise Unfit(f"{found.value} Or write “today”.")
    return Day(date.fromisoformat(found))


def _minute(said: str) -> Minute:
    try:
        return Minute(datetime.fromisoformat(said.strip()))
    except ValueError:
        raise Unfit("There is no such day or time. Write it like 2026-12-31 14:30.") from None


def _choice(said: str, criterion: Criterion) -> str:
    known = {name_key(name): one.value for one in criterion.choices for name in (one.label, one.value)}
    found = known.get(name_key(said))
    if found is None:
        near = get_close_matches(name_key(said), known, n=1)
        hint = f" Did you mean {near[0]}?" if near else f" It is one of: {', '.join(_labels(criterion))}."
        raise Unfit(f"“{said}” is no choice of {criterion.label}.{hint}")
    return found


def _labels(criterion: Criterion) -> list[str]:
    return [one.label for one in criterion.choices[:20]]
