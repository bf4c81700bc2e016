"""CSV files that spreadsheets open without running anything."""

import csv
import io
import re
from collections.abc import Iterable
from datetime import datetime

MARK = "\ufeff"  # spreadsheets take a file without it for a local character set
# +491713920000 and -5 begin like formulas and are none: whoever reads the file shall get them back as they are.
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*", re.ASCII)


def defuse(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe goes before what begins like one."""
    return "'" + cell if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def cell(value: object) -> str:
    """A value as a cell: nothing for None, `true` and `false`, numbers as they are, times to the second as ISO 8601
    writes them, texts defused.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = value.isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)
    return text if _NUMBER.fullmatch(text) else defuse(text)


def line(cells: Iterable[object], *, separator: str = ",") -> str:
    """One line of a file, with its end."""
    written = io.StringIO()
    csv.writer(written, delimiter=separator).writerow([cell(value) for value in cells])
    return written.getvalue()
