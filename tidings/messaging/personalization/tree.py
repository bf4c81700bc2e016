"""The few things a template can say, as plain values between reading and generating."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal, or a group or message value known at compile time."""

    value: object


@dataclass(frozen=True, slots=True)
class Lookup:
    """`root.name` or `root["name"]`; None where the mapping has no such key."""

    root: str
    name: str
    line: int


@dataclass(frozen=True, slots=True)
class Item:
    """The variable of the loop at this depth, the outermost being 0."""

    depth: int


@dataclass(frozen=True, slots=True)
class Language:
    """The contact's language, which localized filters format by."""


@dataclass(frozen=True, slots=True)
class Filtered:
    """`operand | name(arguments)`, the arguments complete and in the order of the filter's function."""

    name: str
    operand: "Expression"
    arguments: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """One comparison; `operator` is one of eq ne lt lteq gt gteq in notin."""

    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Joined:
    """Terms under one `and` or `or`; like in Python the value is that of the deciding term."""

    operator: str
    terms: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Negated:
    """`not operand`."""

    operand: "Expression"


@dataclass(frozen=True, slots=True)
class Missing:
    """`operand is none`, which is the same as `operand is not defined`."""

    operand: "Expression"


@dataclass(frozen=True, slots=True)
class Chosen:
    """`then if test else otherwise`."""

    test: "Expression"
    then: "Expression"
    otherwise: "Expression"


@dataclass(frozen=True, slots=True)
class Listed:
    """`[a, b]`, written in the template."""

    items: tuple["Expression", ...]


Expression = (
    Constant | Lookup | Item | Language | Filtered | Compared | Joined | Negated | Missing | Chosen | Listed
)


@dataclass(frozen=True, slots=True)
class Text:
    """Text that is the same in every copy, escaped already where the part needs it."""

    text: str


@dataclass(frozen=True, slots=True)
class Slot:
    """`{{ expression }}`."""

    expression: Expression
    line: int


@dataclass(frozen=True, slots=True)
class Condition:
    """`{% if %}`: the body of the first branch whose test holds, else `otherwise`."""

    branches: tuple[tuple[Expression, "Body"], ...]
    otherwise: "Body"
    line: int


@dataclass(frozen=True, slots=True)
class Loop:
    """`{% for %}`; `empty` is its else branch."""

    depth: int
    items: Expression
    body: "Body"
    empty: "Body"
    line: int


Statement = Text | Slot | Condition | Loop
Body = tuple[Statement, ...]


def operands(expression: Expression) -> tuple[Expression, ...]:  # noqa: PLR0911 - one kind a line
    """What an expression is directly made of."""
    match expression:
        case Filtered(_, operand, arguments):
            return (operand, *arguments)
        case Compared(_, left, right):
            return (left, right)
        case Joined(_, terms):
            return terms
        case Negated(operand) | Missing(operand):
            return (operand,)
        case Chosen(test, then, otherwise):
            return (test, then, otherwise)
        case Listed(items):
            return items
    return ()


def with_operands(  # noqa: PLR0911 - one kind a line
    expression: Expression, parts: tuple[Expression, ...]
) -> Expression:
    """The same expression made of other parts, in the order of `operands`."""
    match expression:
        case Filtered(name):
            return Filtered(name, parts[0], parts[1:])
        case Compared(operator):
            return Compared(operator, *parts)
        case Joined(operator):
            return Joined(operator, parts)
        case Negated():
            return Negated(*parts)
        case Missing():
            return Missing(*parts)
        case Chosen():
            return Chosen(*parts)
        case Listed():
            return Listed(parts)
    return expression


def walk(expression: Expression) -> Iterator[Expression]:
    """The expression and everything in it."""
    yield expression
    for operand in operands(expression):
        yield from walk(operand)


def own_expressions(body: Body) -> Iterator[Expression]:
    """Every expression that one round of this body may evaluate, leaving out the bodies of loops in it."""
    for statement in body:
        match statement:
            case Slot(expression):
                yield from walk(expression)
            case Condition(branches, otherwise):
                for test, then in branches:
                    yield from walk(test)
                    yield from own_expressions(then)
                yield from own_expressions(otherwise)
            case Loop(_, items, _, empty):
                yield from walk(items)
                yield from own_expressions(empty)


def loops(body: Body) -> Iterator[Loop]:
    """Every loop in the body, at any depth."""
    for statement in body:
        match statement:
            case Condition(branches, otherwise):
                for inner in (*(then for _, then in branches), otherwise):
                    yield from loops(inner)
            case Loop(_, _, inner, empty):
                yield statement
                yield from loops(inner)
                yield from loops(empty)


def all_expressions(body: Body) -> Iterator[Expression]:
    """Every expression anywhere in the body."""
    yield from own_expressions(body)
    for loop in loops(body):
        yield from own_expressions(loop.body)
