"""What each relation means in SQL, for the value of an expression. NULL means the same as false."""

from collections.abc import Callable
from datetime import date, datetime

from tidings.attributes import rules as attributes
from tidings.attributes.criteria import Criterion, Kind
from tidings.kernel import sql
from tidings.selections.rules.days import Moment, anniversaries, span
from tidings.selections.rules.relations import ANNIVERSARIES
from tidings.selections.rules.tree import Condition, Relation

statements = sql.load("tidings.selections")

Bind = Callable[[object, str], str]

R = Relation
_SIGNS = {R.EQUAL: "=", R.LESS: "<", R.AT_MOST: "<=", R.MORE: ">", R.AT_LEAST: ">="}


def test_of(condition: Condition, criterion: Criterion, expression: str, bind: Bind, moment: Moment) -> str:
    """SQL that is true where the relation holds for `expression`, in the form that `criteria.Question` says."""
    if condition.relation is R.FILLED:
        return f"{expression} IS NOT NULL"
    match criterion.kind:
        case Kind.TEXT if criterion.tidy is None:
            return _of_text(condition, expression, bind)
        case Kind.TEXT | Kind.CHOICE:
            return _of_exact(condition, expression, bind, criterion.tidy or str)
        case Kind.NUMBER | Kind.BOOLEAN:
            return _of_json(condition, expression, bind)
        case Kind.DATE if condition.relation in ANNIVERSARIES:
            days = bind(anniversaries(condition, moment.today), "text[]")
            return f"substr({expression}, 6, 5) = ANY ({days})"
    return _of_span(condition, criterion.kind, expression, bind, moment)


def _of_text(condition: Condition, expression: str, bind: Bind) -> str:
    """Without case, which the database folds on both sides."""
    if condition.relation is R.IN:
        values = bind(list(condition.values), "text[]")
        return sql.fill(statements.is_one_of, expression=expression, values=values)
    return _compared(
        condition.relation, f"lower({expression})", f"lower({bind(condition.values[0], 'text')})"
    )


def _of_exact(condition: Condition, expression: str, bind: Bind, tidy: Callable[[str], str]) -> str:
    """As it is stored, so that an index can be used."""
    wanted = [tidy(str(value)) for value in condition.values]
    if condition.relation is R.IN:
        return f"{expression} = ANY ({bind(wanted, 'text[]')})"
    return _compared(condition.relation, expression, bind(wanted[0], "text"))


def _compared(relation: Relation, expression: str, wanted: str) -> str:
    match relation:
        case R.CONTAINS:
            return f"strpos({expression}, {wanted}) > 0"
        case R.STARTS:
            return f"starts_with({expression}, {wanted})"
        case R.ENDS:
            return f"right({expression}, length({wanted})) = {wanted}"
    return f"{expression} = {wanted}"


def _of_json(condition: Condition, expression: str, bind: Bind) -> str:
    """Values of JSON compare by what they mean: 5 is 5.0."""
    wanted = [bind(attributes.as_text(value), "jsonb") for value in condition.values]
    match condition.relation:
        case R.IN:
            return f"{expression} IN ({', '.join(wanted)})"
        case R.BETWEEN:
            return f"{expression} BETWEEN {wanted[0]} AND {wanted[1]}"
    return f"{expression} {_SIGNS[condition.relation]} {wanted[0]}"


def _of_span(condition: Condition, kind: Kind, expression: str, bind: Bind, moment: Moment) -> str:
    found = span(condition, moment)
    ends = [(sign, end) for sign, end in ((">=", found.first), ("<", found.end)) if end is not None]
    stored = expression if kind is Kind.EVENT else f'{expression} COLLATE "C"'
    tests = [f"{stored} {sign} {_end(end, kind, bind, moment)}" for sign, end in ends]
    return " AND ".join(tests) or f"{expression} IS NOT NULL"


def _end(end: date | datetime, kind: Kind, bind: Bind, moment: Moment) -> str:
    if kind is Kind.EVENT:
        return bind(moment.utc(end), "timestamptz")
    if kind is Kind.DATE:
        return bind(end.isoformat(), "text")
    # Without the Z of stored times, which sort behind it then whatever their fraction of a second.
    return bind(moment.utc(end).replace(tzinfo=None).isoformat(timespec="seconds"), "text")
