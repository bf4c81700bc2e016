"""The JSON form of a rule, for programs.

    {"and": [rule, ...]}   {"or": [rule, ...]}   {"not": rule}
    {"field": "contact.city", "relation": "=", "values": ["Berlin"], "in": 12}

Values are texts, numbers, true and false; days and times are texts such as "2026-01-31", "2026-01-31 14:30" and
"today", periods are {"count": 30, "unit": "days"}, things such as groups are their numbers. `in` is
the group or message to which a condition is narrowed. What is empty may be left out.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tidings.attributes.criteria import Thing
from tidings.selections.errors import BadRule
from tidings.selections.rules.catalogue import Catalogue
from tidings.selections.rules.parse import DEPTH_AT_MOST, parse
from tidings.selections.rules.tree import (
    And,
    Condition,
    Day,
    Minute,
    Not,
    Or,
    Period,
    Relation,
    Rule,
    Unit,
    Value,
)
from tidings.selections.rules.write import write

Json = dict[str, Any]

NUMBER_AT_MOST = 2**63 - 1  # what an id can be; Python refuses to write numbers of thousands of digits
_PARTS_AT_LEAST = 2
_KEYS = {"field", "relation", "values", "in"}


def to_json(rule: Rule) -> Json:
    """The JSON form."""
    match rule:
        case And(parts):
            return {"and": list(map(to_json, parts))}
        case Or(parts):
            return {"or": list(map(to_json, parts))}
        case Not(part):
            return {"not": to_json(part)}
    found: Json = {"field": rule.field, "relation": str(rule.relation)}
    if rule.values:
        found["values"] = list(map(_value_out, rule.values))
    return found | ({"in": rule.scope.number} if rule.scope else {})


def from_json(data: object, catalogue: Catalogue) -> Rule:
    """The rule that JSON says; raises `BadRule`. It is checked as text: what is wrong is shown in the rule's text."""
    return parse(write(_rule(data, catalogue, 0), catalogue), catalogue)


def _value_out(value: Value) -> object:
    match value:
        case Period(count, unit):
            return {"count": count, "unit": str(unit)}
        case Day() | Minute():
            return str(value)
        case Thing(number):
            return number
    return value


def _rule(data: object, catalogue: Catalogue, depth: int) -> Rule:
    if depth > 2 * DEPTH_AT_MOST:
        raise _bad("It is too deep.")
    match data:
        case {"and": list(parts), **rest} if not rest:
            return _joined(And, [_rule(part, catalogue, depth + 1) for part in parts])
        case {"or": list(parts), **rest} if not rest:
            return _joined(Or, [_rule(part, catalogue, depth + 1) for part in parts])
        case {"not": part, **rest} if not rest:
            return Not(_rule(part, catalogue, depth + 1))
        case {"field": str(field), "relation": str(relation), **rest}:
            return _condition(field, relation, rest, catalogue)
    raise _bad('Each part is {"and": [...]}, {"or": [...]}, {"not": ...} or {"field": ..., "relation": ...}.')


def _joined(kind: type[And] | type[Or], parts: Sequence[Rule]) -> Rule:
    if not parts:
        raise _bad("“and” and “or” need parts.")
    return kind(tuple(parts)) if len(parts) >= _PARTS_AT_LEAST else parts[0]


def _condition(field: str, relation: str, rest: Mapping[Any, object], catalogue: Catalogue) -> Condition:
    if field not in catalogue.criteria:
        raise _bad(f"There is no criterion {field}.{catalogue.nearest(field)}")
    if relation not in set(Relation):
        raise _bad(f"There is no relation {relation}.")
    if unknown := sorted(set(rest) - _KEYS):
        raise _bad(f"A condition has no {unknown[0]}.")
    scope = _scope(rest.get("in"))
    if scope and not catalogue.criteria[field].scope:
        raise _bad(f"{field} can't be narrowed by “in”.")
    return Condition(field, Relation(relation), _values(rest.get("values", [])), scope)


def _values(data: object) -> tuple[Value, ...]:
    if not isinstance(data, list):
        raise _bad("The values of a condition are a list.")
    return tuple(map(_value, data))


def _value(data: object) -> Value:
    match data:
        case {"count": int(count), "unit": str(unit), **rest} if unit in set(Unit) and not rest:
            return Period(_whole(count), Unit(unit))
        case int(number) if not isinstance(data, bool):
            return _whole(number)
        case str() | bool() | float():
            return data
    raise _bad('A value is a text, a number, true, false, or {"count": 30, "unit": "days"}.')


def _scope(data: object) -> Thing | None:
    match data:
        case None:
            return None
        case int(number) if not isinstance(data, bool):
            return Thing(_whole(number))
    raise _bad("“in” is the number of a group or a message.")


def _whole(number: int) -> int:
    if abs(number) > NUMBER_AT_MOST:
        raise _bad("A number is too large.")
    return number


def _bad(why: str) -> BadRule:
    return BadRule(why=why, place="")
