"""Records -> rows that can be stored, and rejects: the hot loop of every import."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from json.encoder import encode_basestring
from typing import BinaryIO, TypeVar

from tidings.attributes.rules import (
    FORBIDDEN_CHARACTER,
    TEXT_CHARACTERS_AT_MOST,
    Attribute,
    DateOrder,
    Kind,
    ValueFault,
    normalise,
)
from tidings.contacts.rules import (
    EXTERNAL_ID_CHARACTERS_AT_MOST,
    AddressFault,
    normalise_email,
    normalise_language,
    normalise_mobile,
)
from tidings.imports.rules.errors import BrokenHeader, EmptyHeader, HeaderChanged
from tidings.imports.rules.formats import Format
from tidings.imports.rules.lines import UNREADABLE
from tidings.imports.rules.mapping import FIXED, Key, Mapping
from tidings.imports.rules.reasons import Reason, Reject, excerpt
from tidings.imports.rules.records import Records, read_records

# Values of typed columns repeat (a hundred years have 36,525 birthdays); each is normalised once.
CACHED_VALUES_PER_COLUMN = 50_000

Row = tuple[int, str | None, str | None, str | None, str | None, str]
"""(line, email, mobile, external_id, language, attributes as JSON text)"""

T = TypeVar("T")

_REASONS = {
    AddressFault.NO_ADDRESS: Reason.NO_ADDRESS,
    AddressFault.BAD_ADDRESS: Reason.BAD_ADDRESS,
    AddressFault.SEVERAL_ADDRESSES: Reason.SEVERAL_ADDRESSES,
    AddressFault.NAME_WITH_ADDRESS: Reason.NAME_WITH_ADDRESS,
    AddressFault.TOO_LONG: Reason.TOO_LONG,
    AddressFault.BAD_MOBILE: Reason.BAD_MOBILE,
    AddressFault.BAD_LANGUAGE: Reason.BAD_LANGUAGE,
    ValueFault.CONTROL_CHARACTER: Reason.CONTROL_CHARACTER,
    ValueFault.TOO_LONG: Reason.TOO_LONG,
    ValueFault.NOT_A_NUMBER: Reason.BAD_NUMBER,
    ValueFault.AMBIGUOUS_NUMBER: Reason.BAD_NUMBER,
    ValueFault.TOO_MANY_DIGITS: Reason.BAD_NUMBER,
    ValueFault.NOT_A_BOOLEAN: Reason.BAD_BOOLEAN,
    ValueFault.NOT_A_DATE: Reason.BAD_DATE,
    ValueFault.AMBIGUOUS_DATE: Reason.AMBIGUOUS_DATE,
    ValueFault.NOT_A_DATE_TIME: Reason.BAD_DATE_TIME,
    ValueFault.NOT_A_CHOICE: Reason.BAD_CHOICE,
}
_MISSING = {
    Key.EMAIL: Reason.NO_ADDRESS,
    Key.MOBILE: Reason.NO_MOBILE,
    Key.EXTERNAL_ID: Reason.NO_EXTERNAL_ID,
}
_json = json.JSONEncoder(ensure_ascii=False).encode
_EMPTY_DATE_CHARACTERS = frozenset("0./-")  # Outlook writes 0.0.00 and databases 0000-00-00 for no date


@dataclass(frozen=True, slots=True)
class Batch:
    """What one piece of the file holds, in its order; `bytes_read` counts from the start of the file."""

    rows: list[Row]
    rejects: list[Reject]
    bytes_read: int


@dataclass(frozen=True, slots=True)
class Head:
    """The names of a file's columns and its first rows as they are written, for a preview."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class _RowFault(Exception):
    def __init__(self, reason: Reason, column: int | None, value: str) -> None:
        self.reason, self.column, self.value = reason, column, value


def read_head(file: BinaryIO, layout: Format, *, rows: int = 20) -> Head:
    """The header and the first rows of a file. Raises HeaderError, FileError."""
    for records in read_records(file, layout):
        if records.cells or records.rejects:
            names = _take_header(records, layout)
            found = [tuple(cells) for cells in records.cells if any(cells)]
            return Head(names, tuple(found[:rows]))
    raise EmptyHeader


def read_rows(file: BinaryIO, layout: Format, mapping: Mapping) -> Iterator[Batch]:
    """Every row of a file, checked; blank lines are no rows. Memory is bounded whatever the file holds.

    Raises HeaderError before the first batch if the file's columns aren't those of the mapping, and FileError
    where the file stops being readable as a whole.
    """
    check = _Checker(mapping)
    is_header_due = True
    for records in read_records(file, layout):
        if is_header_due and (records.cells or records.rejects):
            _compare(_take_header(records, layout), mapping)
            is_header_due = False
        yield check.batch(records)
    if is_header_due:
        raise EmptyHeader


def _take_header(records: Records, layout: Format) -> tuple[str, ...]:
    """Takes the names of the columns out of the first records; a file without them gets `Column 1`, ..."""
    if records.rejects and (not records.cells or records.rejects[0].line < records.starts[0]):
        raise BrokenHeader(problem=records.rejects[0].reason.sentence)
    if not layout.has_header:
        return tuple(f"Column {position}" for position in range(1, len(records.cells[0]) + 1))
    cells = [name.strip() for name in records.cells.pop(0)]
    records.starts = records.starts[1:]
    while cells and not cells[-1]:
        cells.pop()  # a spreadsheet's empty columns; a row with something in them is rejected
    if not cells:
        raise EmptyHeader
    return tuple(name or f"Column {position}" for position, name in enumerate(cells, start=1))


def _compare(found: Sequence[str], mapping: Mapping) -> None:
    expected = mapping.headers
    if tuple(found) == expected:
        return
    pairs = zip((*found, *[""] * len(expected)), (*expected, *[""] * len(found)), strict=False)
    position, (name, wanted) = next((i, pair) for i, pair in enumerate(pairs, start=1) if pair[0] != pair[1])
    raise HeaderChanged(position=position, found=_named(name), expected=_named(wanted))


def _named(name: str) -> str:
    return f'"{excerpt(name)}"' if name else "missing"


class _Checker:
    """Turns records into rows and rejects by one mapping."""

    def __init__(self, mapping: Mapping) -> None:
        self._headers = mapping.headers
        self._width = len(mapping.columns)
        self._used = [at for at, column in enumerate(mapping.columns) if column.attribute]
        self._row = _compile(mapping)

    def batch(self, records: Records) -> Batch:
        """Checks each record; `records` is used up."""
        rows: list[Row] = []
        width, suspicious, row = self._width, records.suspicious, self._row
        last = records.cells[-1] if records.is_cut_off and records.cells else None
        for line, cells in zip(records.starts, records.cells, strict=True):
            try:
                if suspicious or len(cells) != width:
                    self._fit(cells, is_cut_off=cells is last)
                rows.append(row(line, cells))
            except _RowFault as fault:
                if any(map(str.strip, cells)):  # else it is a blank line, which is no row
                    records.rejects.append(self._reject(line, fault))
        return Batch(rows, records.rejects, records.bytes_read)

    def _fit(self, cells: list[str], *, is_cut_off: bool) -> None:
        """Makes a record as wide as the header and refuses what no value may hold."""
        if any(map(str.strip, cells[self._width :])):
            raise _RowFault(Reason.TOO_MANY_CELLS, None, " | ".join(cells[self._width :]))
        if len(cells) < self._width:
            if is_cut_off:
                raise _RowFault(Reason.TOO_FEW_CELLS, None, " | ".join(cells))
            # Spreadsheets leave out the empty cells at the end of a row.
            cells.extend([""] * (self._width - len(cells)))
        for at in self._used:
            if UNREADABLE in cells[at]:
                raise _RowFault(Reason.BAD_ENCODING, at, cells[at])
            if FORBIDDEN_CHARACTER.search(cells[at]):
                raise _RowFault(Reason.CONTROL_CHARACTER, at, cells[at])

    def _reject(self, line: int, fault: _RowFault) -> Reject:
        column = "" if fault.column is None else self._headers[fault.column]
        return Reject(line, fault.reason, column, excerpt(fault.value))


def _compile(mapping: Mapping) -> Callable[[int, list[str]], Row]:
    """The function (line, cells) -> row of a mapping; it raises _RowFault.

    One closure without attribute look-ups and calls per text cell: half the time of the obvious way.
    """
    email_at, read_email = _identity(mapping, "email", normalise_email)
    mobile_at, read_mobile = _identity(
        mapping, "mobile", partial(normalise_mobile, default_country=mapping.default_country)
    )
    external_id_at, read_external_id = _identity(mapping, "external_id", _external_id)
    language_at, read_language = _identity(mapping, "language", _cached(normalise_language))
    texts, typed = _text_columns(mapping), _typed_columns(mapping)

    def row(line: int, cells: list[str]) -> Row:
        email = None if email_at is None else read_email(cells[email_at])
        mobile = None if mobile_at is None else read_mobile(cells[mobile_at])
        external_id = None if external_id_at is None else read_external_id(cells[external_id_at])
        language = None if language_at is None else read_language(cells[language_at])
        members = [name + encode_basestring(cell) for name, at in texts if (cell := cells[at].strip())]
        for read, at in typed:
            if member := read(cells[at]):
                members.append(member)
        attributes = "{" + ",".join(members) + "}"
        if len(attributes) > TEXT_CHARACTERS_AT_MOST:  # one check for all cells; few rows come so far
            _refuse_long_texts(cells, texts)
        return line, email, mobile, external_id, language, attributes

    return row


def _identity(
    mapping: Mapping, target: str, normalise_cell: Callable[[str], str | AddressFault]
) -> tuple[int | None, Callable[[str], str | None]]:
    """Where an identity stands, and what reads it: None for an empty cell, unless it is the key's."""
    at = mapping.position_of(target)

    def read(cell: str) -> str | None:
        found = normalise_cell(cell)
        if isinstance(found, str):
            return found
        if cell.strip():
            raise _RowFault(_REASONS[found], at, cell)
        if target == mapping.key:
            raise _RowFault(_MISSING[mapping.key], at, "")
        return None

    return at, read


def _external_id(cell: str) -> str | AddressFault:
    text = cell.strip()
    if len(text) > EXTERNAL_ID_CHARACTERS_AT_MOST:
        return AddressFault.TOO_LONG
    return text or AddressFault.NO_ADDRESS


def _text_columns(mapping: Mapping) -> list[tuple[str, int]]:
    """JSON name with its colon, and position."""
    return [
        (encode_basestring(attribute.key) + ":", at)
        for at, attribute in _free_attributes(mapping)
        if attribute.kind is Kind.TEXT
    ]


def _typed_columns(mapping: Mapping) -> list[tuple[Callable[[str], str], int]]:
    """What reads a cell into a JSON member, and position."""
    return [
        (_member_reader(at, attribute, mapping.date_order), at)
        for at, attribute in _free_attributes(mapping)
        if attribute.kind is not Kind.TEXT
    ]


def _free_attributes(mapping: Mapping) -> list[tuple[int, Attribute]]:
    pairs = ((at, column.attribute) for at, column in enumerate(mapping.columns))
    return [(at, attribute) for at, attribute in pairs if attribute and attribute.key not in FIXED]


def _member_reader(at: int, attribute: Attribute, date_order: DateOrder | None) -> Callable[[str], str]:
    """A function: cell -> a member of the JSON object, empty text for an empty cell. Raises _RowFault."""
    name = encode_basestring(attribute.key) + ":"

    def read(cell: str) -> str:
        text = cell.strip()
        if not text or (attribute.kind is Kind.DATE and _EMPTY_DATE_CHARACTERS.issuperset(text)):
            return ""
        value = normalise(attribute.kind, text, choices=attribute.choices, date_order=date_order)
        if isinstance(value, ValueFault):
            raise _RowFault(_REASONS[value], at, cell)
        return name + _json(value)

    return _cached(read)


def _cached(read: Callable[[str], T]) -> Callable[[str], T]:
    return lru_cache(maxsize=CACHED_VALUES_PER_COLUMN)(read)


def _refuse_long_texts(cells: list[str], texts: list[tuple[str, int]]) -> None:
    for _, at in texts:
        if len(cells[at].strip()) > TEXT_CHARACTERS_AT_MOST:
            raise _RowFault(Reason.TOO_LONG, at, cells[at])
