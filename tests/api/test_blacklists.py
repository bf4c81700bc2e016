"""Blacklists by API."""

from typing import Any

from tidings.locks.actions import begin
from tidings.locks.models import Process

ANNA = "anna@mail.example.com"


def add(caller: Any, pattern: str, **rest: Any) -> Any:
    return caller.post("/blacklist", {"pattern": pattern, **rest})


def test_it_adds_an_entry_once(caller: Any) -> None:
    first = add(caller, " Anna@mail.Example.com", reason="asked us")
    again = add(caller, ANNA)
    assert (first.status_code, again.status_code) == (201, 200)
    entry = first.json()
    assert again.json() == entry
    assert (entry["pattern"], entry["kind"], entry["group"], entry["added_by"]) == (
        ANNA,
        "email",
        None,
        "Anna",
    )
    assert caller.get(first["Location"].removeprefix("/api/v1")).json() == entry


def test_it_says_what_is_wrong_with_a_pattern(caller: Any) -> None:
    answer = add(caller, "nobody")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_pattern")
    assert "“nobody”" in answer.json()["detail"]


def test_it_keeps_the_lists_of_groups_apart(caller: Any, group: Any) -> None:
    add(caller, "example.com")
    add(caller, "*.example.com", group="news@example.org")
    assert [e["pattern"] for e in caller.get("/blacklist").json()["items"]] == ["example.com"]
    own = caller.get("/blacklist", group=group.pk).json()["items"]
    assert [(e["pattern"], e["group"]) for e in own] == [("*.example.com", group.pk)]


def test_it_walks_a_list_page_by_page(caller: Any) -> None:
    for number in range(5):
        add(caller, f"p{number}@example.com")
    seen, after = [], "0"
    while after:
        page = caller.get("/blacklist", limit=2, after=after).json()
        seen += [entry["pattern"] for entry in page["items"]]
        after = page["next"]
    assert seen == [f"p{number}@example.com" for number in range(5)]


def test_it_tells_which_entries_keep_an_address_out(caller: Any, group: Any) -> None:
    add(caller, "*.example.com")
    add(caller, ANNA, group=group.pk)
    found = caller.get("/blacklist/check", address=ANNA, group=group.pk).json()
    assert found["blacklisted"]
    assert [entry["pattern"] for entry in found["entries"]] == ["*.example.com", ANNA]
    assert caller.get("/blacklist/check", address="anna@example.org").json()["blacklisted"] is False


def test_it_removes_an_entry_once(caller: Any) -> None:
    number = add(caller, ANNA).json()["id"]
    assert caller.delete(f"/blacklist/{number}").status_code == 204
    assert caller.delete(f"/blacklist/{number}").status_code == 404


def test_no_lock_refuses_an_entry(caller: Any, group: Any) -> None:
    begin(Process.Kind.IMPORT, [group.pk], label="people.csv", by=None)
    assert add(caller, ANNA, group=group.pk).status_code == 201


def test_it_gives_a_list_as_csv(caller: Any) -> None:
    add(caller, "+491713920000", reason="=1+1")
    lines = b"".join(caller.get("/blacklist.csv").streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "pattern,kind,reason,source,added_by,added_at"
    assert lines[1].startswith("+491713920000,mobile,'=1+1,api,Anna,2")
