"""Messages by API, beside what `test_sending` says of them."""

from typing import Any

import pytest

MARKDOWN = {"name": "May", "subject": "Hello", "format": "markdown", "source": "# Hi"}


@pytest.fixture
def path(caller: Any) -> str:
    return f"/messages/{caller.post('/messages', MARKDOWN).json()['id']}"


def test_it_compiles_a_source_and_makes_a_text(caller: Any, path: str) -> None:
    (version,) = caller.get(path).json()["versions"]
    assert (version["format"], version["source"], version["text"]) == ("markdown", "# Hi", "Hi\n")
    assert "<h1" in version["html"]
    assert caller.get(f"{path}/versions/1").json() == version


def test_it_names_the_line_of_what_is_wrong(caller: Any) -> None:
    answer = caller.post("/messages", MARKDOWN | {"format": "mjml", "source": "<mjml>\n<mj-txt>"})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_source")
    assert "line 2" in answer.json()["detail"]
    assert caller.get("/messages").json()["items"] == []


def test_it_changes_what_is_known_and_leaves_the_rest(caller: Any, path: str) -> None:
    assert caller.patch(path, {"purpose": "service", "language": "de"}).json()["purpose"] == "service"
    assert (caller.get(path).json()["name"], caller.get(path).json()["language"]) == ("May", "de")


def test_it_compares_two_versions(caller: Any, path: str) -> None:
    caller.post(f"{path}/versions", {"subject": "Goodbye", "format": "markdown", "source": "# Hi"})
    (changed,) = caller.get(f"{path}/differences?old=1&new=2").json()
    assert (changed["part"], [piece["kind"] for piece in changed["pieces"]]) == (
        "subject",
        ["removed", "added"],
    )


def test_it_copies_archives_activates_and_deletes(caller: Any, path: str) -> None:
    made = caller.post(f"{path}/copy", {"name": "Ours", "is_template": True})
    assert (made.status_code, made.json()["is_template"]) == (201, True)
    assert [one["name"] for one in caller.get("/messages?template=true").json()["items"]] == ["Ours"]
    assert caller.post(f"{path}/archive").json()["archived_at"]
    assert [one["name"] for one in caller.get("/messages?archived=true").json()["items"]] == ["May"]
    assert caller.post(f"{path}/activate").json()["archived_at"] is None
    assert caller.delete(path).status_code == 204
    assert caller.get(path).status_code == 404


def test_it_keeps_a_message_that_was_sent(caller: Any, group: Any, version: Any, with_members: Any) -> None:
    with_members("anna@example.com")
    caller.post("/sendouts", {"group": group.pk, "message": version.message_id, "despite_warnings": True})
    answer = caller.delete(f"/messages/{version.message_id}")
    assert (answer.status_code, answer.json()["code"]) == (409, "message_used")


def test_it_lists_the_templates_that_come_with_it(caller: Any) -> None:
    keys = [one["key"] for one in caller.get("/messages/templates").json()]
    assert keys == ["newsletter", "announcement", "letter"]


def test_messages_come_in_the_order_that_is_asked_for(caller: Any) -> None:
    for name in "BAC":
        caller.post("/messages", {**MARKDOWN, "name": name})
    for order, expected in {"newest": "CAB", "oldest": "BAC", "name": "ABC", "written": "CAB"}.items():
        first = caller.get(f"/messages?sort={order}&limit=2").json()
        rest = caller.get(f"/messages?sort={order}&after={first['next']}").json()
        assert "".join(one["name"] for one in first["items"] + rest["items"]) == expected
