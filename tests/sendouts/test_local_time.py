"""Each recipient gets it at the same time of their own zone, and everybody is accounted for."""

from datetime import UTC, datetime, timedelta

import pytest

from tidings.contacts import actions as contacts
from tidings.contacts.models import Contact
from tidings.groups import actions as groups
from tidings.kernel import clock
from tidings.sendouts import actions
from tidings.sendouts.begin import begin_scheduled
from tidings.sendouts.expand import expand
from tidings.sendouts.models import Batch
from tidings.sendouts.moments import forecast, moments_of
from tidings.sendouts.queries import summary
from tidings.sendouts.tasks import queue_batches

NINE = datetime(2035, 11, 25, 9)  # noqa: DTZ001 - what clocks show
EVENING = datetime(2035, 11, 24, 18, tzinfo=UTC)
# Far ahead, so that jobs of later moments aren't due while the test runs.
TOKYO, BERLIN, NOWHERE = "tokyo@example.com", "berlin@example.com", "nowhere@example.com"
ZONES = {TOKYO: "Asia/Tokyo", BERLIN: "europe/berlin", NOWHERE: "Middle Earth"}
MOMENTS = [datetime(2035, 11, 25, hour, tzinfo=UTC) for hour in (0, 8, 14)]


@pytest.fixture
def on(monkeypatch):
    """Makes it another time for everything but leases."""
    return lambda now: monkeypatch.setattr(clock, "now", lambda: now)


@pytest.fixture
def group(make_group, make_members, on):
    on(EVENING)
    group = make_group()
    groups.update_settings(group, {"general": {"time_zone": "America/New_York"}}, by=None)
    group.refresh_from_db()
    make_members(group, list(ZONES))
    for email, zone in ZONES.items():
        # As it was stored before zones were checked.
        Contact.objects.filter(email=email).update(attributes={"time_zone": zone})
    return group


@pytest.fixture
def sendout(group, make_sendout, on, committed):
    """It has its audience, since the first of them gets theirs now."""
    sendout = make_sendout(group, local_time=NINE)
    on(MOMENTS[0])
    actions.begin(sendout)
    queue_batches(expand(sendout.pk))
    sendout.refresh_from_db()
    return sendout


def planned(sendout):
    return [moment.planned for moment in moments_of(sendout)]


def go_on(sendout):
    """Looks at all batches, as their jobs do at their moments."""
    queue_batches(Batch.objects.filter(sendout=sendout).values_list("pk", flat=True))


def test_it_is_scheduled_for_the_first_moment_at_which_somebody_gets_it(group, make_sendout):
    sendout = make_sendout(group, local_time=NINE)
    assert (sendout.state, sendout.scheduled_at) == ("scheduled", MOMENTS[0])


def test_the_forecast_says_how_many_get_it_at_what_moment(group):
    found = forecast(group, NINE, EVENING)
    assert [(moment.at, moment.people) for moment in found] == [(at, 1) for at in MOMENTS]


def test_who_names_no_zone_that_there_is_gets_it_by_the_zone_of_the_group(sendout):
    last = Batch.objects.get(sendout=sendout, not_before=MOMENTS[2])
    assert last.contact_ids == [contacts.by_email(NOWHERE).pk]


def test_each_gets_it_at_their_moment_and_not_before(sendout, deliver, relay, on, outcomes):
    deliver(sendout)
    assert relay.recipients == [TOKYO]
    assert outcomes(sendout) == {"accepted": 1, "planned": 2}
    on(MOMENTS[1])
    go_on(sendout)
    deliver(sendout)
    assert relay.recipients == [TOKYO, BERLIN]
    on(MOMENTS[2])
    go_on(sendout)
    assert deliver(sendout).state == "finished"
    assert relay.recipients == [TOKYO, BERLIN, NOWHERE]


def test_the_account_says_who_is_planned_for_what_moment(sendout, deliver):
    deliver(sendout)
    assert planned(sendout) == [0, 1, 1]
    assert summary(sendout)["moments"][1] == {"at": "2035-11-25T08:00:00+00:00", "people": 1, "planned": 1}


def test_the_time_left_reaches_to_the_last_moment(sendout, deliver):
    deliver(sendout)
    assert summary(sendout)["eta_seconds"] == timedelta(hours=14).total_seconds()


def test_a_pause_holds_up_later_moments_too_and_a_resume_keeps_them(sendout, deliver, relay, on):
    actions.pause(sendout, by=None)
    on(MOMENTS[1])
    deliver(sendout)
    assert relay.recipients == []
    actions.resume(sendout, by=None)
    deliver(sendout)
    assert sorted(relay.recipients) == [BERLIN, TOKYO]


def test_a_cancel_skips_whose_moment_has_not_come(sendout, deliver, outcomes):
    deliver(sendout)
    actions.cancel(sendout, by=None)
    assert deliver(sendout).state == "cancelled"
    assert outcomes(sendout) == {"accepted": 1, "skipped": 2}


def test_a_daily_window_holds_a_batch_up_behind_its_moment(sendout, deliver, relay, on):
    actions.change_pace(sendout, {"window_begins": "10:00", "window_ends": "11:00"}, by=None)
    on(datetime(2035, 11, 25, 15, 30, tzinfo=UTC))  # half past ten in New York
    go_on(sendout)
    deliver(sendout)
    assert sorted(relay.recipients) == sorted(ZONES)


def test_a_late_start_says_what_becomes_of_those_whose_time_is_over(group, make_sendout, on):
    on(MOMENTS[0] - timedelta(hours=2))
    sendout = make_sendout(group, local_time=NINE)
    assert begin_scheduled(sendout.pk, MOMENTS[0] + timedelta(hours=2)) == "paused"
    sendout.refresh_from_db()
    assert "in the first zones 09:00 is over" in sendout.state_reason
    assert "a day later" in sendout.state_reason


def test_who_had_that_time_over_an_hour_ago_gets_it_a_day_later(group, make_sendout, on):
    on(datetime(2035, 11, 25, 10, tzinfo=UTC))
    found = forecast(group, NINE, clock.now())
    assert [moment.at for moment in found] == [MOMENTS[2], *(at + timedelta(days=1) for at in MOMENTS[:2])]
