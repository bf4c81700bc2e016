import pytest

from tidings.locks.actions import wait_in_line
from tidings.locks.leases import end
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
