"""Exports by API, as wanted."""

from typing import Any


def test_it_exports_as_wanted(caller: Any, group: Any, with_members: Any, run_jobs: Any) -> None:
    with_members("anna@example.com", "berta@example.com")
    wish = {"group": group.pk, "format": "xml", "columns": ["email"], "states": ["active"], "packing": "gzip"}
    answer = caller.post("/exports", wish)
    assert answer.status_code == 202
    run_jobs()
    done = caller.get(answer["Location"].removeprefix("/api/v1")).json()
    assert (done["state"], done["rows"], done["columns"]) == ("finished", 2, ["email"])
    assert done["kept_until"]
    file = caller.get(done["file"].removeprefix("/api/v1"))
    assert file["Content-Type"] == "application/gzip"
    assert [one["id"] for one in caller.get("/exports", group=group.pk).json()["items"]] == [done["id"]]


def test_it_refuses_columns_that_are_not_there(caller: Any, group: Any) -> None:
    answer = caller.post("/exports", {"group": group.pk, "columns": ["shoe"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "no_such_column")


def test_it_lists_the_columns_there_are(caller: Any) -> None:
    names = [column["name"] for column in caller.get("/exports/columns").json()]
    assert names[:3] == ["email", "mobile", "external_id"]
    assert names[-3:] == ["state", "joined_by", "joined_at"]


def test_it_cancels_an_export(caller: Any, group: Any, run_jobs: Any) -> None:
    number = caller.post("/exports", {"group": group.pk}).json()["id"]
    assert caller.post(f"/exports/{number}/cancel").status_code == 200
    run_jobs()
    assert caller.get(f"/exports/{number}").json()["state"] == "cancelled"
    assert caller.get(f"/exports/{number}/file").json()["code"] == "file_gone"
    assert caller.post(f"/exports/{number}/cancel").json()["code"] == "export_ended"
