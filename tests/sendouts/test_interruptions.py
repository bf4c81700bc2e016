"""Pause, resume, cancel and a carrier that is away: nobody is lost, nobody is served twice."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from tests import workers
from tests.channels.servers import free_port
from tests.relays import TAKEN
from tidings.kernel import clock
from tidings.locks.queries import locks_of
from tidings.sendouts import actions
from tidings.sendouts.models import Sendout
from tidings.sendouts.queries import find

EVERYBODY = Counter(f"p{n:04}@example.com" for n in range(1, 101))


@pytest.fixture
def sendout(make_sendout) -> Sendout:
    return make_sendout(members=100)


@pytest.fixture
def command_after(relay):
    """Lets somebody give a command before the relay answers the mail that follows a number of taken ones."""
    with ThreadPoolExecutor(1) as somebody:

        def command_after(taken: int, command) -> None:
            def in_a_thread() -> None:
                command()
                connection.close()

            def answer(_recipient: str, _nth: int) -> str:
                if len(relay.mails) == taken:
                    somebody.submit(in_a_thread).result()
                return TAKEN

            relay.answer = answer

        yield command_after


@pytest.fixture
def paused(sendout, command_after, deliver) -> Sendout:
    """Somebody paused it when 20 were served."""
    command_after(20, lambda: actions.pause(find(sendout.pk), by=None, reason="lunch"))
    return deliver(sendout)


def test_a_pause_stops_handing_over_and_keeps_the_lock(paused, outcomes):
    counts = outcomes(paused)
    assert (paused.state, paused.state_reason) == ("paused", "lunch")
    assert set(counts) == {"accepted", "planned"}
    assert 20 <= counts["accepted"] <= 20 + 2 * 16
    assert [lock.mode for lock in locks_of([paused.group_id])[paused.group_id]] == ["shared"]


def test_after_a_pause_everyone_is_served_once(paused, deliver, relay, outcomes):
    sendout = deliver(actions.resume(paused, by=None))
    assert (sendout.state, outcomes(sendout)) == ("finished", {"accepted": 100})
    assert Counter(relay.recipients) == EVERYBODY


def test_a_paused_sendout_is_not_delivered(paused, deliver, relay):
    served = len(relay.mails)
    deliver(paused)
    assert len(relay.mails) == served


def test_a_pause_that_comes_with_the_last_mail_ends_with_the_resuming(
    make_sendout, command_after, deliver, outcomes
):
    sendout = make_sendout(members=1)
    command_after(0, lambda: actions.pause(find(sendout.pk), by=None))
    assert deliver(sendout).state == "paused"
    sendout = deliver(actions.resume(sendout, by=None))
    assert (sendout.state, outcomes(sendout)) == ("finished", {"accepted": 1})
    assert locks_of([sendout.group_id]) == {}


def test_a_cancel_skips_the_rest_and_frees_the_group(sendout, command_after, deliver, relay, outcomes):
    command_after(20, lambda: actions.cancel(find(sendout.pk), by=None))
    sendout = deliver(sendout)
    counts = outcomes(sendout)
    assert sendout.state == "cancelled"
    assert counts["accepted"] == len(relay.mails)
    assert counts["accepted"] + counts["skipped"] == 100
    assert locks_of([sendout.group_id]) == {}


def test_a_paused_sendout_can_be_cancelled(paused, deliver, relay, outcomes):
    served = len(relay.mails)
    sendout = deliver(actions.cancel(paused, by=None))
    assert outcomes(sendout) == {"accepted": served, "skipped": 100 - served}


def test_a_cancel_before_the_audience_is_frozen_serves_nobody(sendout, deliver, relay, outcomes):
    sendout = deliver(actions.cancel(sendout, by=None))
    assert (sendout.state, outcomes(sendout), relay.mails) == ("cancelled", {}, [])
    assert locks_of([sendout.group_id]) == {}


def test_a_carrier_that_stays_away_pauses_the_sendout_and_says_why(
    sendout, committed, set_environment, outcomes
):
    set_environment(carrier_patience_seconds=0.3)
    workers.run_all(port := free_port())
    sendout = find(sendout.pk)
    assert sendout.state == "paused"
    assert f"The relay 127.0.0.1:{port} " in sendout.state_reason
    assert outcomes(sendout) == {"planned": 100}


def test_when_the_carrier_is_back_everyone_is_served(sendout, deliver, relay, set_environment):
    set_environment(carrier_patience_seconds=0.3)
    workers.run_all(free_port())
    deliver(actions.resume(find(sendout.pk), by=None))
    assert Counter(relay.recipients) == EVERYBODY


def test_a_scheduled_sendout_starts_by_itself(make_sendout, deliver, relay):
    sendout = deliver(make_sendout(members=2, at=clock.now() + timedelta(seconds=1)))
    assert sendout.state == "finished"
    assert len(relay.mails) == 2
