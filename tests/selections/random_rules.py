"""Random rules over a catalogue, every relation of every criterion."""

from datetime import date, datetime

from hypothesis import strategies as some

from tests.selections.people import DATES, NUMBERS, TEXTS
from tidings.attributes.criteria import Criterion, Kind, Thing
from tidings.selections.rules.catalogue import Catalogue
from tidings.selections.rules.compile import SELECTION
from tidings.selections.rules.relations import RELATIONS, Takes, takes, units
from tidings.selections.rules.tree import And, Condition, Day, Minute, Not, Or, Period, Relation, Rule

PARTS = ["b", "ß", "S", "%", "_", "\\", '"', "ł", "example", "ID-1", "+49"]
COUNTS = [0, 1, 2, 7, 30, 365, 366, 9999]


def rules(
    catalogue: Catalogue, things: dict[str, list[int]], *, leaves: int = 5
) -> some.SearchStrategy[Rule]:
    """Rules of a few conditions; `things` are the numbers that each sort of thing may have."""
    asked = [one for one in catalogue.criteria.values() if one.name != SELECTION]
    condition = some.sampled_from(asked).flatmap(lambda one: conditions(one, things))
    return some.recursive(condition, _joined, max_leaves=leaves)


def _joined(part: some.SearchStrategy[Rule]) -> some.SearchStrategy[Rule]:
    several = some.lists(part, min_size=2, max_size=3).map(tuple)
    return several.map(And) | several.map(Or) | part.map(Not)


def conditions(criterion: Criterion, things: dict[str, list[int]]) -> some.SearchStrategy[Condition]:
    """Conditions of one criterion."""
    scopes = some.none()
    if criterion.scope:
        scopes |= some.sampled_from(things[criterion.scope.word]).map(Thing)
    return some.sampled_from(RELATIONS[criterion.kind]).flatmap(
        lambda relation: some.builds(
            Condition,
            some.just(criterion.name),
            some.just(relation),
            _values(criterion, relation, things),
            scopes,
        )
    )


def _values(criterion: Criterion, relation: Relation, things: dict[str, list[int]]):
    value = _value(criterion, relation, things)
    size = {
        Takes.NOTHING: (0, 0),
        Takes.ONE: (1, 1),
        Takes.TWO: (2, 2),
        Takes.MANY: (1, 3),
        Takes.PERIOD: (1, 1),
    }
    low, high = size[takes(criterion.kind, relation)]
    return some.lists(value, min_size=low, max_size=high).map(tuple)


def _value(criterion: Criterion, relation: Relation, things: dict[str, list[int]]):
    if takes(criterion.kind, relation) is Takes.PERIOD:
        return some.builds(
            Period, some.sampled_from(COUNTS), some.sampled_from(units(criterion.kind, relation))
        )
    thing = some.sampled_from(things["category" if criterion.kind is Kind.LABEL else "group"]).map(Thing)
    simple = {
        Kind.NUMBER: some.sampled_from(NUMBERS),
        Kind.BOOLEAN: some.booleans(),
        Kind.CHOICE: some.sampled_from([one.value for one in criterion.choices] or [""]),
        Kind.TEXT: some.sampled_from(TEXTS + PARTS),
        Kind.THING: thing,
        Kind.LABEL: thing,
    }
    if criterion.kind in simple:
        return simple[criterion.kind]
    day = some.sampled_from(DATES).map(date.fromisoformat) | some.dates(date(2025, 1, 1), date(2028, 12, 31))
    days = some.builds(Day, some.none() | day)
    if criterion.kind is Kind.DATE:
        return days
    clock = some.times().map(lambda at: at.replace(second=0, microsecond=0))
    return days | some.builds(datetime.combine, day, clock).map(Minute)
