from io import BytesIO

import pytest
from django.core.files.storage import default_storage

from tidings.messaging import actions, files
from tidings.messaging.errors import BadFile, FileUsed, TooMuchAttached
from tidings.messaging.models import File

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def kept(name="logo.png", data=PNG, **about):
    return files.keep(BytesIO(data), name=name, by=None, **about)


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("logo.png", PNG, "image/png"),
        ("logo", b"GIF89a....", "image/gif"),
        ("x.txt", b"\xff\xd8\xff\xe0 ...", "image/jpeg"),
        ("a.webp", b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        ("Terms.PDF", b"%PDF-1.7", "application/pdf"),
    ],
)
def test_a_file_is_what_it_begins_like_or_is_called(name, data, kind):
    file = kept(name, data)
    assert (file.content_type, file.size) == (kind, len(data))
    with default_storage.open(file.stored) as stored:
        assert stored.read() == data


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("page.html", b"<script>", "its type isn't taken"),
        ("logo.svg", b"<svg onload='x'>", "its type isn't taken"),
        ("run.exe", b"MZ", "its type isn't taken"),
        ("logo.png", b"<svg>", "called like a picture but is none"),
        ("empty.txt", b"", "it is empty"),
        ("n" * 150 + ".txt", b"x", "1 to 150 characters"),
        ("/", b"x", "1 to 150 characters"),
        ("large.png", PNG + bytes(5 * 1024 * 1024), "5,120 kB are possible"),
    ],
)
def test_what_cannot_be_taken_is_told_and_leaves_nothing(name, data, words):
    with pytest.raises(BadFile, match=words):
        kept(name, data)
    assert not File.objects.exists()


@pytest.mark.parametrize("alt", ["a" * 1_001, "\x00"])
def test_a_text_that_cannot_be_kept_is_told(alt):
    with pytest.raises(BadFile, match="its text"):
        kept(alt=alt)


def test_a_path_and_control_characters_are_no_part_of_a_name():
    assert kept("C:\\secret\\..\\lo\ngo.png").name == "logo.png"


def test_nobody_guesses_the_address_of_a_file():
    one, other = kept(), kept()
    assert files.url_of(one) != files.url_of(other)
    assert len(one.token) >= 20


def test_a_file_that_a_message_shows_or_brings_along_is_not_deleted():
    shown, attached = kept(), kept("terms.pdf", b"%PDF")
    actions.write("Spring", subject="Hi", html=f'<img src="{files.url_of(shown)}">', by=None)
    actions.write("Summer", subject="Hi", text="Hi", attachments=[attached.pk], by=None)
    for file, name in ((shown, "Spring"), (attached, "Summer")):
        with pytest.raises(FileUsed, match=name):
            files.delete(file, by=None)


def test_a_file_that_nothing_uses_is_deleted_with_its_bytes():
    file = kept()
    files.delete(file, by=None)
    assert not File.objects.exists()
    assert not default_storage.exists(file.stored)


def test_attachments_keep_their_order_and_stand_once():
    one, two = kept("one.txt", b"1"), kept("two.txt", b"2")
    version = actions.write("Spring", subject="Hi", text="Hi", attachments=[two.pk, one.pk, two.pk], by=None)
    assert files.attached_to(version) == [two, one]


def test_attachments_have_room_for_ten_megabytes_together():
    halves = [kept(f"{n}.txt", bytes(6 * 1024 * 1024)) for n in range(2)]
    with pytest.raises(TooMuchAttached, match="Link to large files"):
        actions.write("Spring", subject="Hi", text="Hi", attachments=[one.pk for one in halves], by=None)


def test_files_are_found_by_name_text_and_kind():
    logo, terms = kept(alt="Our ship"), kept("terms.pdf", b"%PDF")
    assert list(files.listed("ship")) == list(files.listed(pictures=True)) == [logo]
    assert list(files.listed("TERMS")) == list(files.listed(pictures=False)) == [terms]
