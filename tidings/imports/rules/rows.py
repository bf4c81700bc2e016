"""Records -> rows that can be stored, and rejects."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from tidings.attributes.rules import FORBIDDEN_CHARACTER
from tidings.imports.rules.columns import Fault, Faults, Reader
from tidings.imports.rules.elements import read_beginning, read_people
from tidings.imports.rules.errors import BrokenHeader, EmptyHeader, HeaderChanged
from tidings.imports.rules.formats import Format, Kind
from tidings.imports.rules.lines import UNREADABLE
from tidings.imports.rules.mapping import Mapping
from tidings.imports.rules.mentions import mentioned
from tidings.imports.rules.reasons import Reason, Reject, excerpt
from tidings.imports.rules.records import Records, read_records

# Bounds what short rows become when they are filled up to the width of the header. So few stay in the processor's
# cache from one column to the next, and PostgreSQL gets its rows in a steady flow.
CELLS_AT_ONCE = 6_000

Row = tuple[int | str | None, ...]
"""(line, email, mobile, external_id, language, attributes and member attributes as JSON text), and in files with push
endpoints (push endpoint, app).
"""


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


def read_head(file: BinaryIO, layout: Format, *, rows: int = 20) -> Head:
    """The header and the first rows of a file. Raises HeaderError, FileError."""
    if layout.kind is Kind.XML:
        return Head(*read_beginning(file, rows))
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
    if layout.kind is Kind.XML:
        for people in read_people(file, mapping.headers, ignores_others=mapping.ignores_others):
            yield from check.batches(people)
        return
    is_header_due = True
    for records in read_records(file, layout):
        if is_header_due and (records.cells or records.rejects):
            _compare(_take_header(records, layout), mapping)
            is_header_due = False
        yield from check.batches(records)
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
        self._records_at_once = max(1, CELLS_AT_ONCE // self._width)
        self._used = [at for at, column in enumerate(mapping.columns) if column.attribute]
        self._reader = Reader(mapping)

    def batches(self, records: Records) -> Iterator[Batch]:
        """Checks each record, some at a time; the first batch also has those that couldn't be read."""
        rejects = records.rejects
        for first in range(0, len(records.cells) or 1, self._records_at_once):
            rows, refused = self._check(records, slice(first, first + self._records_at_once))
            yield Batch(rows, rejects + refused, records.bytes_read)
            rejects = []

    def _check(self, records: Records, part: slice) -> tuple[list[Row], list[Reject]]:
        """Each record of a part is a row or a reject, unless it is a blank line."""
        lines, cells = records.starts[part], records.cells[part]
        if not cells:
            return [], []
        faults: Faults = {}
        fitting = cells
        if records.suspicious or set(map(len, cells)) != {self._width}:
            fitting = self._fitted(cells, records.cells[-1] if records.is_cut_off else None, faults)
        rows = self._rows(lines, fitting, faults)
        if not faults:
            return rows, []
        rejects = [
            self._reject(lines[at], faults[at], cells[at])
            for at in sorted(faults)
            if any(map(str.strip, cells[at]))
        ]
        return [row for at, row in enumerate(rows) if at not in faults], rejects

    def _rows(self, lines: Sequence[int], records: list[list[str]], faults: Faults) -> list[Row]:
        """A row for each record; what stands in one with a fault means nothing."""
        columns = list(zip(*records, strict=True))
        identities = self._reader.identities(columns, faults)
        push = self._reader.push(columns, faults)
        attributes = self._reader.attributes(columns, faults)
        of_members = self._reader.member_attributes(columns, faults)
        return list(zip(lines, *identities, attributes, of_members, *push, strict=False))

    def _fitted(self, records: list[list[str]], last: list[str] | None, faults: Faults) -> list[list[str]]:
        """Each record as wide as the header; a blank one in place of a record that has a fault."""
        blank = [""] * self._width
        fitted = []
        for at, cells in enumerate(records):
            fault = self._misfit(cells, is_cut_off=cells is last)
            if fault:
                faults[at] = fault
            # Spreadsheets leave out the empty cells at the end of a row, or write more of them.
            fitted.append(blank if fault or not cells else cells[: self._width] + blank[len(cells) :])
        return fitted

    def _misfit(self, cells: list[str], *, is_cut_off: bool) -> Fault | None:
        """What is wrong with the width of a record, or with characters that no value may hold."""
        if any(map(str.strip, cells[self._width :])):
            return Fault(Reason.TOO_MANY_CELLS, None, " | ".join(cells[self._width :]))
        if is_cut_off and len(cells) < self._width:
            return Fault(Reason.TOO_FEW_CELLS, None, " | ".join(cells))
        for at in self._used:
            if at < len(cells) and (reason := _unstorable(cells[at])):
                return Fault(reason, at, cells[at])
        return None

    def _reject(self, line: int, fault: Fault, cells: Sequence[str]) -> Reject:
        column = "" if fault.column is None else self._headers[fault.column]
        return Reject(line, fault.reason, column, excerpt(fault.value), self._mentioned(cells))

    def _mentioned(self, cells: Sequence[str]) -> tuple[str, ...]:
        """Whom a rejected row is about: its key, and every address in it."""
        return (*self._reader.key_of(cells), *mentioned(cells))


def _unstorable(cell: str) -> Reason | None:
    if UNREADABLE in cell:
        return Reason.BAD_ENCODING
    return Reason.CONTROL_CHARACTER if FORBIDDEN_CHARACTER.search(cell) else None
