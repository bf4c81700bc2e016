"""Speed and hours of a sendout: one truth for all workers."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from tidings.groups import actions as groups
from tidings.kernel import clock
from tidings.sendouts import actions as sendouts
from tidings.sendouts.errors import BadPace, MoveRefused
from tidings.sendouts.expand import expand
from tidings.sendouts.models import Batch
from tidings.sendouts.pacing import next_slot, standing

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
MORNING = {"window_begins": "08:00", "window_ends": "10:00"}
PER_HOUR = {"speed": "per_hour", "per_hour": 3_600}


@pytest.fixture
def running(make_sendout, committed, set_environment):
    """Makes a sendout to 30 people in batches of 10 that nobody has taken."""
    set_environment(batch_size=10)

    def make(**pace):
        sendout = make_sendout(members=30, pace=pace)
        expand(sendout.pk)
        sendout.refresh_from_db()
        return sendout

    return make


def batches(sendout) -> list[int]:
    return list(Batch.objects.filter(sendout=sendout).order_by("number").values_list("pk", flat=True))


def slots(sendout, now=NOON):
    return [next_slot(batch, now) for batch in batches(sendout)]


def test_without_speed_and_hours_nothing_holds_a_batch_up(running):
    assert slots(running()) == [None, None, None]


def test_slots_of_batches_follow_each_other_as_the_speed_says(running):
    found = slots(running(**PER_HOUR))
    assert [slot.at - NOON for slot in found] == [timedelta(seconds=n) for n in (0, 5, 10)]
    assert {slot.quota for slot in found} == {5}


def test_who_asks_again_keeps_the_slot(running):
    sendout = running(**PER_HOUR)
    assert slots(sendout) == slots(sendout)


def test_a_sendout_spread_over_hours_is_as_fast_as_its_audience_needs(running):
    sendout = running(speed="spread", spread_hours=3)
    assert [slot.at - NOON for slot in slots(sendout)] == [timedelta(minutes=n) for n in (0, 6, 12)]


def test_outside_of_the_window_all_slots_begin_with_it(running):
    assert {slot.at for slot in slots(running(**MORNING))} == {datetime(2026, 11, 4, 8, tzinfo=UTC)}


def test_a_slot_that_was_missed_until_the_window_closed_is_booked_anew(running):
    sendout = running(**MORNING, **PER_HOUR)
    [batch, *_] = batches(sendout)
    assert next_slot(batch, datetime(2026, 11, 3, 9, 59, 59, tzinfo=UTC)).at.hour == 9
    assert next_slot(batch, NOON).at == datetime(2026, 11, 4, 8, tzinfo=UTC)


def test_a_sendout_without_own_speed_follows_its_group_also_while_it_runs(running):
    sendout = running()
    groups.update_settings(sendout.group, {"sending": PER_HOUR}, by=None)
    assert len({slot.at for slot in slots(sendout)}) == 3
    groups.update_settings(sendout.group, {"sending": {"speed": "fastest"}}, by=None)
    assert slots(sendout) == [None, None, None]
    assert not Batch.objects.exclude(slot_at=None).exists()


def test_its_own_choice_comes_before_the_groups(running):
    sendout = running(speed="fastest", window_begins=None, window_ends=None)
    groups.update_settings(sendout.group, {"sending": {**PER_HOUR, **MORNING}}, by=None)
    assert slots(sendout) == [None, None, None]


def test_a_new_speed_frees_the_slots_and_calls_back_what_workers_hold(running):
    sendout = running(**PER_HOUR)
    slots(sendout)
    Batch.objects.filter(pk=batches(sendout)[0]).update(state="taken", worker="w")
    sendouts.change_pace(sendout, {"speed": "per_hour", "per_hour": 7_200}, by=None)
    assert list(
        Batch.objects.filter(slot_at=None).order_by("number").values_list("is_recalled", flat=True)
    ) == [
        True,
        False,
        False,
    ]
    assert [slot.at - NOON for slot in slots(sendout)[1:]] == [timedelta(0), timedelta(seconds=5)]


@pytest.mark.parametrize(
    "pace", [{"speed": "per_hour"}, {"window_begins": "08:00"}, {"per_hour": 0}, {"speed": "soon"}]
)
def test_what_can_not_be_kept_is_refused(running, pace):
    with pytest.raises(BadPace):
        sendouts.change_pace(running(), pace, by=None)


def test_a_sendout_that_has_ended_takes_no_other_speed(make_sendout, deliver):
    sendout = deliver(make_sendout(members=2))
    with pytest.raises(MoveRefused):
        sendouts.change_pace(sendout, PER_HOUR, by=None)


def test_it_says_when_it_goes_on(running):
    now = standing(running(**MORNING), NOON)
    assert (now["window"], now["opens_at"]) == ("08:00-10:00 UTC", "2026-11-04T08:00:00+00:00")


def test_everybody_is_served_once_and_not_faster_than_told(make_sendout, deliver, relay, outcomes):
    begun = time.monotonic()
    sendout = deliver(make_sendout(members=12, pace={"speed": "per_hour", "per_hour": 7_200}))
    assert outcomes(sendout) == {"accepted": 12}
    assert set(relay.attempts.values()) == {1}
    assert time.monotonic() - begun > 4  # ten at once, the other two five seconds later


def test_in_closed_hours_nobody_gets_anything_and_all_of_them_when_it_changes(
    make_sendout, deliver, relay, outcomes
):
    hour = clock.now().hour
    closed = {"window_begins": f"{(hour + 2) % 24:02}:00", "window_ends": f"{(hour + 3) % 24:02}:00"}
    sendout = deliver(make_sendout(members=5, pace=closed))
    assert (sendout.state, outcomes(sendout), relay.attempts.total()) == ("sending", {"planned": 5}, 0)
    sendouts.change_pace(sendout, {}, by=None)
    assert outcomes(deliver(sendout)) == {"accepted": 5}


def test_a_slow_sendout_leaves_the_workers_free_for_others(
    make_group, make_members, make_sendout, deliver, outcomes
):
    crowd = make_group()
    make_members(crowd, [f"q{n}@example.com" for n in range(3)])
    slow = make_sendout(members=3, pace={"speed": "per_hour", "per_hour": 1})
    other = deliver(make_sendout(crowd))
    assert (outcomes(slow), outcomes(other)) == ({"accepted": 1, "planned": 2}, {"accepted": 3})
