"""Copying, archiving, activating and deleting groups."""

from typing import Any

from tests.workers import NAME
from tidings.groups import lifecycle
from tidings.locks import work
from tidings.locks.actions import begin
from tidings.locks.models import Process


def test_it_copies_a_group(caller: Any, group: Any) -> None:
    caller.put(f"/groups/{group.pk}/attributes/Price", {"value": "10"})
    answer = caller.post(f"/groups/{group.pk}/copy", {"name": "Second", "address": "second@example.org"})
    assert answer.status_code == 201
    made = answer.json()
    assert answer["Location"] == f"/api/v1/groups/{made['id']}"
    assert caller.get(f"/groups/{made['id']}/attributes/price").json()["value"] == "10"


def test_it_archives_and_activates_a_group(caller: Any, group: Any) -> None:
    assert caller.post(f"/groups/{group.pk}/archive").json()["archived_at"]
    members = {"contacts": [{"email": "anna@example.org"}]}
    assert "archived" in caller.post(f"/groups/{group.pk}/members", members).content.decode()
    assert caller.post(f"/groups/{group.pk}/activate").json()["archived_at"] is None


def test_it_deletes_a_group_and_tells_how_far_it_is(caller: Any, group: Any) -> None:
    answer = caller.delete(f"/groups/{group.address}?name=News")
    assert (answer.status_code, answer.json()["state"]) == (202, "running")
    assert work.run(lifecycle.find_deletion(answer.json()["id"]).process_id, NAME)
    path = answer["Location"].removeprefix("/api/v1")
    assert caller.get(path).json()["state"] == "finished"
    assert caller.get(f"/groups/{group.pk}").status_code == 404


def test_it_deletes_nothing_under_another_name(caller: Any, group: Any) -> None:
    answer = caller.delete(f"/groups/{group.pk}?name=Other")
    assert (answer.status_code, answer.json()["code"]) == (422, "wrong_name")
    assert caller.delete(f"/groups/{group.pk}").status_code == 422
    assert caller.get(f"/groups/{group.pk}").status_code == 200


def test_it_says_who_uses_a_group_that_shall_go(caller: Any, group: Any) -> None:
    begin(Process.Kind.EXPORT, [group.pk], label="Export of News", by=None)
    for answer in (
        caller.delete(f"/groups/{group.pk}?name=News"),
        caller.post(f"/groups/{group.pk}/archive"),
    ):
        assert (answer.status_code, answer.json()["holder"]["kind"]) == (423, "export")


def test_it_knows_no_other_deletion(caller: Any) -> None:
    assert caller.get("/deletions/999").status_code == 404


def test_it_archives_several_groups_and_says_why_not_the_others(
    caller: Any, group: Any, make_group: Any
) -> None:
    other = make_group("Other")
    begin(Process.Kind.EXPORT, [group.pk], label="Export of News", by=None)
    answer = caller.post("/groups/bulk", {"act": "archive", "groups": [group.pk, other.pk]}).json()
    assert answer["done"] == [other.pk]
    assert [(one["group"], one["code"]) for one in answer["refused"]] == [(group.pk, "group_locked")]


def test_it_changes_the_category_of_several_groups(caller: Any, group: Any, make_group: Any) -> None:
    asked = {"act": "category", "groups": [group.pk, make_group("Other").pk], "category": "Retail"}
    assert len(caller.post("/groups/bulk", asked).json()["done"]) == 2
    assert len(caller.get("/groups?category=Retail").json()["items"]) == 2
