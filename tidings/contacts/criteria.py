"""What selections may ask about a profile: its attributes, its identities, and since when it is known."""

import re
from collections.abc import Callable, Iterator

from tidings.attributes import queries
from tidings.attributes.criteria import Choice, Criterion, Kind, Question
from tidings.attributes.rules import OWN_COLUMNS, Attribute
from tidings.kernel import sql

statements = sql.load(__package__)

SECTION = "Profile"
# Stored in one spelling, so that they are compared exactly and their indexes are of use.
TIDY: dict[str, Callable[[str], str]] = {
    "email": lambda text: text.strip().lower(),
    "mobile": lambda text: re.sub(r"[\s./()-]", "", text),
    "external_id": str.strip,
}
_AS_JSON = (Kind.NUMBER, Kind.BOOLEAN)
_CHANNELS = {"email": "an e-mail address", "mobile": "a mobile number"}


def criteria() -> Iterator[Criterion]:
    """All that may be asked of a contact."""
    yield from map(_of_attribute, queries.catalogue())
    yield from (_has(column, label) for column, label in _CHANNELS.items())
    yield Criterion("has push", "has a push endpoint", Kind.FLAG, _has_push, "Channels", is_certain=True)
    for column, label in (("created", "known since"), ("updated", "profile changed")):
        yield Criterion(column, label, Kind.EVENT, _of_column(f"contact.{column}_at"), SECTION)


def value_of(attribute: Attribute, table: str, question: Question) -> str:
    """SQL of an attribute's value in the JSON of a table, in the form that `Question.holds` wants."""
    arrow = "->" if Kind(attribute.kind) in _AS_JSON else "->>"
    return f"({table}.attributes {arrow} {question.bind(attribute.key, 'text')})"


def choices_of(attribute: Attribute) -> tuple[Choice, ...]:
    """The choices of an attribute."""
    return tuple(Choice(value, value) for value in attribute.choices)


def _of_attribute(attribute: Attribute) -> Criterion:
    return Criterion(
        f"contact.{attribute.key}",
        attribute.label,
        Kind(attribute.kind),
        _of_column(_column(attribute.key))
        if attribute.key in OWN_COLUMNS
        else lambda question: question.holds(value_of(attribute, "contact", question)),
        SECTION,
        choices=choices_of(attribute),
        tidy=TIDY.get(attribute.key),
        anniversary="birthday" if attribute.key == "date_of_birth" else "",
    )


def _column(key: str) -> str:
    return "nullif(contact.language, '')" if key == "language" else f"contact.{key}"


def _of_column(column: str) -> Callable[[Question], str]:
    return lambda question: question.holds(column)


def _has(column: str, label: str) -> Criterion:
    name = f"has {column}"
    return Criterion(name, f"has {label}", Kind.FLAG, lambda _: f"contact.{column} IS NOT NULL", "Channels")


def _has_push(question: Question) -> str:
    return sql.fill(statements.has_push_endpoint, contact=question.contact)
