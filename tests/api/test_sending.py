"""Messages, sendouts and exports by API."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection

from tidings.exports.models import Export
from tidings.locks.actions import begin
from tidings.locks.models import Process
from tidings.sendouts.models import Sendout


def test_it_keeps_versions_of_a_message(caller: Any) -> None:
    made = caller.post("/messages", {"name": "May", "subject": "One", "text": "Hello"})
    assert made.status_code == 201
    path = f"/messages/{made.json()['id']}"
    caller.post(f"{path}/versions", {"subject": "Two", "text": "Hello"})
    assert [(v["number"], v["subject"]) for v in caller.get(path).json()["versions"]] == [
        (2, "Two"),
        (1, "One"),
    ]
    assert [one["name"] for one in caller.get("/messages").json()["items"]] == ["May"]


def test_it_refuses_a_placeholder_that_cannot_be_read(caller: Any) -> None:
    answer = caller.post("/messages", {"name": "May", "subject": "Hi", "text": "{{ contact. }}"})
    assert (answer.status_code, answer.json()["code"]) == (422, "template_error")


def started(caller: Any, group: Any, version: Any, **more: Any) -> Any:
    return caller.post(
        "/sendouts", {"group": group.pk, "message": version.message_id, "despite_warnings": True, **more}
    )


def test_it_narrows_a_sendout_and_an_export_by_a_rule_or_a_selection(
    caller: Any, group: Any, version: Any, with_members: Any
) -> None:
    with_members("anna@example.com")
    rule = 'email starts with "anna"'
    saved = caller.post("/selections", {"name": "Annas", "text": rule}).json()
    sent = started(caller, group, version, where=rule)
    assert (sent.status_code, sent.json()["where"], sent.json()["selection"]) == (202, rule, None)
    written = caller.post("/exports", {"group": group.pk, "selection": "annas"})
    assert (written.status_code, written.json()["selection"]) == (202, saved["id"])
    for path, body in (("/sendouts", {"message": version.message_id}), ("/exports", {})):
        both = {"group": group.pk, **body, "where": rule, "selection": "Annas"}
        assert caller.post(path, both).json()["code"] == "two_rules"
        assert caller.post(path, {**both, "selection": None, "where": "email ="}).json()["code"] == "bad_rule"


def test_it_starts_nothing_that_warns_before_somebody_read_it(
    caller: Any, group: Any, version: Any, with_members: Any
) -> None:
    with_members("a@example.com")
    refused = started(caller, group, version, despite_warnings=False)
    assert (refused.status_code, refused.json()["code"]) == (409, "message_warns")
    assert "no link to unsubscribe" in refused.json()["detail"]
    assert not Sendout.objects.exists()


def test_it_lists_the_supermessages_that_went_to_a_subgroup(
    caller: Any, group: Any, version: Any, *, make_members: Any, make_supergroup: Any
) -> None:
    make_members(group, 1)
    number = started(caller, make_supergroup(group), version).json()["id"]
    listed = caller.get(f"/sendouts?subgroup={group.pk}").json()["items"]
    assert [one["id"] for one in listed] == [number]
    assert caller.get(f"/sendouts?group={group.pk}").json()["items"] == []


def test_it_lists_recipients_page_by_page(
    caller: Any, group: Any, version: Any, with_members: Any, run_jobs: Any
) -> None:
    with_members("a@example.com", "b@example.com", "c@example.com")
    path = f"/sendouts/{started(caller, group, version).json()['id']}/recipients"
    run_jobs()
    first = caller.get(f"{path}?limit=2").json()
    assert [(one["email"], one["outcome"]) for one in first["items"]] == [
        ("a@example.com", "planned"),
        ("b@example.com", "planned"),
    ]
    rest = caller.get(f"{path}?after={first['next']}").json()
    assert ([one["email"] for one in rest["items"]], rest["next"]) == (["c@example.com"], None)
    assert caller.get(f"{path}?after=x").status_code == 422


def test_it_starts_a_sendout_that_uses_the_group(
    caller: Any, group: Any, version: Any, with_members: Any
) -> None:
    with_members("a@example.com")
    answer = started(caller, group, version)
    assert answer.status_code == 202
    assert caller.get(answer["Location"].removeprefix("/api/v1")).json()["subject"] == "Hello"
    assert caller.get(f"/groups/{group.pk}/lock").json()["mode"] == "shared"


def test_it_schedules_a_sendout_without_a_lock(
    caller: Any, group: Any, version: Any, with_members: Any
) -> None:
    with_members("a@example.com")
    answer = started(caller, group, version, at="2999-01-01T09:00:00+01:00").json()
    assert (answer["state"], answer["scheduled_at"]) == ("scheduled", "2999-01-01T08:00:00Z")
    assert not caller.get(f"/groups/{group.pk}/lock").json()["locked"]


def test_it_refuses_a_time_without_a_zone(caller: Any, group: Any, version: Any) -> None:
    answer = started(caller, group, version, at="2999-01-01T09:00:00")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "at")


def test_it_refuses_a_sendout_while_an_import_writes(
    caller: Any, group: Any, version: Any, user: Any, with_members: Any
) -> None:
    with_members("a@example.com")
    begin(Process.Kind.IMPORT, [group.pk], label="people.csv", by=user)
    answer = started(caller, group, version)
    assert (answer.status_code, answer.json()["holder"]["label"]) == (423, "people.csv")
    assert not Sendout.objects.exists()


def test_it_starts_one_sendout_for_one_idempotency_key(
    caller: Any, group: Any, version: Any, with_members: Any
) -> None:
    with_members("a@example.com")
    body = {"group": group.address, "message": version.message_id, "despite_warnings": True}
    first, again = (caller.post("/sendouts", body, **{"Idempotency-Key": "may"}) for _ in range(2))
    assert (first.status_code, first.json()) == (202, again.json())
    assert Sendout.objects.count() == 1


def test_it_forgets_a_failed_try_under_a_key(
    caller: Any, group: Any, version: Any, with_members: Any
) -> None:
    body = {"group": group.pk, "message": version.message_id, "despite_warnings": True}
    assert caller.post("/sendouts", body, **{"Idempotency-Key": "may"}).status_code == 409
    with_members("a@example.com")
    assert caller.post("/sendouts", body, **{"Idempotency-Key": "may"}).status_code == 202


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_it_refuses_a_key_that_is_no_key(caller: Any, group: Any, version: Any, key: str) -> None:
    answer = caller.post(
        "/sendouts", {"group": group.pk, "message": version.message_id}, **{"Idempotency-Key": key}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_idempotency_key")


def test_it_accounts_for_every_recipient(caller: Any, group: Any, version: Any, with_members: Any) -> None:
    with_members("a@example.com")
    number = started(caller, group, version, at="2999-01-01T09:00:00Z").json()["id"]
    account = caller.get(f"/sendouts/{number}/accounting").json()
    assert account["holds"]
    assert (
        sum(account[o] for o in ("planned", "accepted", "deferred", "failed", "skipped"))
        == account["audience"]
    )
    assert caller.get(f"/sendouts/{number}/in-doubt").json() == []


def test_it_refuses_to_pause_what_does_not_run(
    caller: Any, group: Any, version: Any, with_members: Any
) -> None:
    with_members("a@example.com")
    number = started(caller, group, version, at="2999-01-01T09:00:00Z").json()["id"]
    assert caller.post(f"/sendouts/{number}/cancel").json()["state"] == "cancelled"
    answer = caller.post(f"/sendouts/{number}/resume")
    assert (answer.status_code, answer.json()["code"]) == (409, "move_refused")


def test_a_sendout_is_given_its_own_speed_and_hours(
    caller: Any, group: Any, version: Any, with_members: Any
) -> None:
    with_members("a@example.com")
    pace = {"speed": "per_hour", "per_hour": 20_000}
    number = started(caller, group, version, pace=pace).json()["id"]
    assert caller.get(f"/sendouts/{number}").json()["per_hour"] == 20_000
    window = {"window_begins": "08:00", "window_ends": "20:00", "window_time_zone": "Europe/Berlin"}
    changed = caller.put(f"/sendouts/{number}/pace", window).json()
    assert (changed["per_hour"], changed["window"]) == (None, "08:00-20:00 Europe/Berlin")
    assert caller.put(f"/sendouts/{number}/pace", {}).json()["pace"] == {}


def test_a_speed_that_can_not_be_is_refused(caller: Any, group: Any, version: Any, with_members: Any) -> None:
    with_members("a@example.com")
    number = started(caller, group, version).json()["id"]
    answer = caller.put(f"/sendouts/{number}/pace", {"speed": "per_hour"})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_pace")
    assert "Say how many messages per hour." in answer.json()["detail"]


def test_it_starts_an_export_and_has_no_file_yet(caller: Any, group: Any) -> None:
    answer = caller.post("/exports", {"group": group.pk})
    assert answer.status_code == 202
    path = answer["Location"].removeprefix("/api/v1")
    assert caller.get(path).json()["file"] is None
    assert caller.get(f"{path}/file").status_code == 409


def test_it_gives_the_file_of_a_finished_export(caller: Any, group: Any) -> None:
    number = caller.post("/exports", {"group": group.pk}).json()["id"]
    stored = default_storage.save("exports/1.csv", ContentFile(b"email\na@example.com\n"))
    Export.objects.update(state=Export.State.FINISHED, file=stored, rows=1)
    path = caller.get(f"/exports/{number}").json()["file"]
    answer = caller.get(path.removeprefix("/api/v1"))
    assert b"".join(answer.streaming_content) == b"email\na@example.com\n"


def test_it_starts_one_sendout_for_calls_that_come_together(
    committed: None, caller: Any, group: Any, version: Any, with_members: Any
) -> None:
    with_members("a@example.com")
    body = {"group": group.pk, "message": version.message_id, "despite_warnings": True}

    def call(_number: int) -> int:
        try:
            return caller.post("/sendouts", body, **{"Idempotency-Key": "together"}).json()["id"]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        answers = set(threads.map(call, range(4)))
    assert len(answers) == Sendout.objects.count() == 1
