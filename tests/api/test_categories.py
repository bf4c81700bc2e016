"""Categories."""

from typing import Any


def test_it_creates_gets_renames_and_deletes_one(caller: Any) -> None:
    made = caller.post("/categories", {"name": "Retail"})
    assert made.status_code == 201
    path = made["Location"].removeprefix("/api/v1")
    assert caller.get(path).json() == made.json()
    assert caller.put(path, {"name": "Shops"}).json()["name"] == "Shops"
    assert caller.delete(path).status_code == 204
    assert caller.get(path).status_code == 404


def test_it_lists_them_with_their_numbers_of_groups(caller: Any, group: Any) -> None:
    caller.patch(f"/groups/{group.pk}/settings", {"general": {"category": "Retail"}})
    caller.post("/categories", {"name": "Service"})
    found = caller.get("/categories").json()["items"]
    assert [(one["name"], one["groups"]) for one in found] == [("Retail", 1), ("Service", 0)]
    assert [one["name"] for one in caller.get("/categories", search="serv").json()["items"]] == ["Service"]


def test_it_says_that_a_name_is_taken(caller: Any) -> None:
    caller.post("/categories", {"name": "Retail"})
    answer = caller.post("/categories", {"name": "retail"})
    assert (answer.status_code, answer.json()["code"]) == (409, "category_taken")


def test_it_lists_archived_locked_and_supergroups(caller: Any, group: Any) -> None:
    caller.post(f"/groups/{group.pk}/archive")
    assert caller.get("/groups").json()["items"] == []
    assert [one["id"] for one in caller.get("/groups", archived=True).json()["items"]] == [group.pk]
    assert caller.get("/groups", archived=True, locked=True).json()["items"] == []
    assert caller.get("/groups", archived=True, supergroup=True).json()["items"] == []
