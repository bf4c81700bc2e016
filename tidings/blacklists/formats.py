"""Files of entries, read as a stream: one a line or separated, CSV with a header, and XML; also gzipped.

A text holds entries separated by line ends, commas, semicolons or tabs. A CSV has a header that names one column of
entries, and maybe one of reasons. XML is `<blacklist>` with `<email>`, `<domain>` and `<phone-number>`. Memory
doesn't grow with the file, nor with a line of it.
"""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, cast
from xml.parsers import expat

from tidings.attributes.rules import FORBIDDEN_CHARACTER, one_line
from tidings.blacklists.rules import REASON_CHARACTERS_AT_MOST, Pattern, PatternFault, normalise
from tidings.kernel.errors import TidingsError

PIECE_BYTES = 64 * 1024
SHOWN_CHARACTERS = 200  # of a value that was rejected
CELL_CHARACTERS_AT_MOST = 10_000  # a longer run without a separator is no entry

_PATTERN_COLUMNS = {
    "pattern", "entry", "email", "e-mail", "mail", "e-mail address", "email address", "address", "user.email",
    "domain", "phone", "phone-number", "phone number", "mobile", "mobile number", "hash", "md5", "sha256",
}  # fmt: skip
_REASON_COLUMNS = {"reason", "comment", "note"}
_SEPARATORS = re.compile(r"[,;\t\r\n]")
_QUOTES = " \"'\u00a0"
_BY_LINES = re.compile(r"(\r\n|\r|\n)")
_ELEMENTS = {"email", "domain", "phone-number", "pattern", "md5", "sha256"}


class UnreadableList(TidingsError):
    """The file can't be read as a blacklist: {why}"""


@dataclass(frozen=True, slots=True)
class Item:
    """What one place of the file says: an entry, or why it is none."""

    line: int
    value: str
    found: Pattern | PatternFault
    reason: str = ""


def read(file: BinaryIO) -> Iterator[Item]:
    """All items of a file in their order. Raises `UnreadableList`."""
    try:
        source = _unpacked(file)
        beginning = source.peek(PIECE_BYTES)
        if beginning.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            yield from _read_xml(cast("BinaryIO", source))
        else:
            yield from _read_text(source, beginning)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UnreadableList(why=f"it is packed and damaged ({error}).") from error


def _unpacked(file: BinaryIO) -> "io.BufferedReader[Any]":
    plain: io.BufferedReader[Any] = io.BufferedReader(cast("io.RawIOBase", file), PIECE_BYTES)
    if plain.peek(2).startswith(b"\x1f\x8b"):
        return io.BufferedReader(cast("io.RawIOBase", gzip.GzipFile(fileobj=plain)), PIECE_BYTES)
    return plain


def _read_text(source: "io.BufferedReader[Any]", beginning: bytes) -> Iterator[Item]:
    encoding = "utf-16" if beginning.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    # What can't be decoded becomes a lone surrogate, which no entry may hold: so it is rejected with its line.
    errors = "replace" if encoding == "utf-16" else "surrogateescape"
    text = io.TextIOWrapper(source, encoding=encoding, errors=errors, newline="")
    head = beginning.decode(encoding, errors).lstrip().partition("\n")[0]
    separator = max(",;\t", key=head.count)
    names = [name.strip(_QUOTES).lower() for name in head.split(separator)]
    yield from _read_csv(text, separator) if _PATTERN_COLUMNS & set(names) else _read_cells(text)


def _read_csv(text: io.TextIOWrapper, separator: str) -> Iterator[Item]:
    reader = csv.reader(text, delimiter=separator)
    names = [name.strip(_QUOTES).lower() for name in next(reader)]
    pattern = next(at for at, name in enumerate(names) if name in _PATTERN_COLUMNS)
    reason = next((at for at, name in enumerate(names) if name in _REASON_COLUMNS), None)
    try:
        for row in reader:
            if value := _cell(row, pattern):
                yield _item(reader.line_num, value, _cell(row, reason))
    except csv.Error as error:
        raise UnreadableList(why=f"line {reader.line_num} is no CSV ({error}).") from error


def _cell(row: list[str], at: int | None) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from running it."""
    cell = row[at].strip() if at is not None and at < len(row) else ""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@") else cell


def _read_cells(text: io.TextIOWrapper) -> Iterator[Item]:
    line, rest = 1, ""
    while piece := text.read(PIECE_BYTES):
        *whole, rest = _BY_LINES.split(rest + piece)
        if whole and rest == "" and whole[-1] == "\r":
            rest = whole.pop()  # it may be half of a line end
            rest = whole.pop() + rest
        for part in whole:
            if _BY_LINES.fullmatch(part):
                line += 1
            else:
                yield from _items(line, part)
        *done, rest = re.split(r"([,;\t])", rest)
        yield from _items(line, "".join(done))
        if len(rest) > CELL_CHARACTERS_AT_MOST:
            raise UnreadableList(why=f"line {line} goes on for ever without a separator.")
    yield from _items(line, rest)


def _items(line: int, part: str) -> Iterator[Item]:
    for cell in _SEPARATORS.split(part):
        if value := cell.strip(_QUOTES):
            yield _item(line, value)


def _item(line: int, value: str, reason: str = "") -> Item:
    found, why = normalise(value), one_line(FORBIDDEN_CHARACTER.sub("\ufffd", reason))
    if len(why) > REASON_CHARACTERS_AT_MOST and isinstance(found, Pattern):
        return Item(line, _shown(value), PatternFault.LONG_REASON)
    return Item(line, _shown(value), found, why)


def _shown(value: str) -> str:
    """A value that can be stored and shown, whatever it was."""
    return FORBIDDEN_CHARACTER.sub("\ufffd", value[:SHOWN_CHARACTERS])


class _Xml:
    """What expat tells while it reads: the text of each element that names an entry."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.items: list[Item] = []
        self._depth = 0
        self._value: str | None = None

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2].lower()
        if self._depth == 0 and local != "blacklist":
            raise UnreadableList(why=f"its root is <{_shown(name)}>; it has to be <blacklist>.")
        self._depth += 1
        self._value = "" if local in _ELEMENTS else None

    def _text(self, text: str) -> None:
        if self._value is not None and len(self._value) <= CELL_CHARACTERS_AT_MOST:
            self._value += text

    def _end(self, name: str) -> None:
        self._depth -= 1
        if self._value is not None and (value := self._value.strip()):
            is_bare = name.rpartition(":")[2].lower() == "phone-number" and value[:1] in "123456789"
            self.items.append(_item(self.parser.CurrentLineNumber, f"+{value}" if is_bare else value))
        self._value = None

    def _doctype(self, *_words: object) -> None:
        raise UnreadableList(why="it declares a document type. Save it without <!DOCTYPE …>.")


def _read_xml(file: BinaryIO) -> Iterator[Item]:
    xml = _Xml()
    is_last = False
    try:
        while not is_last:
            data = file.read(PIECE_BYTES)
            is_last = not data
            xml.parser.Parse(data, is_last)
            yield from xml.items
            xml.items.clear()
    except expat.ExpatError as error:
        raise UnreadableList(why=f"it is no XML ({error}).") from error
