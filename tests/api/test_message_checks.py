"""Looking at messages before they are sent, by API."""

from typing import Any

import pytest

BROKEN = '<html lang="en"><a href="http:/x">{{ contact.city }}</a></html>'


@pytest.fixture
def path(caller: Any) -> str:
    made = caller.post("/messages", {"name": "May", "subject": "One", "html": BROKEN})
    return f"/messages/{made.json()['id']}"


def test_it_lists_what_to_mend(caller: Any, path: str, group: Any, with_members: Any) -> None:
    with_members("anna@example.com")
    body = caller.get(f"{path}/check", group=group.pk).json()
    assert body["can_be_sent"] is False
    first, *rest = body["findings"]
    assert (first["severity"], first["code"], first["part"], first["line"]) == (
        "error",
        "link_broken",
        "html",
        1,
    )
    assert {"fallback_missing", "unsubscribe_missing"} <= {one["code"] for one in rest}


def test_it_checks_the_version_that_is_asked_for(caller: Any, path: str) -> None:
    caller.post(f"{path}/versions", {"subject": "Two", "text": "{{ links.unsubscribe }}"})
    assert caller.get(f"{path}/check").json() == {"can_be_sent": True, "findings": []}
    assert caller.get(f"{path}/check", version=1).json()["can_be_sent"] is False
    assert caller.get(f"{path}/check", version=3).status_code == 404


def test_it_starts_nothing_that_is_broken(caller: Any, path: str, group: Any, with_members: Any) -> None:
    with_members("anna@example.com")
    answer = caller.post(
        "/sendouts", {"group": group.pk, "message": int(path.rpartition("/")[2]), "despite_warnings": True}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "message_broken")
    assert "A link has no host" in answer.json()["detail"]


def test_it_sends_a_test_with_the_values_of_a_contact(
    caller: Any, group: Any, version: Any, with_members: Any
) -> None:
    with_members("anna@example.com")
    body = {"group": group.pk, "message": version.message_id, "test": True, "shown_as": "anna@example.com"}
    refused = caller.post("/sendouts", body)
    assert (refused.status_code, refused.json()["code"]) == (422, "no_test_recipients")
    caller.patch(f"/groups/{group.pk}/settings", {"test_recipients": {"addresses": ["tess@example.org"]}})
    sendout = caller.post("/sendouts", body).json()
    assert (sendout["kind"], sendout["audience"], sendout["holds"]) == ("test", 1, True)


def test_it_shows_one_copy_and_who_stands_beside(
    caller: Any, group: Any, version: Any, with_members: Any
) -> None:
    with_members("anna@example.com", "ben@example.com")
    path = f"/messages/{version.message_id}/preview"
    first = caller.get(path, group=group.pk).json()
    assert (first["to"], first["subject"], first["text"].strip()) == ("anna@example.com", "Hello", "Hello")
    assert first["previous"] is None
    second = caller.get(path, group=group.pk, without="contact.first_name", contact="anna@example.com").json()
    assert (second["contact"], second["previous"]) == (first["next"], first["contact"])
    assert caller.get(path, group=group.pk, contact="nobody@example.com").status_code == 404
