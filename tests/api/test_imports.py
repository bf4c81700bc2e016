"""Imports by API: they are accepted and queued here; what workers do with them is tested with imports."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tidings.imports.models import Import, Reject
from tidings.locks.models import GroupLock

FILE = b"email,first_name\na@example.com,Anna\n"


def test_it_accepts_a_csv_body_and_locks_the_group(caller: Any, group: Any) -> None:
    answer = caller.upload(f"/imports?group={group.address}&filename=people.csv", FILE)
    assert answer.status_code == 202
    started = caller.get(answer["Location"].removeprefix("/api/v1")).json()
    assert (started["state"], started["filename"], started["group"]) == ("queued", "people.csv", group.pk)
    assert caller.get(f"/groups/{group.pk}/lock").json()["mode"] == "exclusive"


def test_it_accepts_a_form_with_a_file(caller: Any, group: Any) -> None:
    answer = caller.form(f"/imports?group={group.pk}", file=SimpleUploadedFile("people.csv", FILE))
    assert (answer.status_code, answer.json()["filename"]) == (202, "people.csv")


def test_it_refuses_a_form_without_a_file(caller: Any, group: Any) -> None:
    answer = caller.form(f"/imports?group={group.pk}", other="x")
    assert (answer.status_code, answer.json()["code"]) == (422, "no_file")


def test_it_refuses_a_body_that_is_no_file(caller: Any, group: Any) -> None:
    answer = caller.upload(f"/imports?group={group.pk}", b"{}", kind="application/json")
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_body")


def test_it_takes_how_people_join(caller: Any, group: Any) -> None:
    answer = caller.upload(f"/imports?group={group.pk}&joining=notice", FILE)
    assert (answer.status_code, answer.json()["joining"], answer.json()["letters"]) == (202, "notice", 0)


def test_it_takes_the_country_of_mobile_numbers(caller: Any, group: Any) -> None:
    file = b"mobile\n0171 3920001\n"
    assert caller.upload(f"/imports?group={group.pk}&country=XX", file).status_code == 422
    assert caller.upload(f"/imports?group={group.pk}&country=DE", file).status_code == 202


def test_it_refuses_letters_where_nobody_joins(caller: Any, group: Any) -> None:
    answer = caller.upload(f"/imports?group={group.pk}&joining=notice&mode=update", FILE)
    assert (answer.status_code, answer.json()["code"]) == (422, "nobody_joins")


def test_it_refuses_unknown_columns_before_anything_changes(caller: Any, group: Any) -> None:
    answer = caller.upload(f"/imports?group={group.pk}", b"email,Fax\na@example.com,1\n")
    assert answer.status_code == 422
    assert "Fax" in answer.json()["detail"]
    assert not Import.objects.exists()
    assert not caller.get(f"/groups/{group.pk}/lock").json()["locked"]


@pytest.mark.parametrize("query", ["map=Fax=ignore", "unknown_columns=ignore", "unknown_columns=new"])
def test_it_does_with_unknown_columns_what_it_is_told(caller: Any, group: Any, query: str) -> None:
    answer = caller.upload(f"/imports?group={group.pk}&{query}", b"email,Fax\na@example.com,1\n")
    assert answer.status_code == 202


def test_it_refuses_a_mapping_without_a_field(caller: Any, group: Any) -> None:
    answer = caller.upload(f"/imports?group={group.pk}&map=Fax", FILE)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_mapping")


def test_it_tells_who_locks_the_group(caller: Any, group: Any) -> None:
    caller.upload(f"/imports?group={group.pk}&filename=first.csv", FILE)
    answer = caller.upload(f"/imports?group={group.pk}", FILE)
    assert (answer.status_code, answer.json()["code"]) == (423, "group_locked")
    holder = answer.json()["holder"]
    assert (holder["kind"], holder["mode"]) == ("import", "exclusive")
    assert "first.csv" in holder["label"]


def test_it_starts_one_import_for_one_idempotency_key(caller: Any, group: Any) -> None:
    path = f"/imports?group={group.pk}&dry_run=true"
    first, again = (caller.upload(path, FILE, **{"Idempotency-Key": "once"}) for _ in range(2))
    assert first.json() == again.json()
    assert first["Location"] == again["Location"]
    assert Import.objects.count() == 1


def test_it_refuses_another_file_under_a_used_key(caller: Any, group: Any) -> None:
    path = f"/imports?group={group.pk}&dry_run=true"
    caller.upload(path, FILE, **{"Idempotency-Key": "once"})
    answer = caller.upload(path, FILE + b"b@example.com,B\n", **{"Idempotency-Key": "once"})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_idempotency_key")


def test_it_cancels_an_import(caller: Any, group: Any) -> None:
    number = caller.upload(f"/imports?group={group.pk}", FILE).json()["id"]
    assert caller.post(f"/imports/{number}/cancel").status_code == 200
    assert Import.objects.get().process.cancel_requested


def test_it_gives_rejected_rows_as_csv(caller: Any, group: Any) -> None:
    number = caller.upload(f"/imports?group={group.pk}", FILE).json()["id"]
    Reject.objects.create(run_id=number, line=2, reason="bad_address", column="email", value="a@@b")
    answer = caller.get(f"/imports/{number}/rejects.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert b"2,bad_address,email,a@@b" in b"".join(answer.streaming_content)


def test_it_lists_imports_newest_first(caller: Any, group: Any) -> None:
    path = f"/imports?group={group.pk}&dry_run=true"
    numbers = [caller.upload(path, FILE).json()["id"] for _ in range(3)]
    page = caller.get("/imports", limit=2).json()
    rest = caller.get("/imports", limit=2, after=page["next"]).json()
    assert [one["id"] for one in page["items"] + rest["items"]] == numbers[::-1]
    assert rest["next"] is None


@pytest.mark.parametrize("mode", Import.Mode.values)
def test_it_takes_each_mode(caller: Any, group: Any, mode: str) -> None:
    assert caller.upload(f"/imports?group={group.pk}&mode={mode}", FILE).json()["mode"] == mode


def test_it_confirms_what_asks(caller: Any, group: Any) -> None:
    number = caller.upload(f"/imports?group={group.pk}&mode=replace", FILE).json()["id"]
    answer = caller.post(f"/imports/{number}/confirm")
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_confirm")
    Import.objects.update(state="awaiting_confirmation", process=None)
    GroupLock.objects.all().delete()
    assert caller.post(f"/imports/{number}/confirm").json()["state"] == "queued"


def test_it_takes_how_the_file_is_written(caller: Any, group: Any) -> None:
    query = "separator=semicolon&charset=cp1252&map=first_name=ignore&header=true&format=csv"
    answer = caller.upload(f"/imports?group={group.pk}&{query}", b"email;first_name\na@example.com;K\xf6ln\n")
    layout = Import.objects.get(pk=answer.json()["id"]).format
    assert (layout["separator"], layout["encoding"]) == (";", "cp1252")


@pytest.mark.parametrize("kind", ["application/xml", "text/xml"])
def test_it_accepts_xml(caller: Any, group: Any, kind: str) -> None:
    body = b"<members><member><email>a@example.com</email></member></members>"
    assert caller.upload(f"/imports?group={group.pk}", body, kind=kind).status_code == 202


def test_it_refuses_a_character_set_that_there_is_not(caller: Any, group: Any) -> None:
    answer = caller.upload(f"/imports?group={group.pk}&charset=klingon", FILE)
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_encoding")


def test_it_saves_uses_lists_and_deletes_a_mapping(caller: Any, group: Any) -> None:
    body = b"Kontakt\na@example.com\n"
    query = f"/imports?group={group.pk}&dry_run=true"
    assert caller.upload(f"{query}&map=Kontakt=email&save_mapping=CRM", body).status_code == 202
    assert caller.upload(f"{query}&mapping=crm", body).status_code == 202
    [listed] = caller.get("/import-mappings").json()
    assert (listed["name"], listed["columns"]) == ("CRM", {"Kontakt": "email"})
    assert caller.delete("/import-mappings/CRM").status_code == 204
    assert caller.upload(f"{query}&mapping=crm", body).status_code == 404


def test_it_takes_the_app_of_push_endpoints(caller: Any, group: Any) -> None:
    file = b"token\nf1Q9\n"
    asked = f"/imports?group={group.pk}&map=token%3Dpush_endpoint"
    assert "Nothing says of which app" in caller.upload(asked, file).json()["detail"]
    assert caller.upload(f"{asked}&app=Example%20Books", file).status_code == 202
