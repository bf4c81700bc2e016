"""A SuperMessage whose workers die under it: each recipient gets one copy, of the right subgroup."""

import pytest

from tests.faults.conftest import import_now
from tests.faults.promises import check_at_once, check_copies, doubts_by_death, finish, send
from tests.faults.stage import LARGEST_DOUBT, Stage

pytestmark = pytest.mark.timeout(300)

SUPERGROUP, BERLIN, NEWS = "all@example.org", "berlin@example.org", "news@example.org"
MEMBERS, IN_BOTH = 2_000, 500
SLOW_SECONDS = 0.004
HOLDER = "SELECT worker FROM sendout_batches WHERE state = 'taken' AND lease_until > clock_timestamp()"


@pytest.fixture
def stage(group_stage, relay) -> Stage:
    """News with 2,000 members, Berlin with 500 of them, which comes first in the SuperGroup of both."""
    relay.pause_seconds = SLOW_SECONDS
    group_stage.tidings("group", "create", "Berlin", "--address", BERLIN)
    import_now(group_stage, BERLIN, [f"p{n:05}@example.com,Name {n}" for n in range(IN_BOTH)])
    group_stage.tidings("supergroup", "create", "All", "--address", SUPERGROUP)
    group_stage.tidings("supergroup", "add", SUPERGROUP, BERLIN, NEWS)
    return group_stage


def test_killed_workers_lose_nobody_and_double_nobody_beyond_the_doubt(stage, relay, dice):
    stage.start_workers()
    stage.start_worker("sending")
    sendout = send(stage, SUPERGROUP)
    moments = [dice.randrange(50, IN_BOTH), dice.randrange(IN_BOTH, MEMBERS - 200)]
    for moment in moments:
        stage.wait_until(lambda moment=moment: len(relay.copies) >= moment, f"{moment} copies are out")
        stage.kill(stage.wait_until(lambda: stage.holder(HOLDER), "a worker holds a batch"))
        check_at_once(stage)
        stage.start_worker("sending")
    summary = finish(stage, sendout)
    assert summary["accepted"] == MEMBERS
    assert [one["accepted"] for one in summary["subgroups"]] == [IN_BOTH, MEMBERS - IN_BOTH]
    check_copies(stage, relay.taken_by())
    assert doubts_by_death(stage) <= len(moments) * LARGEST_DOUBT
