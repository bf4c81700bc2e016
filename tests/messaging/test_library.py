from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from tests.pictures import PNG, moving, picture
from tidings.messaging import actions, files, library
from tidings.messaging.errors import BadFile, FileUsed, TooMuchAttached
from tidings.messaging.models import File

pytestmark = pytest.mark.django_db


def kept(name="logo.png", data=PNG, **about):
    return library.keep(BytesIO(data), name=name, by=None, **about)


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("logo.png", PNG, "image/png"),
        ("logo", picture(form="GIF"), "image/gif"),
        ("x.txt", picture(form="JPEG"), "image/jpeg"),
        ("a.webp", picture(form="WEBP"), "image/webp"),
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
        ("cut.png", PNG[:-40], "can't be read as a picture"),
        ("noise.jpg", b"\xff\xd8\xff" + bytes(range(256)), "can't be read as a picture"),
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
            library.delete(file, by=None)


def test_a_file_that_nothing_uses_is_deleted_with_its_bytes():
    file = kept()
    library.delete(file, by=None)
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


def bytes_of(stored):
    with default_storage.open(stored) as content:
        return content.read()


def measured(data):
    with Image.open(BytesIO(data)) as shown:
        return shown.format, shown.size


def test_a_picture_knows_its_size_and_keeps_a_thumbnail():
    file = kept("shop.jpg", picture(3_000, 1_500, "JPEG"))
    assert (file.width, file.height, file.is_too_wide) == (3_000, 1_500, True)
    assert measured(bytes_of(file.thumbnail)) == ("WEBP", (400, 200))


def test_a_picture_that_cameras_turned_is_measured_and_shown_upright():
    file = kept("shop.jpg", picture(800, 400, "JPEG", orientation=6))
    assert (file.width, file.height) == (400, 800)
    assert measured(bytes_of(file.thumbnail)) == ("WEBP", (200, 400))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_pictures_of_all_kinds_of_colours_have_a_thumbnail(mode):
    file = kept("logo.png", picture_of(mode))
    assert measured(bytes_of(file.thumbnail)) == ("WEBP", (400, 300))


def picture_of(mode):
    saved = BytesIO()
    Image.new(mode, (800, 600)).save(saved, "PNG")
    return saved.getvalue()


def test_a_document_has_neither_size_nor_thumbnail():
    file = kept("terms.pdf", b"%PDF")
    assert (file.width, file.height, file.thumbnail, file.is_too_wide) == (0, 0, "", False)


def test_a_small_file_that_would_fill_the_memory_is_refused_before_it_is_read():
    bomb = picture(8_000, 8_000, mode="1")
    assert len(bomb) < 25_000
    with pytest.raises(BadFile, match="8,000 times 8,000 pixels; 40 million are possible"):
        kept("bomb.png", bomb)


def test_a_wide_picture_is_made_smaller_before_it_is_kept():
    file = kept("shop.webp", picture(3_000, 1_500, "WEBP"), alt="Our shop", width=1_200)
    assert (file.name, file.content_type, file.alt) == ("shop-1200.jpg", "image/jpeg", "Our shop")
    assert measured(bytes_of(file.stored)) == ("JPEG", (1_200, 600))


def test_a_picture_that_is_no_wider_is_kept_as_it_is():
    assert bytes_of(kept(width=1_200).stored) == PNG


def test_a_smaller_copy_says_nothing_of_the_camera_and_its_place():
    file = kept("shop.jpg", picture(800, 400, "JPEG", orientation=6), width=200)
    with Image.open(BytesIO(bytes_of(file.stored))) as shown:
        assert (shown.size, dict(shown.getexif())) == ((200, 400), {})


def test_a_smaller_copy_is_another_file_and_keeps_what_is_clear():
    file = kept("logo.png", picture(2_000, 100, mode="RGBA"), alt="Logo")
    copy = library.shrink(file, by=None)
    assert (copy.name, copy.width, copy.alt, copy.pk) == ("logo-1200.png", 1_200, "Logo", file.pk + 1)
    with Image.open(BytesIO(bytes_of(copy.stored))) as shown:
        assert shown.mode == "RGBA"
    assert files.find(file.pk).width == 2_000


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("small.png", PNG, "it is 40 pixels wide"),
        ("terms.pdf", b"%PDF", "it is no picture"),
        ("ship.gif", moving(), "it moves"),
    ],
)
def test_what_cannot_be_made_smaller_is_told(name, data, words):
    file = kept(name, data)
    with pytest.raises(BadFile, match=words):
        library.shrink(file, by=None)


def test_a_thumbnail_goes_with_its_picture():
    file = kept()
    library.delete(file, by=None)
    assert not default_storage.exists(file.thumbnail)
