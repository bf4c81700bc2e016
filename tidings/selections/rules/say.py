"""A rule as an English sentence."""

from collections.abc import Mapping

from tidings.attributes import rules as attributes
from tidings.attributes.criteria import Criterion, Kind, Thing
from tidings.selections.rules.catalogue import Catalogue
from tidings.selections.rules.tree import And, Condition, Not, Or, Relation, Rule, Value

VALUES_SAID = 5

R = Relation
_SAID: Mapping[Relation, str] = {
    R.IS: "{}",
    R.EQUAL: "is {}",
    R.UNEQUAL: "isn't {}",
    R.LESS: "is below {}",
    R.AT_MOST: "is at most {}",
    R.MORE: "is above {}",
    R.AT_LEAST: "is at least {}",
    R.BETWEEN: "is between {}",
    R.IN: "is one of {}",
    R.NOT_IN: "is none of {}",
    R.CONTAINS: "contains {}",
    R.LACKS: "doesn't contain {}",
    R.STARTS: "begins with {}",
    R.ENDS: "ends with {}",
    R.EMPTY: "is empty",
    R.FILLED: "isn't empty",
    R.BEFORE: "is before {}",
    R.UNTIL: "is {} or before",
    R.AFTER: "is after {}",
    R.SINCE: "is {} or later",
    R.WITHIN: "is within the last {}",
    R.LONG_AGO: "is more than {} ago",
    R.AGO: "is {} ago",
    R.WITHIN_NEXT: "is within the next {}",
    R.FAR_AHEAD: "is more than {} ahead",
    R.AHEAD: "is in {}",
    R.ANNIVERSARY_TODAY: "has its anniversary today",
    R.ANNIVERSARY_IN: "has its anniversary in {}",
    R.ANNIVERSARY_WITHIN: "has its anniversary within the next {}",
}
# Of what is asked of a birthday instead of its anniversary, and of what happened instead of what is.
_ANNIVERSARY = "has its anniversary "
_BE = "is "


def say(rule: Rule, catalogue: Catalogue) -> str:
    """The rule in words, with the names of groups, messages and selections: one sentence for people who don't know the
    language.
    """
    said = _rule(rule, catalogue)
    return f"{said[:1].upper()}{said[1:]}."


def _rule(rule: Rule, catalogue: Catalogue) -> str:
    match rule:
        case And(parts):
            return ", and ".join(_inside(part, catalogue, Or) for part in parts)
        case Or(parts):
            return ", or ".join(_inside(part, catalogue, And) for part in parts)
        case Not(part):
            return f"it isn't so that {_inside(part, catalogue, (And, Or))}"
    return _condition(rule, catalogue.criteria[rule.field])


def _inside(part: Rule, catalogue: Catalogue, wrapped: type | tuple[type, ...]) -> str:
    said = _rule(part, catalogue)
    return f"({said})" if isinstance(part, wrapped) else said


def _condition(condition: Condition, criterion: Criterion) -> str:
    said = _SAID[condition.relation].format(_values(condition.values, condition.relation))
    subject = criterion.label
    if criterion.anniversary and said.startswith(_ANNIVERSARY):
        subject, said = criterion.anniversary, "is " + said.removeprefix(_ANNIVERSARY)
    elif criterion.kind is Kind.EVENT:
        said = said.removeprefix(_BE)
    return " ".join(filter(None, (subject, _scope(condition, criterion), said)))


def _scope(condition: Condition, criterion: Criterion) -> str:
    if condition.scope is None or criterion.scope is None:
        return ""
    return f"{criterion.scope.words} {_value(condition.scope)}"


def _values(values: tuple[Value, ...], relation: Relation) -> str:
    said = list(map(_value, values[:VALUES_SAID]))
    if len(values) > VALUES_SAID:
        said.append(f"{len(values) - VALUES_SAID:,} more")
    last = " and " if relation is Relation.BETWEEN or len(values) > VALUES_SAID else " or "
    return last.join(filter(None, (", ".join(said[:-1]), *said[-1:])))


def _value(value: Value) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return attributes.as_text(value)
        case str():
            return f"“{value}”"
        case Thing(number, name):
            return f"“{name}” ({number})" if name else str(number)
    return str(value)
