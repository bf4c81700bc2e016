"""Group attributes as CSV files, ours and those of Mapp Engage: reading and writing them. No Django, no database."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tidings.groups import rules
from tidings.groups.errors import BadAttributeFile, BadGroup, Fault

ROWS_AT_MOST = 1_000
# As many rows with the longest names and values, all of them in letters of four bytes, and some room.
BYTES_AT_MOST = 10 * 1024 * 1024
HEADER_CHARACTERS = 500  # more is no header of ours
SEPARATORS = (",", ";", "\t")
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# What spreadsheets take for a formula. Behind an apostrophe they don't, and reading takes one away again.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Layout(StrEnum):
    """How the header calls the columns. Values for Mapp Engage stand as they are; ours don't run in spreadsheets."""

    PLAIN = "plain"
    ENGAGE = "engage"


HEADERS = {
    Layout.PLAIN: ("name", "value"),
    Layout.ENGAGE: ("group.PropertyName", "group.PropertyValue"),
}


class FileMode(StrEnum):
    """What a file does with the attributes that a group has."""

    SET = "set"  # those in the file are added or changed
    ADD = "add"  # only new ones are added
    REPLACE = "replace"  # as `set`, and all others go
    DELETE = "delete"  # those that are named go


@dataclass(frozen=True)
class Row:
    """One attribute of a file; with no value if the file only names those to delete."""

    line: int
    name: str
    value: str


def read(data: bytes, mode: FileMode) -> list[Row]:
    """The attributes of a file. Raises `BadAttributeFile` with all that is wrong, by line."""
    text = _text(data)
    separator, layout, columns = _recognise(text, mode)
    faults: list[Fault] = []
    rows: list[Row] = []
    for number, (line, cells) in enumerate(_records(text, separator, faults), 1):
        if number > ROWS_AT_MOST:
            raise BadAttributeFile.of(
                f"It has more than {ROWS_AT_MOST:,} attributes, which is how many may be."
            )
        try:
            rows.append(_row(line, cells, columns, layout, mode))
        except BadGroup as error:
            faults.append(Fault(line, str(error)))
    faults += _repeated(rows)
    if not rows and not faults:
        raise BadAttributeFile.of("It has a header and no attributes, so there is nothing to do.")
    if faults:
        raise BadAttributeFile.at(sorted(faults))
    return rows


def _text(data: bytes) -> str:
    if len(data) > BYTES_AT_MOST:
        raise BadAttributeFile.of(
            f"It has over {BYTES_AT_MOST // 1024**2} MB; {ROWS_AT_MOST:,} attributes need less."
        )
    encoding = "utf-16" if data.startswith(UTF16_MARKS) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise BadAttributeFile.of(
            f"It isn't UTF-8 text: byte {error.start + 1:,} can't be read. Save it as “CSV UTF-8”."
        ) from None


def _recognise(text: str, mode: FileMode) -> tuple[str, Layout, int]:
    """Separator, layout and number of columns. Names alone are enough to delete."""
    header = next(filter(None, map(str.strip, io.StringIO(text, newline=None))), "")[:HEADER_CHARACTERS]
    for separator in SEPARATORS:
        found = [cell.strip().casefold() for cell in next(csv.reader([header], delimiter=separator), [])]
        for layout, names in HEADERS.items():
            wanted = [name.casefold() for name in names]
            if found == wanted or (mode == FileMode.DELETE and found == wanted[:1]):
                return separator, layout, len(found)
    wanted_headers = " or ".join(f"“{','.join(names)}”" for names in HEADERS.values())
    raise BadAttributeFile.of(f"Its first line has to be {wanted_headers}; it is “{header[:80]}”.")


def _records(text: str, separator: str, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """The rows below the header with the lines they begin in; blank ones are passed over."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    is_header, line = True, 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if not is_header:
                    yield line, cells
                is_header = False
            line = reader.line_num + 1
    except csv.Error as error:
        faults.append(Fault(line, f"The quotation marks don't fit: {error}."))


def _row(line: int, cells: Sequence[str], columns: int, layout: Layout, mode: FileMode) -> Row:
    if len(cells) != columns:
        raise BadGroup(why=f"It has {len(cells)} cells; the header has {columns}.")
    if layout is Layout.PLAIN:
        cells = [_without_apostrophe(cell) for cell in cells]
    if mode == FileMode.DELETE:
        return Row(line, cells[0].strip(), "")
    return Row(line, rules.attribute_name(cells[0]), rules.attribute_value(cells[1]))


def _repeated(rows: Iterable[Row]) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for row in rows:
        seen = first.setdefault(rules.attribute_key(row.name), row.line)
        if seen != row.line:
            yield Fault(row.line, f"“{row.name}” stands in line {seen} as well.")


def write(attributes: Iterable[tuple[str, str]], layout: Layout) -> Iterator[str]:
    """The lines of a file with these names and values; `read` gives back the same ones."""
    yield _line(HEADERS[layout])
    for pair in attributes:
        yield _line([_with_apostrophe(cell) for cell in pair] if layout is Layout.PLAIN else pair)


def _line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow(cells)
    return line.getvalue()


def _with_apostrophe(cell: str) -> str:
    return f"'{cell}" if cell.lstrip("'").startswith(FORMULA) else cell


def _without_apostrophe(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA) else cell
