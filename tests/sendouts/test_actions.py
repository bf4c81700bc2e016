"""What a person may command of a sendout, and what is refused."""

from datetime import timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from tidings.groups import actions as groups
from tidings.groups.errors import BadGroup, GroupArchived
from tidings.journal.models import Fact
from tidings.kernel import clock
from tidings.kernel.errors import NotFound
from tidings.locks import actions as locks
from tidings.locks import leases
from tidings.locks.errors import GroupLocked
from tidings.locks.models import Process
from tidings.locks.queries import locks_of
from tidings.messaging.personalization.errors import TemplateError
from tidings.sendouts import actions, queries, tasks
from tidings.sendouts.begin import LATE, begin_scheduled
from tidings.sendouts.errors import MoveRefused, NothingToSend, UnsuitableGroup
from tidings.sendouts.models import Sendout

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def group(make_group, make_members):
    group = make_group()
    make_members(group, 3)
    return group


@pytest.fixture
def version(make_message):
    return make_message()


@pytest.fixture
def written(group):
    """A process that writes the group."""
    return locks.begin(Process.Kind.IMPORT, [group.pk], label="people.csv", by=None)


def modes(group) -> list[str]:
    return [lock.mode for lock in locks_of([group.pk]).get(group.pk, [])]


def test_a_start_locks_the_group_and_goes_to_the_queue(group, version):
    sendout = actions.start(group, version, by=None)
    assert sendout.state == "preparing"
    assert modes(group) == ["shared"]
    job = ProcrastinateJob.objects.get()
    assert (job.task_name, job.args) == (tasks.expand_audience.name, {"sendout_id": sendout.pk})


def test_two_sendouts_of_a_group_go_together(group, version):
    actions.start(group, version, by=None)
    actions.start(group, version, by=None)
    assert modes(group) == ["shared", "shared"]


def test_a_start_while_the_group_is_written_is_refused_and_leaves_nothing(group, version, written):
    with pytest.raises(GroupLocked, match=r"people\.csv"):
        actions.start(group, version, by=None)
    assert not Sendout.objects.exists()
    assert not ProcrastinateJob.objects.exclude(task_name="locks.run").exists()


def test_nothing_is_sent_to_nobody(make_group, make_members, version):
    empty = make_group("Empty")
    make_members(empty, ["off@example.com"], state="deactivated")
    with pytest.raises(NothingToSend, match="“Empty”"):
        actions.start(empty, version, by=None)


def test_nothing_is_sent_to_an_archived_group(group, version):
    group.archived_at = clock.now()
    with pytest.raises(GroupArchived):
        actions.start(group, version, by=None)


def test_an_email_does_not_go_to_a_group_of_another_channel(version):
    texts = groups.create("Texts", channel="sms", by=None)
    with pytest.raises(UnsuitableGroup, match="is for sms"):
        actions.start(texts, version, by=None)


def test_a_message_that_can_not_be_sent_is_told_before_anything_starts(group, make_message):
    with pytest.raises(TemplateError, match="price"):
        actions.start(group, make_message(text="{{ group.price }}"), by=None)
    assert not Sendout.objects.exists()


def test_a_sender_address_that_is_none_is_refused(group, version):
    with pytest.raises(BadGroup):
        actions.start(group, version, by=None, sender_address="a@b.org\r\nBcc: c@d.org")


def test_who_started_is_kept(group, version, make_user):
    anna = make_user("Anna")
    sendout = actions.start(group, version, by=anna)
    assert sendout.created_by == sendout.process.started_by == anna
    assert Fact.objects.get(verb="sendout.created", subject=sendout.pk).by_id == anna.pk


def test_a_scheduled_sendout_holds_no_lock(group, version):
    at = clock.now() + HOUR
    sendout = actions.start(group, version, by=None, at=at)
    assert (sendout.state, modes(group)) == ("scheduled", [])
    assert ProcrastinateJob.objects.get().scheduled_at == at


def test_a_time_in_the_past_is_now(group, version):
    assert actions.start(group, version, by=None, at=clock.now() - HOUR).state == "preparing"


def test_a_scheduled_sendout_waits_for_a_lock_and_then_starts(group, version, written):
    at = clock.now() + HOUR
    sendout = actions.start(group, version, by=None, at=at)
    assert begin_scheduled(sendout.pk, at) == "waiting"
    assert "people.csv" in queries.find(sendout.pk).state_reason
    leases.end(written.pk, Process.State.FINISHED)
    assert begin_scheduled(sendout.pk, at + timedelta(minutes=5)) == "preparing"
    assert queries.find(sendout.pk).state_reason == ""


@pytest.mark.parametrize("waits", [False, True])
def test_a_start_that_comes_too_late_pauses_and_asks(group, version, waits, request):
    at = clock.now() + HOUR
    sendout = actions.start(group, version, by=None, at=at)
    if waits:
        request.getfixturevalue("written")
        begin_scheduled(sendout.pk, at)
    assert begin_scheduled(sendout.pk, at + LATE + timedelta(seconds=1)) == "paused"
    assert "over an hour late" in queries.find(sendout.pk).state_reason


def test_a_start_that_came_late_is_begun_by_resuming(group, version):
    at = clock.now() + HOUR
    sendout = actions.start(group, version, by=None, at=at)
    begin_scheduled(sendout.pk, at + 2 * LATE)
    assert actions.resume(queries.find(sendout.pk), by=None, now=at + 2 * LATE).state == "preparing"
    assert modes(group) == ["shared"]


def test_a_scheduled_sendout_that_waits_comes_before_imports_that_are_started_later(group, version, written):
    at = clock.now() + HOUR
    sendout = actions.start(group, version, by=None, at=at)
    begin_scheduled(sendout.pk, at)
    leases.end(written.pk, Process.State.FINISHED)
    with pytest.raises(GroupLocked, match=f"sendout “Sendout {sendout.pk} of .* comes first"):
        locks.begin(Process.Kind.IMPORT, [group.pk], label="people.csv", by=None)
    assert begin_scheduled(sendout.pk, at) == "preparing"


def test_a_scheduled_sendout_that_was_paused_waits_for_its_time_again(group, version):
    sendout = actions.start(group, version, by=None, at=clock.now() + HOUR)
    actions.pause(sendout, by=None)
    assert actions.resume(queries.find(sendout.pk), by=None).state == "scheduled"
    assert modes(group) == []


def test_resuming_a_late_start_is_refused_while_the_group_is_written(group, version, written):
    at = clock.now() + HOUR
    sendout = actions.start(group, version, by=None, at=at)
    begin_scheduled(sendout.pk, at + 2 * LATE)
    with pytest.raises(GroupLocked):
        actions.resume(queries.find(sendout.pk), by=None, now=at + 2 * LATE)
    assert queries.find(sendout.pk).state == "paused"


def test_a_scheduled_sendout_of_a_group_that_was_archived_fails_and_says_why(group, version):
    at = clock.now() + HOUR
    sendout = actions.start(group, version, by=None, at=at)
    group.archived_at = clock.now()
    group.save()
    assert begin_scheduled(sendout.pk, at) == "failed"
    assert "archived" in queries.find(sendout.pk).state_reason


def test_a_scheduled_sendout_that_was_cancelled_does_not_start(group, version):
    at = clock.now() + HOUR
    sendout = actions.start(group, version, by=None, at=at)
    actions.cancel(sendout, by=None)
    assert begin_scheduled(sendout.pk, at) == "cancelled"
    assert modes(group) == []


WISHES = {"paused": actions.pause, "sending": actions.resume, "cancelled": actions.cancel}


@pytest.mark.parametrize("wish", WISHES)
@pytest.mark.parametrize("state", ["finished", "cancelled", "failed"])
def test_what_ended_can_not_be_commanded(group, version, state, wish):
    sendout = actions.start(group, version, by=None)
    Sendout.objects.filter(pk=sendout.pk).update(state=state)
    with pytest.raises(MoveRefused, match=f"is {state}, so it can't be"):
        WISHES[wish](queries.find(sendout.pk), by=None)
    assert queries.find(sendout.pk).state == state


@pytest.mark.parametrize("state", ["scheduled", "waiting", "preparing", "sending", "retrying"])
def test_only_what_is_paused_can_be_resumed(group, version, state):
    sendout = actions.start(group, version, by=None)
    Sendout.objects.filter(pk=sendout.pk).update(state=state)
    with pytest.raises(MoveRefused, match="so it can't be resumed"):
        actions.resume(queries.find(sendout.pk), by=None)
    assert queries.find(sendout.pk).state == state


def test_of_two_who_resume_a_late_start_at_once_one_is_told(group, version):
    at = clock.now() + HOUR
    sendout = actions.start(group, version, by=None, at=at)
    begin_scheduled(sendout.pk, at + 2 * LATE)
    first, second = queries.find(sendout.pk), queries.find(sendout.pk)
    actions.resume(first, by=None, now=at + 2 * LATE)
    with pytest.raises(MoveRefused, match="so it can't be resumed"):
        actions.resume(second, by=None, now=at + 2 * LATE)
    assert modes(group) == ["shared"]


def test_of_two_who_pause_at_once_one_is_told(group, version):
    sendout = actions.start(group, version, by=None)
    Sendout.objects.filter(pk=sendout.pk).update(state="sending")
    first, second = queries.find(sendout.pk), queries.find(sendout.pk)
    actions.pause(first, by=None, reason="lunch")
    with pytest.raises(MoveRefused, match="is paused, so it can't be paused"):
        actions.pause(second, by=None)
    assert second.state_reason == "lunch"


def test_a_paused_sendout_keeps_its_lock(group, version):
    sendout = actions.start(group, version, by=None)
    Sendout.objects.filter(pk=sendout.pk).update(state="sending")
    actions.pause(sendout, by=None)
    assert modes(group) == ["shared"]


def test_a_sendout_that_is_not_there_is_told():
    with pytest.raises(NotFound, match="There is no sendout 7"):
        queries.find(7)
