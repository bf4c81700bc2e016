"""Bytes of a file -> physical lines of text, in pieces of bounded size."""

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from tidings.imports.rules.errors import RecordTooLong, UnknownEncoding

PIECE_BYTES = 256 * 1024  # about 4,000 rows: large enough to amortise the work per piece, small in memory
RECORD_CHARACTERS_AT_MOST = 4 * 1024 * 1024  # 2,000 characters in each of 1,000 columns, twice

# Stands for a byte that can't be decoded. A lone surrogate never comes out of a strict decoder.
UNREADABLE = "\udcff"
_MARK_UNREADABLE = "tidings-mark-unreadable"

_CONTROL_BYTES = bytes(set(range(0x20)) - set(b"\t\n\r"))


def _mark_unreadable(fault: UnicodeError) -> tuple[str, int]:
    if not isinstance(fault, UnicodeDecodeError):
        raise fault
    return UNREADABLE, fault.end


codecs.register_error(_MARK_UNREADABLE, _mark_unreadable)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some whole lines with their line ends; only the `last` piece may end without one.

    `suspicious` says that a character stands in it that no stored text may hold.
    """

    lines: list[str]
    suspicious: bool
    last: bool
    bytes_read: int


def decoder_of(encoding: str) -> codecs.IncrementalDecoder:
    """A decoder that marks what it can't read with `UNREADABLE`. Raises UnknownEncoding."""
    try:
        return codecs.getincrementaldecoder(encoding)(_MARK_UNREADABLE)
    except LookupError:
        raise UnknownEncoding(encoding=encoding) from None


def read_lines(file: BinaryIO, encoding: str) -> Iterator[Piece]:
    """The lines of a file, split at LF, CR LF and CR only. Raises RecordTooLong.

    `str.splitlines` would also split at form feeds and at Unicode's own line separators, which are text here.
    """
    decoder = decoder_of(encoding)
    rest, bytes_read, lines_read, last = "", 0, 0, False
    while not last:
        data = file.read(PIECE_BYTES)
        last = not data
        bytes_read += len(data)
        text = rest + decoder.decode(data, final=last)
        if bytes_read == len(data):
            text = text.removeprefix("\ufeff")  # a mark that the chosen character set doesn't provide for
        lines = io.StringIO(text, newline="").readlines()
        # A CR at the end may be half of a CR LF.
        rest = "" if last or not lines or lines[-1].endswith("\n") else lines.pop()
        lines_read += len(lines)
        if len(rest) > RECORD_CHARACTERS_AT_MOST:
            raise RecordTooLong(line=lines_read + 1, limit=RECORD_CHARACTERS_AT_MOST)
        yield Piece(lines, _is_suspicious(text), last, bytes_read)


def _is_suspicious(text: str) -> bool:
    if UNREADABLE in text or "\ufffe" in text or "\uffff" in text:
        return True
    data = text.encode("utf-8", "surrogatepass")
    # Six times as fast as a regular expression over the text.
    return len(data.translate(None, _CONTROL_BYTES)) != len(data)
