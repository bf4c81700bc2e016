"""Placeholders that don't exist, are archived, or show a gap to who has no value."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from tidings.messaging.checks.findings import Finding, Severity
from tidings.messaging.personalization import tree
from tidings.messaging.personalization.names import COPY_ROOTS, KnownNames, Name, fold_name
from tidings.messaging.personalization.parse import parse

ALWAYS_THERE = frozenset({Name("contact", "email")})
"""Who has no address gets no copy."""

PERSONAL = ("contact", "member")
PARAMETER = "param"


@dataclass(frozen=True)
class Lack:
    """How many of the people looked at have no value. A sample is spread evenly over the group."""

    lacking: int
    people: int
    is_sample: bool = False

    def __str__(self) -> str:
        share = f"{self.lacking:,} of {self.people:,} members"
        if not self.is_sample:
            return share
        percent = 100 * self.lacking / self.people
        return f"about {percent:.0f} % of the members" if percent >= 1 else "some members"


def gaps(source: str, part: str, roots: Collection[str] = PERSONAL) -> dict[Name, int]:
    """The values of these roots shown without a fallback or a condition on them, folded, each with its first line."""
    found: dict[Name, int] = {}
    for lookup in _uncovered_in(parse(source, part), frozenset()):
        found.setdefault(_name(lookup), lookup.line)
    return {name: line for name, line in found.items() if name.root in roots and name not in ALWAYS_THERE}


def unknown(source: str, part: str, known: KnownNames, archived: Collection[Name]) -> Iterator[Finding]:
    """Names that don't exist, or are archived; each once."""
    first: dict[Name, tree.Lookup] = {}
    for expression in tree.all_expressions(parse(source, part)):
        if isinstance(expression, tree.Lookup):
            first.setdefault(_name(expression), expression)
    for name, lookup in first.items():
        if name in archived:
            yield _archived(lookup, part)
        elif not _is_known(lookup, known):
            yield _unknown(lookup, part, known)


def unfilled(gaps: Mapping[Name, int], part: str, lacks: Mapping[Name, Lack] | None) -> Iterator[Finding]:
    """Gaps that somebody will see; without `lacks`, which a group gives, those that somebody could see."""
    for (root, name), line in gaps.items():
        lack = lacks.get(Name(root, name)) if lacks is not None else None
        if lacks is not None and (lack is None or not lack.lacking):
            continue
        sight = f"{lack} have none" if lack else "who has none sees a gap"
        problem = f"{root}.{name} has no fallback, and {sight}."
        severity = Severity.WARNING if lack else Severity.HINT
        mend = f'Add one, such as {{{{ {root}.{name} | default("…") }}}}, or an if around it.'
        yield Finding(severity, "fallback_missing", part, problem, mend, line)


def _uncovered_in(body: tree.Body, guarded: frozenset[Name]) -> Iterator[tree.Lookup]:
    for statement in body:
        match statement:
            case tree.Slot(expression):
                yield from (one for one in _uncovered(expression) if _name(one) not in guarded)
            case tree.Condition(branches, otherwise):
                inside = guarded | {name for test, _ in branches for name in _names(test)}
                for then in (*(then for _, then in branches), otherwise):
                    yield from _uncovered_in(then, inside)
            case tree.Loop(_, _, inner, empty):
                yield from _uncovered_in(inner, guarded)
                yield from _uncovered_in(empty, guarded)


def _uncovered(expression: tree.Expression) -> Iterable[tree.Lookup]:
    """The values whose absence this expression would show as nothing."""
    match expression:
        case tree.Lookup(root):
            return [expression] if root in (*PERSONAL, PARAMETER) else []
        case tree.Filtered("default", _, arguments):
            return _uncovered(arguments[0])
        case tree.Filtered(_, operand):
            return _uncovered(operand)
        case tree.Joined("or", terms):
            return _uncovered(terms[-1])
        case tree.Chosen(test, then, otherwise):
            tested = _names(test)
            return [one for side in (then, otherwise) for one in _uncovered(side) if _name(one) not in tested]
    return []


def _names(expression: tree.Expression) -> frozenset[Name]:
    return frozenset(_name(one) for one in tree.walk(expression) if isinstance(one, tree.Lookup))


def _name(lookup: tree.Lookup) -> Name:
    return Name(lookup.root, fold_name(lookup.name))


def _is_known(lookup: tree.Lookup, known: KnownNames) -> bool:
    try:
        known.spelling(lookup.root, lookup.name)
    except KeyError:
        return False
    return True


def _unknown(lookup: tree.Lookup, part: str, known: KnownNames) -> Finding:
    alike = known.alike(lookup.root, lookup.name)
    problem = f"{lookup.root} has no “{lookup.name}”."
    create = "create the attribute" if lookup.root in (*COPY_ROOTS[:2], "group") else "remove it"
    mend = f"Did you mean “{alike}”?" if alike else f"Correct it, or {create}."
    return Finding(Severity.ERROR, "attribute_unknown", part, problem, mend, lookup.line)


def _archived(lookup: tree.Lookup, part: str) -> Finding:
    problem = f"The attribute “{lookup.name}” is archived."
    mend = "Activate it, or take it out of the message."
    return Finding(Severity.ERROR, "attribute_archived", part, problem, mend, lookup.line)
