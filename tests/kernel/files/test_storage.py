import pytest
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

from tidings.kernel import db
from tidings.kernel.errors import NotFound
from tidings.kernel.files import storage
from tidings.kernel.files.storage import CHUNK_BYTES

pytestmark = pytest.mark.django_db


def read_back(name: str) -> bytes:
    with default_storage.open(name) as file:
        return file.read()


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
def test_a_file_of_any_size_comes_back_byte_for_byte(size):
    content = bytes(n % 251 for n in range(size))
    name = default_storage.save("letter.csv", ContentFile(content))
    assert read_back(name) == content
    assert default_storage.size(name) == size


def test_a_file_is_kept_in_chunks():
    default_storage.save("letter.csv", ContentFile(b"x" * (CHUNK_BYTES + 1)))
    assert db.rows("SELECT number, length(data) AS bytes FROM file_chunks ORDER BY number") == [
        {"number": 0, "bytes": CHUNK_BYTES},
        {"number": 1, "bytes": 1},
    ]


def test_lines_go_across_chunks(monkeypatch):
    monkeypatch.setattr(storage, "CHUNK_BYTES", 4)
    name = default_storage.save("letter.csv", ContentFile(b"anna\nberta\nc"))
    with default_storage.open(name) as file:
        assert list(file) == [b"anna\n", b"berta\n", b"c"]


def test_a_second_file_of_a_name_gets_another_name():
    first = default_storage.save("letter.csv", ContentFile(b"first"))
    second = default_storage.save("letter.csv", ContentFile(b"second"))
    assert (read_back(first), read_back(second)) == (b"first", b"second")


def test_a_deleted_file_is_gone_with_its_chunks():
    name = default_storage.save("letter.csv", ContentFile(b"text"))
    default_storage.delete(name)
    assert not default_storage.exists(name)
    assert db.value("SELECT count(*) FROM file_chunks") == 0


def test_a_missing_file_is_told():
    with pytest.raises(NotFound, match=r"There is no file nowhere\.csv"):
        default_storage.open("nowhere.csv")


def test_a_stored_file_is_not_written_to():
    name = default_storage.save("letter.csv", ContentFile(b"text"))
    with pytest.raises(ValueError, match="save a new one"):
        default_storage.open(name, "wb")


def test_a_file_whose_reading_fails_leaves_nothing_behind():
    class Torn(File):
        def chunks(self, chunk_size=None):  # noqa: ARG002 - the signature of Django
            yield b"the beginning"
            raise OSError("the disk is away")

    with pytest.raises(OSError, match="the disk is away"):
        default_storage.save("letter.csv", Torn(None, "letter.csv"))
    assert not default_storage.exists("letter.csv")
