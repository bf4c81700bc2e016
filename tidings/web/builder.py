"""The tree that the builder of selections shows: read from a form, changed by its buttons, and turned into a rule.

Each part has a path, such as `r-0-1`: the second part of the first part of the whole. Its fields are called after it:
`r-0-1.field`. What isn't finished yet is kept as it was typed. A rule is made of a tree by way of its text, so that all
that is wrong is said in the words of the language.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from tidings.attributes import rules as attributes
from tidings.attributes.criteria import Criterion, Thing
from tidings.selections.rules.catalogue import Catalogue
from tidings.selections.rules.relations import FORMS, RELATIONS, Takes, takes
from tidings.selections.rules.tokens import quoted
from tidings.selections.rules.tree import And, Day, Minute, Not, Or, Period, Relation, Rule, Unit, Value

ROOT = "r"
PARTS_AT_MOST = 200  # of one part
DEPTH_AT_MOST = 8
UNITS = frozenset(map(str, Unit))


class Form(Protocol):
    """What a browser sends: Django's `QueryDict`."""

    def get(self, key: str, default: Any = None) -> Any:
        """The last value of that name."""

    def getlist(self, key: str) -> list[Any]:
        """All its values."""


@dataclass(frozen=True)
class One:
    """A condition as it is typed. A new one gets the focus."""

    field: str = ""
    relation: str = ""
    values: tuple[str, ...] = ()
    scope: str = ""
    is_not: bool = False
    is_new: bool = False


@dataclass(frozen=True)
class Many:
    """Several parts that must all hold, or of which one must."""

    word: str = "and"
    parts: tuple[Part, ...] = ()
    is_not: bool = False


Part = One | Many
NEW = One(is_new=True)


class Unfinished(Exception):
    """A condition isn't complete yet; the message says what is missing."""


def read(form: Form) -> Many:
    """The tree of a form."""
    found = _read(form, ROOT, 0)
    return found if isinstance(found, Many) else Many()


def _read(form: Form, path: str, depth: int) -> Part | None:
    is_not = bool(form.get(f"{path}.not"))
    if word := form.get(f"{path}.word"):
        parts = tuple(_parts(form, path, depth + 1)) if depth < DEPTH_AT_MOST else ()
        return Many("or" if word == "or" else "and", parts, is_not)
    name = form.get(f"{path}.field")
    if name is None:
        return None
    lines = (line.strip() for value in form.getlist(f"{path}.value") for line in value.splitlines())
    values = tuple(filter(None, lines))
    relation, scope = form.get(f"{path}.relation", ""), form.get(f"{path}.scope", "")
    return One(name, relation, values, scope.strip(), is_not)


def _parts(form: Form, path: str, depth: int) -> Iterator[Part]:
    for number in range(PARTS_AT_MOST):
        part = _read(form, f"{path}-{number}", depth)
        if part is None:
            return
        yield part


def changed(tree: Many, wish: str) -> Many:
    """The tree after a button: `add PATH`, `nest PATH` or `drop PATH`. A path that isn't there changes nothing."""
    deed, _, path = wish.partition(" ")
    places = [int(place) for place in path.split("-")[1:] if place.isdecimal()]
    if deed == "drop" and places:
        return _at(tree, places[:-1], lambda parts: parts[: places[-1]] + parts[places[-1] + 1 :])
    new: Part = Many("or" if tree.word == "and" else "and", (NEW,)) if deed == "nest" else NEW
    return _at(tree, places, lambda parts: (*parts, new)) if deed in ("add", "nest") else tree


def _at(part: Many, places: Sequence[int], change: Any) -> Many:
    if not places:
        return replace(part, parts=change(part.parts))
    first, rest = places[0], places[1:]
    inside = part.parts[first] if first < len(part.parts) else None
    if not isinstance(inside, Many):
        return part
    parts = (*part.parts[:first], _at(inside, rest, change), *part.parts[first + 1 :])
    return replace(part, parts=parts)


def tree_of(rule: Rule) -> Many:
    """The tree that shows a rule."""
    part = _part_of(rule)
    return part if isinstance(part, Many) and not part.is_not else Many(parts=(part,))


def _part_of(rule: Rule) -> Part:
    match rule:
        case And(parts):
            return Many("and", tuple(map(_part_of, parts)))
        case Or(parts):
            return Many("or", tuple(map(_part_of, parts)))
        case Not(inside):
            part = _part_of(inside)
            return Many(parts=(part,), is_not=True) if part.is_not else replace(part, is_not=True)
    values = tuple(written for value in rule.values for written in _typed(value))
    return One(rule.field, rule.relation, values, str(rule.scope.number) if rule.scope else "")


def _typed(value: Value) -> tuple[str, ...]:
    match value:
        case Period(number, unit):
            return str(number), str(unit)
        case Day() | Minute():
            return (str(value),)
        case Thing(number):
            return (str(number),)
        case bool():
            return ("yes" if value else "no",)
        case str():
            return (value,)
    return (attributes.as_text(value),)


def text_of(part: Part, known: Catalogue) -> str:
    """The part as text of the language; raises `Unfinished`."""
    if isinstance(part, One):
        text = _condition(part, known)
        return f"not {text}" if part.is_not else text
    parts = [inside for inside in part.parts if not _is_blank(inside)]
    if not parts:
        raise Unfinished("Choose what to ask.")
    text = f" {part.word} ".join(_wrapped(inside, known) for inside in parts)
    return f"not ({text})" if part.is_not else text


def _is_blank(part: Part) -> bool:
    """Whether nothing was asked there yet: such a part isn't one of the rule."""
    return not part.field if isinstance(part, One) else all(map(_is_blank, part.parts))


def _wrapped(part: Part, known: Catalogue) -> str:
    text = text_of(part, known)
    return f"({text})" if isinstance(part, Many) and not part.is_not else text


def _condition(one: One, known: Catalogue) -> str:
    criterion = known.criteria.get(one.field)
    if criterion is None:
        raise Unfinished("Choose what to ask.")
    relation = relation_of(one, criterion)
    form, words = FORMS[relation], [known.spelled(criterion)]
    if criterion.scope and one.scope:
        words += [criterion.scope.words, _thing(one.scope)]
    return " ".join(filter(None, [*words, form.words, _values(one, criterion, relation), form.end]))


def relation_of(one: One, criterion: Criterion) -> Relation:
    """The relation that is chosen, or the first one of the criterion if it doesn't know that."""
    there_are = RELATIONS[criterion.kind]
    return next((relation for relation in there_are if relation == one.relation), there_are[0])


def _values(one: One, criterion: Criterion, relation: Relation) -> str:
    wanted = takes(criterion.kind, relation)
    needed = {Takes.NOTHING: 0, Takes.TWO: 2, Takes.PERIOD: 2}.get(wanted, 1)
    if len(one.values) < needed:
        raise Unfinished("Say what to compare with.")
    match wanted:
        case Takes.NOTHING:
            return ""
        case Takes.PERIOD:
            return _period(*one.values[:2])
        case Takes.MANY:
            return f"({', '.join(map(_thing, one.values))})"
    return " and ".join(map(_thing, one.values[:needed]))


def _period(number: str, unit: str) -> str:
    if not number.isdecimal() or unit not in UNITS:
        raise Unfinished("Say how long, in whole numbers.")
    return f"{number} {unit}"


def _thing(value: str) -> str:
    """A number stands for itself, everything else in quotation marks, which any kind of value may have."""
    return value if value.isdecimal() and value.isascii() else quoted(value)
