"""Whom a row mentions that can't be read: such people are not missing in the file."""

import re
from collections.abc import Iterable

from tidings.contacts.rules import EMAIL_CHARACTERS_AT_MOST, normalise_email

MENTIONS_AT_MOST = 20  # in one row; a row with more isn't about a person
_between = re.compile(r'[\s,;|<>()"]+').split
_AROUND = "'`.:"


def mentioned(cells: Iterable[str]) -> tuple[str, ...]:
    """The e-mail addresses that stand anywhere in the cells, as they are stored."""
    words = (word for cell in cells if "@" in cell for word in _between(cell) if "@" in word)
    found = (normalise_email(word.strip(_AROUND)) for word in words if len(word) <= EMAIL_CHARACTERS_AT_MOST)
    return tuple(dict.fromkeys(each for each in found if isinstance(each, str)))[:MENTIONS_AT_MOST]
