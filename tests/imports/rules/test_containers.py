"""One file comes out of an archive, or an error that says why not."""

import contextlib
import gzip
import io
import zipfile

import pytest

from tidings.imports.rules import containers
from tidings.imports.rules.containers import unpacked
from tidings.imports.rules.errors import ArchiveTooLarge, BrokenArchive, EncryptedArchive, NotOneFile, NotText

TEXT = b"email\nanna@example.com\n"


def zipped(*names: str, content: bytes = TEXT) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, b"" if name.endswith("/") else content)
    return packed.getvalue()


def read(packed: bytes) -> bytes:
    file = unpacked(io.BytesIO(packed))
    return b"".join(iter(lambda: file.read(1_000), b""))


@pytest.mark.parametrize("plain", [b"", b"e", TEXT])
def test_what_is_not_packed_stays_as_it_is(plain):
    assert read(plain) == plain


def test_gzip_is_unpacked():
    assert read(gzip.compress(TEXT)) == TEXT


@pytest.mark.parametrize(
    "name", ["people.csv", "a/b/people.csv", "../../etc/passwd", "/etc/passwd", "C:\\x.csv"]
)
def test_zip_is_unpacked_whatever_the_path_in_it(name):
    assert read(zipped(name)) == TEXT


def test_folders_and_what_macos_adds_do_not_count():
    assert read(zipped("people/", "people/people.csv", "__MACOSX/._people.csv", "people/.DS_Store")) == TEXT


def test_several_files_are_told_by_name():
    with pytest.raises(NotOneFile, match=r'2 files \("a.csv", "b.csv"\)'):
        read(zipped("a.csv", "b.csv"))


def test_an_empty_archive_is_told():
    with pytest.raises(NotOneFile, match="0 files"):
        read(zipped())


def test_an_excel_workbook_is_told():
    with pytest.raises(NotText, match="Excel"):
        read(zipped("[Content_Types].xml", "xl/workbook.xml"))


def test_an_archive_with_a_password_is_told():
    packed = bytearray(zipped("people.csv"))
    packed[6] |= 1
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(EncryptedArchive):
        read(bytes(packed))


@pytest.mark.parametrize("packed", [gzip.compress(TEXT), zipped("people.csv")], ids=["gzip", "zip"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_cut_off_archive_is_told(packed, share):
    with pytest.raises(BrokenArchive):
        read(packed[: int(len(packed) * share)])


def test_a_damaged_archive_is_told():
    packed = bytearray(gzip.compress(TEXT * 1_000))
    packed[-6] ^= 0xFF  # the checksum
    with pytest.raises(BrokenArchive):
        read(bytes(packed))


@pytest.mark.parametrize(
    "pack", [gzip.compress, lambda text: zipped("a.csv", content=text)], ids=["gzip", "zip"]
)
def test_a_bomb_is_refused_when_more_comes_out_than_believable(pack, monkeypatch):
    monkeypatch.setattr(containers, "BYTES_WITHOUT_RATIO", 100_000)
    with pytest.raises(ArchiveTooLarge):
        read(pack(bytes(10_000_000)))


def test_a_size_that_an_archive_claims_is_not_believed():
    packed = bytearray(zipped("a.csv", content=bytes(100_000)))
    at = packed.index(b"PK\x01\x02") + 24
    packed[at : at + 4] = (10).to_bytes(4, "little")
    with contextlib.suppress(BrokenArchive):
        assert len(read(bytes(packed))) <= 10


def test_much_is_believed_of_what_does_not_shrink_much(monkeypatch):
    monkeypatch.setattr(containers, "BYTES_WITHOUT_RATIO", 1_000)
    text = b"".join(b"person%d@example.com\n" % n for n in range(10_000))
    assert read(gzip.compress(text)) == text
