"""What an export may hold, and how a member becomes a line of CSV or an element of XML."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol
from xml.sax.saxutils import escape, quoteattr

from tidings.attributes.rules import BUILT_IN, OWN_COLUMNS, Attribute, name_key
from tidings.exports.errors import NoSuchColumn

MEMBER_PREFIX = "member."
# What an export tells of the membership itself.
MEMBERSHIP_COLUMNS = {"state": "State", "joined_by": "Joined by", "joined_at": "Joined at"}
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Format(StrEnum):
    """The kinds of files."""

    CSV = "csv"
    XML = "xml"


class Encoding(StrEnum):
    """Character sets that spreadsheets and other programs ask for."""

    UTF_8_MARKED = "utf-8-sig"
    UTF_8 = "utf-8"
    UTF_16 = "utf-16"
    CP1252 = "cp1252"


class Packing(StrEnum):
    """How the file is packed."""

    NONE = ""
    ZIP = "zip"
    GZIP = "gzip"


@dataclass(frozen=True, slots=True)
class Column:
    """One thing to tell of each member. `place` is where it is kept: own, profile, member or membership."""

    name: str
    label: str
    place: str
    key: str

    def value(self, row: Mapping[str, Any]) -> object:
        """What a row of a member says there; None if nothing."""
        if self.place == "profile":
            return row["attributes"].get(self.key)
        if self.place == "member":
            return row["member_attributes"].get(self.key)
        return row[self.key]


def all_columns(profile: Iterable[Attribute], member: Iterable[Attribute]) -> list[Column]:
    """Every column there is: identities, profile, what is known in the group only, the membership itself."""
    return [
        *(Column(key, BUILT_IN[key].label, "own", key) for key in OWN_COLUMNS),
        *(Column(a.key, a.label, "profile", a.key) for a in profile if a.key not in OWN_COLUMNS),
        *(Column(MEMBER_PREFIX + a.key, a.label, "member", a.key) for a in member),
        *(Column(key, label, "membership", key) for key, label in MEMBERSHIP_COLUMNS.items()),
    ]


def chosen_columns(wanted: Sequence[str], there_are: Sequence[Column]) -> list[Column]:
    """The columns of these names, whatever their case, in this order and once each; all if none are named."""
    by_name = {name_key(column.name): column for column in there_are}
    missing = [name for name in wanted if name_key(name) not in by_name]
    if missing:
        raise NoSuchColumn(name=missing[0], names=", ".join(column.name for column in there_are))
    return list(dict.fromkeys(by_name[name_key(name)] for name in wanted)) or list(there_are)


class Writer(Protocol):
    """Makes the text of a file, part by part."""

    def beginning(self) -> str:
        """What stands before the first member."""

    def member(self, row: Mapping[str, Any]) -> str:
        """One member."""

    def end(self) -> str:
        """What stands behind the last."""


class CsvWriter:
    """A header and a line for each member; `cell` makes a text of a value."""

    def __init__(self, columns: Sequence[Column], separator: str, cell: Any) -> None:
        self._columns, self._cell = columns, cell
        self._line = io.StringIO()
        self._csv = csv.writer(self._line, delimiter=separator)

    def beginning(self) -> str:
        """The header."""
        return self._written([column.name for column in self._columns])

    def member(self, row: Mapping[str, Any]) -> str:
        """A line."""
        return self._written([self._cell(column.value(row)) for column in self._columns])

    def end(self) -> str:
        """Nothing."""
        return ""

    def _written(self, cells: list[str]) -> str:
        self._line.seek(0)
        self._line.truncate()
        self._csv.writerow(cells)
        return self._line.getvalue()


class XmlWriter:
    """`<members>` with a `<member>` for each. What XML can't hold, such as control characters, becomes U+FFFD."""

    def __init__(self, columns: Sequence[Column], encoding: str, text: Any, built_in: Iterable[str]) -> None:
        self._head = f'<?xml version="1.0" encoding="{encoding}"?>\n<members>\n'
        self._text = text
        self._tags = [(column, *_tags(column, frozenset(built_in))) for column in columns]

    def beginning(self) -> str:
        """The declaration and the root's beginning."""
        return self._head

    def member(self, row: Mapping[str, Any]) -> str:
        """An element; what is empty isn't told."""
        told = [
            f"    {before}{_escaped(self._text(value))}{behind}\n"
            for column, before, behind in self._tags
            if (value := column.value(row)) not in (None, "")
        ]
        return f"  <member>\n{''.join(told)}  </member>\n"

    def end(self) -> str:
        """The root's end."""
        return "</members>\n"


def _escaped(text: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", text), {"\r": "&#13;"})


def _tags(column: Column, built_in: frozenset[str]) -> tuple[str, str]:
    if column.place == "member":
        return f"<member-attribute name={quoteattr(column.label)}>", "</member-attribute>"
    if column.place == "profile" and column.key not in built_in:
        return f"<attribute name={quoteattr(column.label)}>", "</attribute>"
    return f"<{column.name}>", f"</{column.name}>"
