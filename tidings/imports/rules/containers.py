"""Packed files: one file out of a zip or gzip archive, as a stream that says where it stops being believable.

Nothing is written under a name from an archive, so paths in it do no harm. Sizes that an archive claims are not
believed; what comes out of it is counted.
"""

import gzip
import io
import zipfile
import zlib
from typing import IO, BinaryIO, cast

from tidings.imports.rules.errors import ArchiveTooLarge, BrokenArchive, EncryptedArchive, NotOneFile, NotText
from tidings.imports.rules.mapping import quoted

UNPACKED_BYTES_AT_MOST = 16 * 1024**3
# Texts of contacts shrink to a fifth or a twentieth. What shrinks to a two-hundredth and is large is a bomb.
RATIO_AT_MOST = 200
BYTES_WITHOUT_RATIO = 64 * 1024**2
PIECE_BYTES = 1024 * 1024
_GZIP = b"\x1f\x8b"
_ZIPS = (b"PK\x03\x04", b"PK\x05\x06")
_WORKBOOK_PART = "[Content_Types].xml"
_ENCRYPTED_BIT = 0x1
_Broken = (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError)


def unpacked(file: BinaryIO) -> BinaryIO:
    """The file itself, or what is packed in it. `file` stands at its beginning and can seek.

    Raises BrokenArchive, NotOneFile, EncryptedArchive and NotText; what is read from the result raises BrokenArchive
    and ArchiveTooLarge.
    """
    beginning = file.read(4)
    file.seek(0)
    if beginning.startswith(_GZIP):
        packed = cast("IO[bytes]", gzip.GzipFile(fileobj=file))
        return cast("BinaryIO", _Unpacked(packed, _size_of(file)))
    if beginning in _ZIPS:
        return _unzipped(file)
    return file


def _size_of(file: BinaryIO) -> int:
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    return size


def _unzipped(file: BinaryIO) -> BinaryIO:
    size = _size_of(file)
    try:
        archive = zipfile.ZipFile(file)
        members = [member for member in archive.infolist() if not _is_by_the_way(member)]
    except _Broken as fault:
        raise BrokenArchive(why=fault) from None
    if any(member.filename == _WORKBOOK_PART for member in members):
        raise NotText(what="an Excel workbook")
    if len(members) != 1:
        names = quoted((member.filename for member in members), at_most=5) or "none"
        raise NotOneFile(count=len(members), names=names)
    if members[0].flag_bits & _ENCRYPTED_BIT:
        raise EncryptedArchive
    try:
        return cast("BinaryIO", _Unpacked(archive.open(members[0]), size))
    except _Broken as fault:
        raise BrokenArchive(why=fault) from None


def _is_by_the_way(member: zipfile.ZipInfo) -> bool:
    """Folders, and what macOS adds."""
    last = member.filename.rpartition("/")[2]
    return member.is_dir() or member.filename.startswith("__MACOSX/") or last.startswith(("._", ".DS_Store"))


class _Unpacked(io.BufferedIOBase):
    """Reads what comes out of an archive of `packed_bytes`, and counts it."""

    def __init__(self, source: IO[bytes], packed_bytes: int) -> None:
        self._source = source
        self._most = max(BYTES_WITHOUT_RATIO, min(UNPACKED_BYTES_AT_MOST, packed_bytes * RATIO_AT_MOST))
        self._bytes = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """At most a piece at once, so that memory doesn't grow with what is packed."""
        try:
            data = self._source.read(PIECE_BYTES if size is None or size < 0 else min(size, PIECE_BYTES))
        except _Broken as fault:
            raise BrokenArchive(why=str(fault) or "it ends too early") from None
        self._bytes += len(data)
        if self._bytes > self._most:
            raise ArchiveTooLarge(limit=self._most)
        return data
