"""Physical lines -> records of cells, with the line each one starts on.

A quotation mark that is never closed swallows what follows it. So a record that can't be read costs only its
first line: reading goes on with the next one, within a budget that keeps a hopeless file from taking
hours.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, BinaryIO

from tidings.imports.rules.errors import QuotesEverywhereBroken
from tidings.imports.rules.formats import Format
from tidings.imports.rules.lines import RECORD_CHARACTERS_AT_MOST, Piece, read_lines
from tidings.imports.rules.mentions import mentioned
from tidings.imports.rules.reasons import Reason, Reject, excerpt

CELL_CHARACTERS_AT_MOST = 1024 * 1024
REREAD_LINES_AT_LEAST = 1_000_000  # about a second of work; beyond it, as many as were read


@dataclass(slots=True)
class Records:
    """Records of one piece: `cells[i]` starts on line `starts[i]`; blank lines are empty lists.

    `is_cut_off` says that the file's last record has no line end. `bytes_read` counts from the file's start.
    """

    starts: Sequence[int] = ()
    cells: list[list[str]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    suspicious: bool = False
    is_cut_off: bool = False
    bytes_read: int = 0


def read_records(file: BinaryIO, layout: Format) -> Iterator[Records]:
    """All records of a file in order, the header among them. Memory is bounded by piece and record.

    Raises RecordTooLong, QuotesEverywhereBroken.
    """
    # The limit is the process's; the csv module knows no other.
    csv.field_size_limit(CELL_CHARACTERS_AT_MOST)
    cutter = _Cutter(layout)
    for piece in read_lines(file, layout.encoding):
        yield cutter.cut(piece)


class _Cutter:
    """Cuts pieces into records and carries a record that is still open over to the next piece."""

    def __init__(self, layout: Format) -> None:
        self._reading: dict[str, Any] = {
            "delimiter": layout.separator,
            "quotechar": layout.quote,
            "skipinitialspace": layout.space_after_separator,
            "strict": True,
        }
        self._skip = layout.skipped_lines
        self._carried: list[str] = []
        self._carried_suspicious = False
        self._lines_before = 0
        self._reread = 0

    def cut(self, piece: Piece) -> Records:
        lines = self._carried + piece.lines if self._carried else piece.lines
        lines = self._without_skipped(lines)
        records = Records(
            suspicious=piece.suspicious or self._carried_suspicious,
            is_cut_off=piece.last and bool(lines) and not lines[-1].endswith(("\n", "\r")),
            bytes_read=piece.bytes_read,
        )
        used = self._cut_at_once(lines, records)
        if used is None:
            used = self._cut_one_by_one(lines, records, last=piece.last)
        self._carried = lines[used:]
        self._carried_suspicious = bool(self._carried) and records.suspicious
        self._lines_before += used
        return records

    def _without_skipped(self, lines: list[str]) -> list[str]:
        skipped = min(self._skip, len(lines))
        self._skip -= skipped
        self._lines_before += skipped
        return lines[skipped:] if skipped else lines

    def _cut_at_once(self, lines: list[str], records: Records) -> int | None:
        """The common case at the csv module's full speed: each line is a record. None if it isn't."""
        try:
            cells = list(csv.reader(lines, **self._reading))
        except csv.Error:
            return None
        if len(cells) != len(lines):
            return None
        first = self._lines_before + 1
        records.starts = range(first, first + len(lines))
        records.cells = cells
        return len(lines)

    def _cut_one_by_one(self, lines: list[str], records: Records, *, last: bool) -> int:
        """Cuts records that go over several lines or are broken; returns how many lines are done."""
        records.starts = starts = list[int]()
        source = iter(lines)
        done = begun = taken = 0  # lines finished, where the reader began, lines gone from the source
        reader = csv.reader(source, **self._reading)
        while done < len(lines):
            try:
                for cells in reader:
                    starts.append(self._lines_before + done + 1)
                    records.cells.append(cells)
                    done = begun + reader.line_num
            except csv.Error:
                end = begun + reader.line_num
                if end == len(lines) and not last and _fits(lines[done:]):
                    return done  # the record may go on in the next piece
                records.rejects.append(self._reject(done, lines[done]))
                self._charge(end - done - 1)
                done, begun, taken = done + 1, done + 1, max(taken, end)
                reader = csv.reader(chain(lines[begun:taken], source), **self._reading)
        return done

    def _reject(self, index: int, line: str) -> Reject:
        is_long = len(line) > CELL_CHARACTERS_AT_MOST
        reason = Reason.TOO_LONG if is_long else Reason.BAD_QUOTES
        value = excerpt(line.rstrip("\r\n"))
        return Reject(self._lines_before + index + 1, reason, "", value, mentioned([line]))

    def _charge(self, lines: int) -> None:
        self._reread += lines
        if self._reread > REREAD_LINES_AT_LEAST + self._lines_before:
            raise QuotesEverywhereBroken(line=self._lines_before + 1)


def _fits(lines: list[str]) -> bool:
    return sum(map(len, lines)) <= RECORD_CHARACTERS_AT_MOST
