"""Lists as CSV files that spreadsheets open without running anything."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse

# A cell that begins so is run as a formula by spreadsheets; an apostrophe before it makes it text.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """A file that hands each written line back."""

    def write(self, line: str) -> str:
        return line


def defused(cell: object) -> object:
    """The cell, with text that a spreadsheet would run marked as text."""
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return f"'{cell}"
    return "" if cell is None else cell


def csv_response(
    filename: str, header: Sequence[str], rows: Iterable[Sequence[Any]]
) -> StreamingHttpResponse:
    """A download with one line per row, written while it is read."""
    return StreamingHttpResponse(
        _lines(header, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )


def _lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield "\ufeff"  # spreadsheets take a file without it for a local character set
    yield writer.writerow(header)
    for row in rows:
        yield writer.writerow([defused(cell) for cell in row])
