import pytest

from tidings.locks.actions import end, wait_in_line
from tidings.locks.models import Process


def test_it_tells_who_holds_the_group_and_what_is_allowed(operator, world):
    page = operator.get(f"/groups/{world.locked.pk}/").content.decode()
    for told in (
        "Import of autumn.csv",
        "by Olga Olsen",
        "62 %",
        "be edited",
        "no unlock button",
    ):
        assert told in page


def test_it_tells_who_comes_next(operator, world):
    wait_in_line("mine", Process.Kind.SENDOUT, [world.locked.pk], label="Sendout 7 of “May”", by=world.user)
    page = operator.get(f"/groups/{world.locked.pk}/live/").content.decode()
    assert "Sendout 7 of “May” by Olga Olsen waits for this group since" in page


def test_it_asks_for_news_only_while_the_group_is_locked(operator, world):
    address = f"/groups/{world.locked.pk}/live/"
    assert b'hx-trigger="pulse from:body"' in operator.get(address).content
    end(Process.objects.get(kind=Process.Kind.IMPORT).pk, Process.State.FINISHED)
    assert b"hx-trigger" not in operator.get(address).content


def test_it_counts_the_audience(operator, world):
    steps = operator.get(f"/groups/{world.group.pk}/audience/").context["steps"]
    assert [(step.label, step.people) for step in steps][-1] == ("Will receive", 6)


@pytest.mark.parametrize("tab", ["", "members/", "attributes/", "settings/", "live/", "audience/"])
def test_it_says_that_there_is_no_such_group(operator, tab):
    answer = operator.get(f"/groups/99999999999999999999/{tab}")
    assert answer.status_code == 404
    assert b"There is no group" in answer.content


def test_it_saves_who_the_messages_come_from(operator, world):
    address = f"/groups/{world.group.pk}/settings/"
    form = {"sender_name": "The team", "reply_to": "team@example.org", "subject_prefix": "[Weekly] "}
    operator.post(address, form)
    world.group.refresh_from_db()
    assert world.group.sender_name == "The team"
    assert world.group.subject_prefix == "[Weekly] "


def test_it_keeps_the_settings_while_a_process_changes_the_group(operator, world):
    form = {"sender_name": "The team", "reply_to": "", "subject_prefix": ""}
    answer = operator.post(f"/groups/{world.locked.pk}/settings/", form)
    assert "exclusive lock of import “Import of autumn.csv”" in answer.content.decode()
    world.locked.refresh_from_db()
    assert world.locked.sender_name == ""


def test_it_refuses_a_reply_address_that_is_none(operator, world):
    form = {"sender_name": "", "reply_to": "nowhere", "subject_prefix": ""}
    answer = operator.post(f"/groups/{world.group.pk}/settings/", form)
    assert b'id="id_reply_to_error"' in answer.content
