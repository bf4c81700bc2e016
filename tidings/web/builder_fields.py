"""How the builder of selections shows a tree: each condition with the relations and the kind of values that fit it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from tidings.attributes.criteria import Criterion, Kind
from tidings.groups.criteria import group
from tidings.selections.errors import BadRule
from tidings.selections.language import parse
from tidings.selections.rules.catalogue import Catalogue
from tidings.selections.rules.relations import RELATIONS, Takes, takes, units
from tidings.selections.rules.tree import Relation
from tidings.web.builder import ROOT, Many, One, Part, Unfinished, relation_of, text_of

R = Relation
# What people choose from; the words of the language are shorter.
RELATION_WORDS = {
    R.IS: "is so", R.EQUAL: "is", R.UNEQUAL: "is not", R.LESS: "is below", R.AT_MOST: "is at most", R.MORE: "is above",
    R.AT_LEAST: "is at least", R.BETWEEN: "is between", R.IN: "is one of", R.NOT_IN: "is none of",
    R.CONTAINS: "contains", R.LACKS: "does not contain", R.STARTS: "begins with", R.ENDS: "ends with",
    R.EMPTY: "is empty", R.FILLED: "is not empty", R.BEFORE: "is before", R.UNTIL: "is on or before",
    R.AFTER: "is after", R.SINCE: "is on or after", R.WITHIN: "is within the last", R.LONG_AGO: "is longer ago than",
    R.AGO: "is exactly so long ago", R.WITHIN_NEXT: "is within the next", R.FAR_AHEAD: "is further ahead than",
    R.AHEAD: "is exactly so far ahead", R.ANNIVERSARY_TODAY: "returns today", R.ANNIVERSARY_IN: "returns in exactly",
    R.ANNIVERSARY_WITHIN: "returns within the next",
}  # fmt: skip
KINDS_WITH_CHOICES = (Kind.CHOICE, Kind.BOOLEAN)
YES_OR_NO = (("yes", "yes"), ("no", "no"))
TYPED_AS = {Kind.NUMBER: "number", Kind.DATE: "day", Kind.DATE_TIME: "time", Kind.EVENT: "time"}


@dataclass(frozen=True)
class Option:
    """One of several to choose from."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Input:
    """A field for a value: `kind` is text, number, day, time, thing, group, options, boxes, list or unit. `told` is
    what the value names.
    """

    kind: str
    value: str = ""
    options: tuple[Option, ...] = ()
    told: str = ""


@dataclass(frozen=True)
class ShownOne:
    """A condition with its fields, and what is wrong with it or missing."""

    path: str
    one: One
    sections: list[tuple[str, list[Option]]]
    relations: list[Option]
    inputs: list[Input]
    scope: Input | None
    error: str
    is_many = False


@dataclass(frozen=True)
class ShownMany:
    """Parts, and by which word they hang together."""

    path: str
    many: Many
    parts: list[ShownOne | ShownMany]
    is_many = True

    @property
    def is_root(self) -> bool:
        """Whether it is the whole rule."""
        return self.path == ROOT


def shown(tree: Many, known: Catalogue, path: str = ROOT) -> ShownMany:
    """The tree with all its fields."""
    return ShownMany(
        path, tree, [_shown(part, known, f"{path}-{number}") for number, part in enumerate(tree.parts)]
    )


def _shown(part: Part, known: Catalogue, path: str) -> ShownOne | ShownMany:
    if isinstance(part, Many):
        return shown(part, known, path)
    criterion = known.criteria.get(part.field)
    sections = _sections(known, part.field)
    if criterion is None:
        return ShownOne(path, part, sections, [], [], None, "")
    relation = relation_of(part, criterion)
    relations = [_option(one, RELATION_WORDS[one], [relation]) for one in RELATIONS[criterion.kind]]
    scope = _thing(part.scope, criterion.scope.find) if criterion.scope else None
    return ShownOne(
        path,
        part,
        sections,
        relations if len(relations) > 1 else [],
        _inputs(part.values, criterion, relation),
        scope,
        _fault(part, known),
    )


def _sections(known: Catalogue, chosen: str) -> list[tuple[str, list[Option]]]:
    criteria = sorted(known.criteria.values(), key=lambda one: one.section)
    return [
        (section, [_option(one.name, one.label, [chosen]) for one in inside])
        for section, inside in groupby(criteria, key=lambda one: one.section)
    ]


def _option(value: str, label: str, chosen: Sequence[str]) -> Option:
    return Option(str(value), label, value in chosen)


def _fault(one: One, known: Catalogue) -> str:
    """What is wrong with a condition, or missing once something is there."""
    try:
        parse(text_of(One(one.field, one.relation, one.values, one.scope), known), known)
    except Unfinished as missing:
        return str(missing) if one.values else ""
    except BadRule as bad:
        return str(bad.facts["why"])
    return ""


def _inputs(values: tuple[str, ...], criterion: Criterion, relation: Relation) -> list[Input]:
    wanted = takes(criterion.kind, relation)
    first, second = (*values, "", "")[:2]
    if wanted is Takes.NOTHING:
        return []
    if wanted is Takes.PERIOD:
        there_are = tuple(_option(unit, unit, [second or "days"]) for unit in units(criterion.kind, relation))
        return [Input("number", first), Input("options", second, there_are)]
    if wanted is Takes.MANY:
        return _many(values, criterion)
    return [_one(value, criterion) for value in ((first, second) if wanted is Takes.TWO else (first,))]


def _many(values: tuple[str, ...], criterion: Criterion) -> list[Input]:
    if criterion.find:
        return [*(_one(value, criterion) for value in values), _one("", criterion)]
    if criterion.kind in KINDS_WITH_CHOICES:
        return [Input("boxes", options=_choices(criterion, values))]
    return [Input("list", "\n".join(values))]


def _one(value: str, criterion: Criterion) -> Input:
    if criterion.find:
        return _thing(value, criterion.find)
    if criterion.kind in KINDS_WITH_CHOICES:
        return Input("options", value, (Option("", "Choose …", not value), *_choices(criterion, (value,))))
    return Input(TYPED_AS.get(criterion.kind, "text"), value)


def _choices(criterion: Criterion, chosen: Sequence[str]) -> tuple[Option, ...]:
    there_are = [(one.value, one.label) for one in criterion.choices] or YES_OR_NO
    return tuple(_option(value, label, chosen) for value, label in there_are)


def _thing(value: str, find: Callable[[int | str], object]) -> Input:
    found = find(int(value) if value.isdecimal() and value.isascii() else value) if value else None
    return Input("group" if find is group else "thing", value, told=getattr(found, "name", ""))
