"""Why a row is left out, as a code to count by and a sentence to act on."""

from dataclasses import dataclass, field
from enum import StrEnum

from tidings.attributes.rules import FORBIDDEN_CHARACTER

EXCERPT_CHARACTERS = 200


class Reason(StrEnum):
    """The code of a reason; stored with each rejected row and counted by."""

    NO_ADDRESS = "no_address"
    BAD_ADDRESS = "bad_address"
    SEVERAL_ADDRESSES = "several_addresses"
    NAME_WITH_ADDRESS = "name_with_address"
    NO_MOBILE = "no_mobile"
    BAD_MOBILE = "bad_mobile"
    NO_EXTERNAL_ID = "no_external_id"
    BAD_LANGUAGE = "bad_language"
    BAD_TIME_ZONE = "bad_time_zone"
    BAD_LIMIT = "bad_limit"
    NO_PUSH_ENDPOINT = "no_push_endpoint"
    BAD_PUSH_ENDPOINT = "bad_push_endpoint"
    NO_APP = "no_app"
    BAD_APP = "bad_app"
    BAD_DATE = "bad_date"
    AMBIGUOUS_DATE = "ambiguous_date"
    BAD_DATE_TIME = "bad_date_time"
    BAD_NUMBER = "bad_number"
    BAD_BOOLEAN = "bad_boolean"
    BAD_CHOICE = "bad_choice"
    TOO_LONG = "too_long"
    TOO_MANY_CELLS = "too_many_cells"
    TOO_FEW_CELLS = "too_few_cells"
    CONTROL_CHARACTER = "control_character"
    BAD_ENCODING = "bad_encoding"
    BAD_QUOTES = "bad_quotes"
    NESTED = "nested"
    TWICE = "twice"

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, for people."""
        return _SENTENCES[self]


_SENTENCES = {
    Reason.NO_ADDRESS: "The row has no e-mail address.",
    Reason.BAD_ADDRESS: "This is not an e-mail address. Write it like anna@example.com.",
    Reason.SEVERAL_ADDRESSES: "The cell holds more than one address. Give each its own row.",
    Reason.NAME_WITH_ADDRESS: "The cell holds a name and an address. Give the address alone.",
    Reason.NO_MOBILE: "The row has no mobile number.",
    Reason.BAD_MOBILE: "This is no telephone number. Write it with its country code, like +49 171 3920000.",
    Reason.NO_EXTERNAL_ID: "The row has no external id.",
    Reason.BAD_LANGUAGE: "This is not a language. Write its code, like de or pt-BR.",
    Reason.BAD_TIME_ZONE: "This is no time zone. Write it like Europe/Berlin.",
    Reason.BAD_LIMIT: "This is no limit. Write it like 2/7 for 2 messages in 7 days.",
    Reason.NO_PUSH_ENDPOINT: "The row has no push endpoint.",
    Reason.BAD_PUSH_ENDPOINT: "This is not a push endpoint. It is a token or an address without spaces.",
    Reason.NO_APP: "The row doesn't say of which app its push endpoint is. Fill the column, or name one app for all.",
    Reason.BAD_APP: "This is no app's name. It has at most 100 characters on one line.",
    Reason.BAD_DATE: "This is not a date. Write it like 1990-12-31.",
    Reason.AMBIGUOUS_DATE: "Day and month could be swapped. Say which is first, or write it like 1990-12-31.",
    Reason.BAD_DATE_TIME: "This is not a date and time. Write it like 1990-12-31T18:30:00Z.",
    Reason.BAD_NUMBER: "This is not a number of at most 15 digits. Write it like 1234.5.",
    Reason.BAD_BOOLEAN: "This is neither yes nor no. Write true or false.",
    Reason.BAD_CHOICE: "This is none of the attribute's choices.",
    Reason.TOO_LONG: "The value is too long: a text has at most 2,000 characters, an address 254.",
    Reason.TOO_MANY_CELLS: "The row has more cells than the header. Is a separator in a value not in quotes?",
    Reason.TOO_FEW_CELLS: "The file ends in the middle of this row. Export or upload it again.",
    Reason.CONTROL_CHARACTER: "The value holds a control character, such as NUL, that no text may hold.",
    Reason.BAD_ENCODING: "The value holds bytes that can't be read in the file's character set.",
    Reason.BAD_QUOTES: "A quotation mark is opened and never closed, or followed by other text. "
    "Write a quotation mark within a value twice.",
    Reason.NESTED: "The element holds other elements. Write its value as plain text.",
    Reason.TWICE: "The person has two values of this name. Write one.",
}


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was left out. `line` is where it starts in the file, counted from 1.

    `column` is the column's name, or empty when the whole row is meant; `value` is what stood there, an
    ellipsis at its end when it was longer than an excerpt. `mentions` are the addresses anywhere in the row.
    """

    line: int
    reason: Reason
    column: str
    value: str
    mentions: tuple[str, ...] = field(default=(), compare=False)


def excerpt(value: str) -> str:
    """A value fit for a report and the database: unreadable and control characters become U+FFFD."""
    short = value if len(value) <= EXCERPT_CHARACTERS else value[: EXCERPT_CHARACTERS - 1] + "…"
    return FORBIDDEN_CHARACTER.sub("\ufffd", short)
