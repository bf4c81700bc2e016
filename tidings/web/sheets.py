"""Lists as CSV files that spreadsheets open without running anything."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse

from tidings.kernel import sheets


def csv_response(
    filename: str, header: Sequence[str], rows: Iterable[Sequence[Any]]
) -> StreamingHttpResponse:
    """A download with one line per row, written while it is read."""
    return csv_file(filename, _lines(header, rows))


def csv_file(filename: str, lines: Iterable[str]) -> StreamingHttpResponse:
    """The same of lines that are CSV already."""
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )


def _lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    yield sheets.MARK
    yield sheets.line(header)
    for row in rows:
        yield sheets.line(row)
