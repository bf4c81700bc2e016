"""The catalogue of built-in profile attributes and the one way a value is written.

Values are normalised when they enter, so that stored values compare as text: dates are ISO, date-times UTC.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from functools import cache
from zoneinfo import available_timezones

NAME_CHARACTERS_AT_MOST = 80
TEXT_CHARACTERS_AT_MOST = 2_000
CHOICES_AT_MOST = 500  # more than anyone picks from
NUMBER_DIGITS_AT_MOST = 15  # what survives a binary floating point number, so JSON readers agree

Value = str | int | float | bool


class Kind(StrEnum):
    """The type of an attribute's values."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATE_TIME = "date_time"
    CHOICE = "choice"


class DateOrder(StrEnum):
    """Which part of a date like 03/04/1990 comes first."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


class ValueFault(Enum):
    """Why a text is no value of its attribute's type; the member's value is a sentence."""

    CONTROL_CHARACTER = "It holds a control character, such as NUL, that no text may hold."
    TOO_LONG = f"A text has at most {TEXT_CHARACTERS_AT_MOST:,} characters."
    NOT_A_NUMBER = "It is not a number. Write it like 1234.5."
    AMBIGUOUS_NUMBER = "It could be a thousand or a fraction. Write 1234 or 1.234 without a comma."
    TOO_MANY_DIGITS = f"A number has at most {NUMBER_DIGITS_AT_MOST} digits. Use a text for longer codes."
    NOT_A_BOOLEAN = "It is neither yes nor no. Write true or false."
    NOT_A_DATE = "It is not a date. Write it like 1990-12-31."
    AMBIGUOUS_DATE = "Its day and month could be swapped. Write it like 1990-12-31, or say which comes first."
    NOT_A_DATE_TIME = "It is not a date and time. Write it like 1990-12-31T18:30:00Z."
    NOT_A_CHOICE = "It is none of the attribute's choices."
    NOT_A_ZONE = "It is no time zone. Write it like Europe/Berlin."
    NOT_A_LIMIT = (
        "It is no limit. Write it like 2/7 for 2 messages in 7 days: 0 to 99 messages, 1 to 31 days."
    )


class NameFault(Enum):
    """Why a text can't be the name of an attribute; the member's value is a sentence."""

    EMPTY = "An attribute needs a name."
    TOO_LONG = f"An attribute's name has at most {NAME_CHARACTERS_AT_MOST} characters."
    CONTROL_CHARACTER = "An attribute's name is one line without control characters."
    BUILT_IN = "An attribute of that name is built in. Use it, or choose another name."


class ChoiceFault(Enum):
    """Why texts can't be the choices of an attribute; the member's value is a sentence."""

    NONE = "An attribute of type choice needs choices to choose from."
    NOT_WANTED = "Only an attribute of type choice has choices."
    EMPTY = "A choice can't be empty."
    TOO_LONG = f"A choice has at most {TEXT_CHARACTERS_AT_MOST:,} characters."
    TOO_MANY = f"An attribute has at most {CHOICES_AT_MOST} choices."
    CONTROL_CHARACTER = "A choice is one line without control characters."
    TWICE = "Two choices differ only in case or spaces."


@dataclass(frozen=True, slots=True)
class Attribute:
    """One entry of the catalogue: `key` is what values are stored under, `label` what people read."""

    key: str
    label: str
    kind: Kind = Kind.TEXT
    choices: tuple[str, ...] = ()

    @property
    def is_free_text(self) -> bool:
        """Whether any text is a value of it."""
        return self.kind is Kind.TEXT and self.key not in _READERS_BY_KEY


MESSAGE_LIMIT = "message_limit"
"""The built-in attribute that says how many messages somebody gets at most: `2/7` is two in seven days."""

TIME_ZONE = "time_zone"
"""The built-in attribute that says on which clock a sendout looks for a contact."""

_LABELS = {
    "email": "E-mail",
    "mobile": "Mobile number",
    "external_id": "External id",
    "first_name": "First name",
    "last_name": "Last name",
    "preferred_name": "Preferred name",
    "title": "Title",
    "gender": "Gender",
    "date_of_birth": "Date of birth",
    "language": "Language",
    "country": "Country",
    "zip_code": "Zip code",
    "city": "City",
    TIME_ZONE: "Time zone",
    "source": "Source",
    MESSAGE_LIMIT: "Message limit",
}
_KINDS = {"date_of_birth": Kind.DATE}

# Columns of the table of contacts; every other attribute lives in its JSON.
OWN_COLUMNS = ("email", "mobile", "external_id", "language")

BUILT_IN: Mapping[str, Attribute] = {
    key: Attribute(key, label, _KINDS.get(key, Kind.TEXT)) for key, label in _LABELS.items()
}

# No attributes, since a contact may have many of them; files name them in columns like the others.
PUSH_ENDPOINT = Attribute("push_endpoint", "Push endpoint")
PUSH_APP = Attribute("push_app", "Push app")

_RESERVED = frozenset(
    name.casefold()
    for one in (*BUILT_IN.values(), PUSH_ENDPOINT, PUSH_APP)
    for name in (one.key.replace("_", " "), one.label)
)

# XML 1.0 can't carry these, PostgreSQL no NUL and UTF-8 no surrogates; tab and line ends are text.
FORBIDDEN_CHARACTER = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_PLAIN_SPACES = re.compile(r"[ \t\r\n]+")

_LIMIT = re.compile(r"(\d{1,2}) *(?:/|in) *(\d{1,2})(?: *days?)?", re.ASCII | re.IGNORECASE)
LIMIT_DAYS_AT_MOST = 31

_TRUE = frozenset({"true", "t", "yes", "y", "1", "on", "wahr", "ja", "j"})
_FALSE = frozenset({"false", "f", "no", "n", "0", "off", "falsch", "nein"})
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_COMMA_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+\.\d+", re.ASCII)
_POINT_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+,\d+", re.ASCII)
_COMMA_FRACTION = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_COMMA_AMBIGUOUS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+", re.ASCII)
_ISO_DATE = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?", re.ASCII)
_POINT_DATE = re.compile(r"(\d\d?)\. ?(\d\d?)\. ?(\d{4})", re.ASCII)
_SLASH_DATE = re.compile(r"(\d\d?)([/-])(\d\d?)\2(\d{4})", re.ASCII)
_TIMESTAMP = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?) ?(Z|[+-]\d\d:?\d\d)?", re.ASCII | re.IGNORECASE
)


def normalise_value(
    attribute: Attribute, raw: str, *, date_order: DateOrder | None = None
) -> Value | ValueFault:
    """The same as `normalise`, by the attribute: one may be narrower than its type."""
    if reader := _READERS_BY_KEY.get(attribute.key):
        return reader(raw)
    return normalise(attribute.kind, raw, choices=attribute.choices, date_order=date_order)


def normalise_limit(raw: str) -> str | ValueFault:
    """`2/7` for two messages in seven days, however that is written, or why it is no limit."""
    found = _LIMIT.fullmatch(raw.strip())
    if found is None or not 1 <= int(found[2]) <= LIMIT_DAYS_AT_MOST:
        return ValueFault.NOT_A_LIMIT
    return f"{int(found[1])}/{int(found[2])}"


def normalise_zone(raw: str) -> str | ValueFault:
    """The name of a time zone as the IANA database spells it, or why it is none."""
    return _zones().get(raw.strip().lower(), ValueFault.NOT_A_ZONE)


_READERS_BY_KEY: Mapping[str, Callable[[str], str | ValueFault]] = {
    MESSAGE_LIMIT: normalise_limit,
    TIME_ZONE: normalise_zone,
}


def zones() -> list[str]:
    """All time zones by name."""
    return sorted(_zones().values())


@cache
def _zones() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}


def normalise(
    kind: Kind, raw: str, *, choices: Iterable[str] = (), date_order: DateOrder | None = None
) -> Value | ValueFault:
    """The stored value for what a person, a file or a client wrote, or why there is none.

    Space around it never counts. `choices` are those of a choice attribute, compared without case.
    `date_order` decides 03/04/1990, which is refused as ambiguous without it.
    """
    text = raw.strip()
    if FORBIDDEN_CHARACTER.search(text):
        return ValueFault.CONTROL_CHARACTER
    if len(text) > TEXT_CHARACTERS_AT_MOST:
        return ValueFault.TOO_LONG
    if kind is Kind.CHOICE:
        return _choice(text, choices)
    if kind is Kind.DATE:
        return normalise_date(text, date_order)
    return _READERS[kind](text)


def normalise_date(text: str, date_order: DateOrder | None = None) -> str | ValueFault:
    """`1990-12-31` for a date written as ISO, with points (day first) or with slashes, or why not.

    An ISO date may carry midnight as its time, as databases and spreadsheets export it.
    """
    if found := _ISO_DATE.fullmatch(text):
        return _iso(found[1], found[2], found[3])
    if found := _POINT_DATE.fullmatch(text):
        return _iso(found[3], found[2], found[1])
    if found := _SLASH_DATE.fullmatch(text):
        return _slashed(int(found[1]), int(found[3]), found[4], date_order)
    return ValueFault.NOT_A_DATE


def date_order_of(values: Iterable[str]) -> DateOrder | None:
    """The order that a sample of dates with slashes proves; None if nothing or both is proved."""
    proved = set()
    for value in values:
        if found := _SLASH_DATE.fullmatch(value.strip()):
            first, second = int(found[1]), int(found[3])
            if first > 12 >= second:  # noqa: PLR2004 - months of a year
                proved.add(DateOrder.DAY_FIRST)
            elif second > 12 >= first:  # noqa: PLR2004 - months of a year
                proved.add(DateOrder.MONTH_FIRST)
    return proved.pop() if len(proved) == 1 else None


def one_line(text: str) -> str:
    """A text on one line with single spaces. Spaces that aren't plain, as in emoji and Chinese, stay what they are."""
    return " ".join(_PLAIN_SPACES.split(text.strip()))


def file_name(raw: str, *, characters: int, unnamed: str) -> str:
    """The name that a file came with, as people see it: no folders, nothing that can't be stored, never empty.

    Of a longer one the end is kept, for the sake of the ending.
    """
    name = one_line(FORBIDDEN_CHARACTER.sub("\ufffd", raw.replace("\\", "/").rpartition("/")[2]))
    return name[-characters:] if name.strip(".") else unnamed


def normalise_name(raw: str) -> str | NameFault:
    """An attribute's name with single spaces and none around it, or why it can't be one."""
    name = " ".join(raw.split())
    if not name:
        return NameFault.EMPTY
    if len(name) > NAME_CHARACTERS_AT_MOST:
        return NameFault.TOO_LONG
    if FORBIDDEN_CHARACTER.search(name):
        return NameFault.CONTROL_CHARACTER
    return NameFault.BUILT_IN if name_key(name).replace("_", " ") in _RESERVED else name


def normalise_choices(kind: Kind, raws: Iterable[str]) -> tuple[str, ...] | ChoiceFault:
    """The choices of an attribute of that type, each with single spaces and none around it, or why they can't be."""
    choices = tuple(" ".join(raw.split()) for raw in raws)
    if kind is not Kind.CHOICE:
        return ChoiceFault.NOT_WANTED if choices else ()
    return _fault_of_choices(choices) or choices


def _fault_of_choices(choices: tuple[str, ...]) -> ChoiceFault | None:
    if not choices:
        return ChoiceFault.NONE
    if len(choices) > CHOICES_AT_MOST:
        return ChoiceFault.TOO_MANY
    if len({name_key(choice) for choice in choices}) < len(choices):
        return ChoiceFault.TWICE
    return next(filter(None, map(_fault_of_choice, choices)), None)


def _fault_of_choice(choice: str) -> ChoiceFault | None:
    if not choice:
        return ChoiceFault.EMPTY
    if len(choice) > TEXT_CHARACTERS_AT_MOST:
        return ChoiceFault.TOO_LONG
    return ChoiceFault.CONTROL_CHARACTER if FORBIDDEN_CHARACTER.search(choice) else None


def as_text(value: object) -> str:
    """What a person would write for a value of JSON: `true`, and 0.00001 without an exponent."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{Decimal(str(value)):f}" if isinstance(value, float) else str(value)


def name_key(name: str) -> str:
    """What two names have in common when they mean the same attribute."""
    return " ".join(name.casefold().split())


def _text(text: str) -> str:
    return text


def _number(text: str) -> int | float | ValueFault:
    if _COMMA_AMBIGUOUS.fullmatch(text):
        return ValueFault.AMBIGUOUS_NUMBER
    plain = _with_decimal_point(text)
    if not _NUMBER.fullmatch(plain):
        return ValueFault.NOT_A_NUMBER
    if len(plain.lstrip("+-0.").replace(".", "")) > NUMBER_DIGITS_AT_MOST:
        return ValueFault.TOO_MANY_DIGITS
    value = float(plain)
    return int(value) if value.is_integer() else value


def _with_decimal_point(text: str) -> str:
    if _COMMA_THOUSANDS.fullmatch(text):
        return text.replace(",", "")
    if _POINT_THOUSANDS.fullmatch(text):
        return text.replace(".", "").replace(",", ".")
    if _COMMA_FRACTION.fullmatch(text):
        return text.replace(",", ".")
    return text


def _boolean(text: str) -> bool | ValueFault:
    word = text.lower()
    if word in _TRUE:
        return True
    return False if word in _FALSE else ValueFault.NOT_A_BOOLEAN


def _date_time(text: str) -> str | ValueFault:
    found = _TIMESTAMP.fullmatch(text)
    if found is None:
        day = normalise_date(text)
        return f"{day}T00:00:00Z" if isinstance(day, str) else ValueFault.NOT_A_DATE_TIME
    try:
        # Without an offset it is UTC.
        moment = datetime.fromisoformat(f"{found[1]}T{found[2]}{(found[3] or 'Z').upper()}").astimezone(UTC)
    except (ValueError, OverflowError):
        return ValueFault.NOT_A_DATE_TIME
    return moment.replace(tzinfo=None).isoformat() + "Z"


def _choice(text: str, choices: Iterable[str]) -> str | ValueFault:
    wanted = name_key(text)
    return next((choice for choice in choices if name_key(choice) == wanted), ValueFault.NOT_A_CHOICE)


def _iso(year: str, month: str, day: str) -> str | ValueFault:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ValueFault.NOT_A_DATE


def _slashed(first: int, second: int, year: str, order: DateOrder | None) -> str | ValueFault:
    if order is None:
        order = date_order_of([f"{first}/{second}/{year}"])
    if order is None and first != second:
        unknown = _iso(year, str(first), str(second))
        return ValueFault.AMBIGUOUS_DATE if isinstance(unknown, str) else unknown
    day, month = (second, first) if order is DateOrder.MONTH_FIRST else (first, second)
    return _iso(year, str(month), str(day))


_READERS: Mapping[Kind, Callable[[str], Value | ValueFault]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.BOOLEAN: _boolean,
    Kind.DATE_TIME: _date_time,
}
