"""The settings of a group."""

from typing import Any

from tidings.locks.actions import begin
from tidings.locks.models import Process


def test_it_gets_all_settings_by_tab(caller: Any, group: Any) -> None:
    settings = caller.get(f"/groups/{group.pk}/settings").json()
    assert next(iter(settings)) == "general"
    assert settings["general"] == {
        "name": "News", "description": "", "category": "", "language": "", "country": "", "time_zone": "UTC",
        "owner": "anna@example.org",
    }  # fmt: skip
    assert settings["subscription"]["pending_days"] == 14


def test_it_changes_what_is_named_and_nothing_else(caller: Any, group: Any) -> None:
    path = f"/groups/{group.address}/settings"
    before = caller.get(path).json()
    answer = caller.patch(path, {"subscription": {"welcome": {"subject": "Hi"}}, "sender": {"name": "Books"}})
    assert answer.status_code == 200
    before["subscription"]["welcome"]["subject"] = "Hi"
    before["sender"]["name"] = "Books"
    assert answer.json() == caller.get(path).json() == before


def test_it_names_each_setting_that_can_not_be(caller: Any, group: Any) -> None:
    answer = caller.patch(f"/groups/{group.pk}/settings", {"sender": {"reply_to": "x", "colour": "red"}})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_settings")
    fields = {fault["field"]: fault["message"] for fault in answer.json()["errors"]}
    assert fields["sender.colour"] == "There is no such setting."
    assert "sender.reply_to" in fields


def test_it_refuses_what_is_no_tab(caller: Any, group: Any) -> None:
    path = f"/groups/{group.pk}/settings"
    assert caller.patch(path, {"colours": {}}).json()["errors"][0]["field"] == "colours"
    assert caller.patch(path, {"sender": None}).status_code == 422


def test_it_says_who_holds_the_group(caller: Any, group: Any) -> None:
    begin(Process.Kind.IMPORT, [group.pk], label="people.csv", by=None)
    answer = caller.patch(f"/groups/{group.pk}/settings", {"sender": {"name": "Books"}})
    assert (answer.status_code, answer.json()["holder"]["label"]) == (423, "people.csv")
