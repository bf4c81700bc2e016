"""A rule's text as words, numbers, days, quoted texts and signs, each with its place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from tidings.attributes.rules import FORBIDDEN_CHARACTER, TEXT_CHARACTERS_AT_MOST, ValueFault
from tidings.selections.errors import BadRule

CHARACTERS_AT_MOST = 500_000  # a list of 20,000 external ids
WORD_CHARACTERS_AT_MOST = 2 * TEXT_CHARACTERS_AT_MOST + 2  # a text of backslashes only, in quotation marks


class Sort(Enum):
    """What a token is."""

    WORD = auto()
    NUMBER = auto()
    DAY = auto()
    TEXT = auto()
    SIGN = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text. `text` is what it says: of a quoted text without its quotation marks."""

    sort: Sort
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """A word or sign as the language compares it; of nothing else."""
        return self.text.lower() if self.sort in (Sort.WORD, Sort.SIGN) else ""


_PIECES = re.compile(
    r"""\s+
      | (?P<DAY>\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d)?(?![\w:-]))
      | (?P<NUMBER>[+-]?\d+(?:\.\d+)?)
      | (?P<WORD>[^\W\d][\w.@+-]*)
      | (?P<TEXT>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[“„][^“”„]*[“”])
      | (?P<SIGN><=|>=|!=|<>|==|[=<>(),])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"""\\(["'\\])""")
_QUOTES = "\"'“„"


def tokens(text: str) -> list[Token]:
    """The pieces of a rule, an empty one at the end; raises `BadRule` for what no rule can hold."""
    if len(text) > CHARACTERS_AT_MOST:
        raise BadRule.at(text, CHARACTERS_AT_MOST, f"A rule has at most {CHARACTERS_AT_MOST:,} characters.")
    if forbidden := FORBIDDEN_CHARACTER.search(text):
        raise BadRule.at(text, forbidden.start(), "A rule can't hold a control character.")
    return [*_split(text), Token(Sort.END, "", len(text), len(text))]


def _split(text: str) -> Iterator[Token]:
    place = 0
    while place < len(text):
        found = _PIECES.match(text, place)
        if found is None:
            raise BadRule.at(text, place, _why_not(text[place]))
        if found.lastgroup and found.end() - place > WORD_CHARACTERS_AT_MOST:
            raise BadRule.at(text, place, ValueFault.TOO_LONG.value)
        if found.lastgroup:
            yield Token(Sort[found.lastgroup], _said(found), place, found.end())
        place = found.end()


def _said(found: re.Match[str]) -> str:
    return _ESCAPED.sub(r"\1", found[0][1:-1]) if found.lastgroup == "TEXT" else found[0]


def _why_not(character: str) -> str:
    if character in _QUOTES:
        return "This text has no end. Close it with a quotation mark."
    return f"“{character}” means nothing here. Texts stand in quotation marks."


def quoted(text: str) -> str:
    """A text as it is written in a rule."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
