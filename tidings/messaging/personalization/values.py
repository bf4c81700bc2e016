"""What values mean in a template: their text, order and membership. Raises only ValueProblemError."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from enum import Enum

from markupsafe import escape

from tidings.messaging.personalization.errors import ValueProblemError

MAX_VALUE_CHARS = 10_000
"""Attributes hold 2,000; joined lists more. Bounds the memory one placeholder can take."""

MAX_ITEMS = 1_000
"""Of one list in a loop or `join`: more is no message a person reads."""

SHOWABLE = (int, float, Decimal, dt.date)
"""Types, beside text and lists, that have one obvious text (bool is an int, a date-time is a date)."""


class Escape(Enum):
    """What of a part is escaped for HTML."""

    NOTHING = "nothing"  # subject and text
    VALUES = "values"  # HTML: the author's own text is HTML already
    ALL = "all"  # plain text that is put into HTML

    def static(self, static: str) -> str:
        """The author's text as it goes into the part."""
        return str(escape(static)) if self is Escape.ALL else static

    def value_text(self, value: object) -> str:
        """The text of a value as it goes into the part."""
        return text(value) if self is Escape.NOTHING else escaped(value)


def text(value: object) -> str:
    """The text of a value: nothing for a missing one, a list with commas."""
    if isinstance(value, str):
        return bounded(value)
    if value is None:
        return ""
    if isinstance(value, SHOWABLE):
        return _number_text(value)
    return joined(value, ", ")


def escaped(value: object) -> str:
    """The text of a value for HTML."""
    return str(escape(text(value)))


def bounded(value: str) -> str:
    """The same text, if it is short enough to place."""
    if len(value) > MAX_VALUE_CHARS:
        raise ValueProblemError(f"a value has {len(value):,} characters; {MAX_VALUE_CHARS:,} are allowed")
    return value


def joined(value: object, separator: str) -> str:
    """The items of a list in one text; a single value stays itself."""
    if not isinstance(value, list | tuple):
        return text(_scalar(value))
    items = [text(_scalar(item)) for item in listed(value)]
    # Checked before joining: a thousand items of full length would be 10 MB.
    if sum(map(len, items)) + len(separator) * len(items) > MAX_VALUE_CHARS:
        raise ValueProblemError(f"a joined list has more than {MAX_VALUE_CHARS:,} characters")
    return separator.join(items)


def listed(value: object) -> Sequence[object]:
    """The items a loop goes through: none for a missing value."""
    if value is None or value == "":
        return ()
    if not isinstance(value, list | tuple):
        raise ValueProblemError(f"a loop needs a list, and {_excerpt(value)} is none")
    if len(value) > MAX_ITEMS:
        raise ValueProblemError(f"a list has {len(value):,} items; {MAX_ITEMS:,} are allowed")
    return value


def length(value: object) -> int:
    """The number of characters or items; 0 for a missing value."""
    if value is None:
        return 0
    if isinstance(value, str | list | tuple):
        return len(value)
    raise ValueProblemError(f"length needs a text or a list, and {_excerpt(value)} is neither")


def less(left: object, right: object) -> bool:
    """`left < right`, and False for values that have no common order."""
    try:
        return bool(left < right)  # type: ignore[operator]  # a TypeError is the question asked
    except (TypeError, ArithmeticError):
        return False


def at_most(left: object, right: object) -> bool:
    """`left <= right`, and False for values that have no common order."""
    try:
        return bool(left <= right)  # type: ignore[operator]  # a TypeError is the question asked
    except (TypeError, ArithmeticError):
        return False


def contains(container: object, value: object) -> bool:
    """Whether a list has the item or a text the other text; False for anything else."""
    if isinstance(container, str):
        return isinstance(value, str) and value in container
    return isinstance(container, list | tuple) and value in container


def _number_text(value: object) -> str:
    try:
        return bounded(str(value))
    except ValueError as error:  # Python refuses to write integers of over 4,300 digits
        raise ValueProblemError("a number has too many digits to be shown") from error


def _scalar(value: object) -> object:
    if value is None or isinstance(value, (str, *SHOWABLE)):
        return value
    raise ValueProblemError(f"a value of the type {type(value).__name__} can't be shown")


def _excerpt(value: object) -> str:
    """Enough of a value to find it, for an error."""
    shown = text(_scalar(value))
    return f'"{shown[:40]}"'
