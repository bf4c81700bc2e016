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


def test_it_reads_a_file_onto_a_list(caller: Any, group: Any, run_jobs: Any) -> None:
    answer = caller.upload(
        f"/blacklist/imports?group={group.pk}&mode=add&filename=never.txt",
        b"a@example.com\nnobody",
        "text/plain",
    )
    assert answer.status_code == 202
    run_jobs()
    done = caller.get(answer["Location"].removeprefix("/api/v1")).json()
    assert (done["state"], done["values"], done["added"], done["rejected"]) == ("finished", 2, 1, 1)
    assert [e["source"] for e in caller.get("/blacklist", group=group.pk).json()["items"]] == ["import"]
    assert [run["id"] for run in caller.get("/blacklist/imports", group=group.pk).json()["items"]] == [
        done["id"]
    ]
    rejects = caller.get(f"/blacklist/imports/{done['id']}/rejects.csv")
    assert b"2,nobody,unknown" in b"".join(rejects.streaming_content)


def test_it_repeats_the_answer_of_an_import_and_starts_nothing(caller: Any) -> None:
    calls = [
        caller.upload("/blacklist/imports", b"a@example.com", **{"Idempotency-Key": "one"}) for _ in range(2)
    ]
    assert calls[0].json() == calls[1].json()


def test_it_refuses_a_file_for_a_group_in_use(caller: Any, group: Any) -> None:
    begin(Process.Kind.EXPORT, [group.pk], label="members", by=None)
    assert caller.upload(f"/blacklist/imports?group={group.pk}", b"a@example.com").status_code == 423


def test_it_cancels_an_import_of_a_list(caller: Any, run_jobs: Any) -> None:
    number = caller.upload("/blacklist/imports", b"a@example.com").json()["id"]
    assert caller.post(f"/blacklist/imports/{number}/cancel").status_code == 200
    run_jobs()
    assert caller.get(f"/blacklist/imports/{number}").json()["state"] == "cancelled"
    assert caller.post(f"/blacklist/imports/{number}/cancel").json()["code"] == "blacklist_import_ended"
