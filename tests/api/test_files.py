"""Pictures and documents of messages by API."""

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.pictures import PNG, picture
from tidings.messaging import files, library


def test_it_stores_a_file_and_names_its_address(caller: Any) -> None:
    answer = caller.form("/files", file=SimpleUploadedFile("shop.png", PNG), alt="Our shop")
    assert (answer.status_code, answer.json()["content_type"]) == (201, "image/png")
    assert answer["Location"] == f"/api/v1/files/{answer.json()['id']}"
    refused = caller.form("/files", file=SimpleUploadedFile("x.exe", b"MZ"))
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_file")


def test_it_lists_describes_and_deletes_files(caller: Any) -> None:
    kept = library.keep(BytesIO(PNG), name="shop.png", by=None)
    (listed,) = caller.get("/files?pictures=true").json()["items"]
    assert (listed["name"], listed["url"]) == ("shop.png", files.url_of(kept))
    assert caller.patch(f"/files/{kept.pk}", {"alt": "Our shop"}).json()["alt"] == "Our shop"
    assert caller.delete(f"/files/{kept.pk}").status_code == 204
    assert caller.get(f"/files/{kept.pk}").status_code == 404


def test_it_attaches_a_file_and_keeps_it_then(caller: Any) -> None:
    kept = library.keep(BytesIO(b"%PDF"), name="terms.pdf", by=None)
    content = {"name": "May", "subject": "Hi", "text": "Hi", "attachments": [kept.pk]}
    assert caller.post("/messages", content).json()["versions"][0]["attachments"] == [kept.pk]
    answer = caller.delete(f"/files/{kept.pk}")
    assert (answer.status_code, answer.json()["code"]) == (409, "file_used")


def test_it_refuses_to_attach_what_is_not_there(caller: Any) -> None:
    content = {"name": "May", "subject": "Hi", "text": "Hi", "attachments": [999]}
    assert caller.post("/messages", content).status_code == 404


def test_it_keeps_a_wide_picture_smaller(caller: Any) -> None:
    answer = caller.form(
        "/files", file=SimpleUploadedFile("shop.png", picture(1_500, 30)), width="1200"
    ).json()
    assert (answer["name"], answer["width"], answer["is_too_wide"]) == ("shop-1200.png", 1_200, False)


def test_it_makes_a_smaller_copy(caller: Any) -> None:
    kept = library.keep(BytesIO(picture(1_500, 30)), name="shop.png", by=None)
    assert caller.get(f"/files/{kept.pk}").json()["is_too_wide"]
    answer = caller.post(f"/files/{kept.pk}/shrink", {})
    assert (answer.status_code, answer.json()["width"]) == (201, 1_200)
    assert answer["Location"] == f"/api/v1/files/{answer.json()['id']}"
    refused = caller.post(f"/files/{kept.pk}/shrink", {"width": 1_500})
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_file")
