"""The library of pictures and documents, and what an editor does with them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.pictures import PNG, picture
from tests.web.browser import WIDTHS, new_context
from tidings.messaging import drafts
from tidings.messaging.actions import write
from tidings.messaging.models import File


def uploaded(operator, path="/files/", name="shop.png", data=PNG, **more):
    return operator.post(path, {"file": SimpleUploadedFile(name, data), **more})


@pytest.fixture
def message(world):
    return write("Sunday", subject="Hello", form="markdown", source="# One", by=world.user).message


def test_a_picture_is_kept_with_its_text_and_shown(world, operator):
    assert uploaded(operator, alt="Our shop").url == "/files/"
    file = File.objects.get()
    assert (file.name, file.alt, file.created_by) == ("shop.png", "Our shop", world.user)
    assert f"/f/{file.token}" in operator.get("/files/?kind=pictures&q=SHOP").content.decode()


def test_what_cannot_be_taken_is_told_at_the_form(world, operator):
    html = uploaded(operator, name="page.html", data=b"<p>").content.decode()
    assert "its type isn&#x27;t taken" in html
    assert not File.objects.exists()


def test_the_library_shows_thumbnails_that_every_browser_may_keep(world, operator):
    uploaded(operator, data=picture(900, 600))
    address = f"/files/{File.objects.get().pk}/thumbnail/"
    assert f'src="{address}"' in operator.get("/files/").content.decode()
    answer = operator.get(address)
    assert (answer["Content-Type"], answer["Cache-Control"]) == (
        "image/webp",
        "private, max-age=31536000, immutable",
    )
    assert b"".join(answer)[8:12] == b"WEBP"


def test_the_library_belongs_to_the_messages(operator):
    assert (
        '<a class="side-entry" href="/messages/" aria-current="page">'
        in operator.get("/files/").content.decode()
    )


def test_a_document_has_no_thumbnail(world, operator):
    uploaded(operator, name="terms.pdf", data=b"%PDF")
    assert operator.get(f"/files/{File.objects.get().pk}/thumbnail/").status_code == 404


def test_a_picture_that_is_too_wide_for_mail_is_kept_smaller_if_wanted(world, operator):
    uploaded(operator, data=picture(1_500, 30), narrow="yes")
    assert (File.objects.get().name, File.objects.get().width) == ("shop-1200.png", 1_200)


def test_a_smaller_copy_is_offered_for_what_is_too_wide(world, operator):
    uploaded(operator, data=picture(1_500, 30))
    wide = File.objects.get()
    assert "Make a smaller copy of shop.png" in operator.get("/files/").content.decode()
    operator.post(f"/files/{wide.pk}/shrink/")
    assert sorted(File.objects.values_list("width", flat=True)) == [1_200, 1_500]
    again = operator.post(f"/files/{File.objects.get(width=1_200).pk}/shrink/", follow=True)
    assert "it is 1,200 pixels wide" in again.content.decode()


def test_the_text_of_a_picture_is_changed_and_the_picture_deleted(world, operator):
    uploaded(operator)
    number = File.objects.get().pk
    operator.post(f"/files/{number}/describe/", {"alt": "New"})
    assert File.objects.get().alt == "New"
    operator.post(f"/files/{number}/delete/")
    assert not File.objects.exists()


def test_a_file_in_use_is_not_deleted(world, operator, message):
    uploaded(operator)
    file = File.objects.get()
    write("", subject="Hi", text="Hi", attachments=[file.pk], by=None, message=message)
    answer = operator.post(f"/files/{file.pk}/delete/", follow=True)
    assert "is used by “Sunday”" in answer.content.decode()


@pytest.mark.parametrize(
    ("form", "start"),
    [("markdown", "![A shop]("), ("mjml", "&lt;mj-image src="), ("html", "&lt;img src="), ("blocks", "http")],
)
def test_a_picture_is_put_into_the_source_in_its_format(world, operator, form, start):
    answer = uploaded(operator, "/files/add/", use="picture", format=form, alt="A shop")
    assert f'data-insert="{start}' in answer.content.decode()
    assert answer["HX-Trigger"] == "added"


def test_what_an_editor_cannot_take_is_told_there(world, operator):
    html = uploaded(operator, "/files/add/", use="picture", name="x.exe", data=b"MZ").content.decode()
    assert "its type isn&#x27;t taken" in html


def test_an_attachment_is_checked_and_travels_with_the_draft_and_its_version(world, operator, message):
    html = uploaded(
        operator, "/files/add/", use="attachment", name="terms.pdf", data=b"%PDF"
    ).content.decode()
    file = File.objects.get()
    assert f'name="attachments" value="{file.pk}"' in html
    draft = {
        "revision": "0",
        "subject": "Hi",
        "format": "markdown",
        "source": "# Hi",
        "attachments": [file.pk],
    }
    operator.post(f"/messages/{message.pk}/draft/", draft)
    assert drafts.current(message).attachments == [file.pk]
    operator.post(f"/messages/{message.pk}/edit/", draft | {"revision": "1"})
    assert message.versions.latest("number").attachments == [file.pk]
    assert "terms.pdf" in operator.get(f"/messages/{message.pk}/").content.decode()


@pytest.fixture
def tab(chromium, site):
    _, url, session = site
    context = new_context(chromium, WIDTHS[1], url, session)
    yield context.new_page()
    context.close()


def test_a_file_is_attached_without_leaving_the_editor(tab, site):
    tab.goto(f"/messages/{site[0].sendout.version.message_id}/edit/")
    upload = tab.locator("form", has=tab.get_by_label("Attach a file"))
    upload.get_by_label("Attach a file").set_input_files(
        {"name": "terms.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"}
    )
    upload.get_by_role("button", name="Upload").click()
    tab.get_by_label("terms.pdf").wait_for()
    tab.get_by_text("Draft saved").wait_for()
    tab.reload()
    assert tab.get_by_label("terms.pdf").is_checked()
