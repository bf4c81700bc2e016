"""A pause and another speed reach all worker processes within two seconds."""

import time

import pytest

from tests.faults.promises import finish, send
from tests.faults.stage import Stage

pytestmark = pytest.mark.timeout(300)

GROUP = "news@example.org"
MEMBERS = 2_000
WORKERS = 3
EFFECT_SECONDS = 2
SLOW = "3600/h"  # one a second
LOOK_SECONDS = 2
SLOW_AT_MOST = 10  # in so long: what goes at once is five seconds' worth
MORE_THAN_SLOWLY = 100


@pytest.fixture
def sendout(group_stage, relay) -> int:
    """A sendout under way in several processes."""
    relay.pause_seconds = 0.02
    group_stage.start_supervisor(workers=WORKERS)
    sendout = send(group_stage, GROUP)
    group_stage.wait_until(lambda: len(relay.copies) >= 200, "some copies are out")
    return sendout


def sent_afterwards(relay) -> int:
    """How many copies go out in a while that begins when what was commanded just now has to hold."""
    time.sleep(EFFECT_SECONDS)
    before = len(relay.copies)
    time.sleep(LOOK_SECONDS)
    return len(relay.copies) - before


def test_a_pause_stops_all_workers_within_two_seconds_and_resuming_loses_nobody(
    group_stage: Stage, sendout, relay
):
    group_stage.tidings("sendout", "pause", sendout)
    assert sent_afterwards(relay) == 0
    assert len(relay.copies) < MEMBERS
    group_stage.tidings("sendout", "resume", sendout)
    assert finish(group_stage, sendout)["accepted"] == MEMBERS
    assert set(relay.taken_by().values()) == {1}


def test_another_speed_holds_for_all_workers_within_two_seconds(group_stage: Stage, sendout, relay):
    group_stage.tidings("sendout", "pace", sendout, "--speed", SLOW)
    assert sent_afterwards(relay) <= SLOW_AT_MOST
    slowly = len(relay.copies)
    group_stage.tidings("sendout", "pace", sendout, "--speed", "fastest")
    group_stage.wait_until(
        lambda: len(relay.copies) >= slowly + MORE_THAN_SLOWLY, "copies go out fast", seconds=EFFECT_SECONDS
    )
    assert finish(group_stage, sendout)["accepted"] == MEMBERS
