"""Rows -> the text format of PostgreSQL's COPY, a column at a time: a third of the work of row by row."""

from collections.abc import Sequence

from tidings.imports.rules.rows import Row

_NULL = "\\N"
_ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))  # the backslash first


def copy_text(rows: Sequence[Row]) -> bytes:
    """What COPY reads as these rows. No NUL may stand in them."""
    if not rows:
        return b""
    numbers, *texts = zip(*rows, strict=True)
    columns = [map(str, numbers), *map(_written, texts)]
    lines = [*map("\t".join, zip(*columns, strict=True)), ""]
    return "\n".join(lines).encode()


def _written(column: Sequence[str | None]) -> list[str]:
    together = "".join(filter(None, column))
    for character, escape in _ESCAPES:
        if character in together:  # one look for the whole column; most have none
            column = [value and value.replace(character, escape) for value in column]
    return [_NULL if value is None else value for value in column]
