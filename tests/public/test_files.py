"""Pictures and documents that messages show or link to."""

from io import BytesIO

import pytest

from tests.pictures import PNG
from tidings.messaging import library

pytestmark = pytest.mark.django_db


def loaded(client, name, data):
    file = library.keep(BytesIO(data), name=name, by=None)
    return client.get(f"/f/{file.token}")


def test_a_picture_is_shown_to_whoever_has_its_address_and_kept_by_caches(client):
    answer = loaded(client, "Löwe.png", PNG)
    assert (answer.status_code, b"".join(answer), answer["Content-Type"]) == (200, PNG, "image/png")
    assert answer["Content-Disposition"].startswith("inline")
    assert "immutable" in answer["Cache-Control"]
    assert "Set-Cookie" not in answer


def test_a_document_is_saved_not_shown(client):
    answer = loaded(client, "terms.pdf", b"%PDF-1.7")
    assert answer["Content-Disposition"] == 'attachment; filename="terms.pdf"'


def test_no_browser_runs_or_reinterprets_a_file(client):
    answer = loaded(client, "x.txt", b"<script>alert(1)</script>")
    assert (answer["X-Content-Type-Options"], answer["Content-Type"]) == ("nosniff", "text/plain")
    assert "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("token", ["x", "..", "%00", "a" * 200])
def test_a_file_that_is_not_there_is_told(client, token):
    assert client.get(f"/f/{token}").status_code == 404


def test_a_file_is_only_read(client):
    assert client.post("/f/x").status_code == 405
