"""A sendout whose workers die under it loses nobody, and doubles only those whom it lists as in doubt."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable

import psycopg
import pytest

from tests.faults.conftest import MEMBERS
from tests.faults.promises import check_at_once, check_copies, doubts, doubts_by_death, finish, send
from tests.faults.stage import LARGEST_DOUBT, LEASE_SECONDS, SCALE, STOP_SECONDS, Stage
from tidings.kernel.embedded.home import connection_params

pytestmark = pytest.mark.timeout(300 * SCALE)

GROUP = "news@example.org"
KILLS = 10 * min(SCALE, 10)
SLOW_SECONDS = 0.004  # per mail and connection: 2,000 mails take over 4 s, so kills meet a sendout at work
SKIP = ("--set", "sending.crash_policy=skip")
DRAIN_SECONDS = 10
HOLDER = "SELECT worker FROM sendout_batches WHERE state = 'taken' AND lease_until > clock_timestamp()"

COUNTED = "SELECT sum(n) FROM limit_counters CROSS JOIN unnest(counts) AS n"


@pytest.fixture
def stage(group_stage, relay) -> Stage:
    relay.pause_seconds = SLOW_SECONDS
    return group_stage


def wait_for_copies(stage: Stage, relay, number: int) -> None:
    stage.wait_until(lambda: len(relay.copies) >= number, f"{number} copies are out")


def wait_for_holder(stage: Stage) -> int:
    """The process id of a worker that sends now."""
    return stage.wait_until(lambda: stage.holder(HOLDER), "a worker holds a batch")


@pytest.fixture
def kill_often(stage, relay, dice, record_property) -> Callable[[], dict]:
    """Sends, and kills a worker that sends at many moments; what became of everyone."""

    def kill_often() -> dict:
        stage.start_workers()
        stage.start_worker("sending")  # goes on while the one that was killed is replaced
        sendout = send(stage, GROUP)
        for moment in sorted(dice.sample(range(1, MEMBERS - 100), KILLS)):
            wait_for_copies(stage, relay, moment)
            stage.kill(wait_for_holder(stage))
            check_at_once(stage)
            stage.start_worker("sending")
        summary = finish(stage, sendout)
        twice = sum(copies > 1 for copies in relay.taken_by().values())
        facts = {
            "recipients": MEMBERS,
            "kills": KILLS,
            "in doubt": doubts_by_death(stage),
            "sent twice": twice,
        }
        for name, number in facts.items():
            record_property(name, number)
        return summary

    return kill_often


def test_kills_at_random_moments_lose_nobody_and_leave_a_bounded_doubt(stage, relay, kill_often):
    assert kill_often()["accepted"] == MEMBERS
    check_copies(stage, relay.taken_by())
    assert doubts_by_death(stage) <= KILLS * LARGEST_DOUBT
    assert stage.value(COUNTED) == MEMBERS  # nobody twice, nobody forgotten
    assert stage.rows("SELECT FROM limit_charges") == []


def test_where_doubts_are_skipped_kills_at_random_moments_send_nothing_twice(stage, relay, kill_often):
    stage.tidings("group", "update", GROUP, *SKIP)
    summary = kill_often()
    assert set(relay.taken_by().values()) == {1}
    assert summary["accepted"] + summary["skipped"] == MEMBERS
    assert summary["skipped"] == doubts_by_death(stage) <= KILLS * LARGEST_DOUBT


def test_one_kill_leaves_at_most_sixteen_in_doubt_per_connection_who_keep_their_message_id(
    stage, relay, dice
):
    sender, _ = stage.start_workers()
    sendout = send(stage, GROUP)
    wait_for_copies(stage, relay, dice.randrange(100, 1_000))
    stage.kill(sender.pid)
    check_at_once(stage)
    stage.start_worker("sending")
    finish(stage, sendout)
    check_copies(stage, relay.taken_by())
    assert 0 < doubts_by_death(stage) <= LARGEST_DOUBT
    assert all(len(relay.message_ids(email)) == 1 for email in doubts(stage))


def test_of_two_workers_one_dies_and_nobody_gets_two_copies_beyond_the_doubt(stage, relay, dice):
    stage.start_supervisor(workers=2)
    sendout = send(stage, GROUP)
    wait_for_copies(stage, relay, dice.randrange(200, 1_000))
    stage.kill(wait_for_holder(stage))
    finish(stage, sendout)
    check_copies(stage, relay.taken_by())
    assert doubts_by_death(stage) <= LARGEST_DOUBT


def test_a_worker_that_was_frozen_beyond_its_lease_doubles_nobody_beyond_the_doubt(stage, relay):
    frozen, _ = stage.start_workers()
    sendout = send(stage, GROUP)
    wait_for_copies(stage, relay, 500)
    os.kill(frozen.pid, signal.SIGSTOP)
    stage.start_worker("sending")
    time.sleep(LEASE_SECONDS)
    stage.wait_until(lambda: stage.holder(HOLDER) not in {None, frozen.pid}, "another worker took over")
    os.kill(frozen.pid, signal.SIGCONT)
    finish(stage, sendout)
    check_copies(stage, relay.taken_by())
    assert doubts_by_death(stage) <= LARGEST_DOUBT


def test_a_worker_that_was_frozen_works_again(stage, relay):
    worker, _ = stage.start_workers()
    first = send(stage, GROUP)
    wait_for_copies(stage, relay, 100)
    os.kill(worker.pid, signal.SIGSTOP)
    time.sleep(2 * LEASE_SECONDS)
    os.kill(worker.pid, signal.SIGCONT)
    finish(stage, first)
    check_copies(stage, relay.taken_by())


def test_a_worker_that_is_asked_to_stop_leaves_nobody_in_doubt(stage, relay):
    supervisor = stage.start_supervisor()
    sendout = send(stage, GROUP)
    wait_for_copies(stage, relay, 500)
    supervisor.terminate()
    assert supervisor.wait(DRAIN_SECONDS) == 0
    check_at_once(stage)
    stage.start_supervisor()
    finish(stage, sendout)
    assert doubts(stage) == Counter()
    assert set(relay.taken_by().values()) == {1}


def test_a_worker_killed_while_it_freezes_the_audience_is_replaced(stage, relay):
    relay.pause_seconds = 0
    _, worker = stage.start_workers()
    with psycopg.connect(**connection_params(stage.folder)) as obstacle:
        obstacle.execute("LOCK TABLE sendout_batches IN SHARE MODE")
        sendout = send(stage, GROUP)
        waiting = "SELECT FROM pg_locks WHERE NOT granted AND relation = 'sendout_batches'::regclass"
        stage.wait_until(lambda: stage.rows(waiting), "the worker freezes the audience")
        stage.kill(worker.pid)
        worker.wait(STOP_SECONDS)
    stage.start_worker("long")
    assert finish(stage, sendout)["audience"] == MEMBERS
    assert relay.taken_by().total() == MEMBERS


def test_a_killed_mailbox_doubles_nobody_beyond_the_doubt(copy_of, group_home):
    stage = copy_of(group_home, has_relay=False)
    stage.start_supervisor()
    sendout = send(stage, GROUP)
    caught = "SELECT count(*) FROM mailbox_messages"
    stage.wait_until(lambda: stage.value(caught) > 300, "some mail is caught")
    [mailbox] = stage.pids_of("mailbox")
    stage.kill(mailbox)
    finish(stage, sendout)
    rows = stage.rows("SELECT recipient, count(*) AS copies FROM mailbox_messages GROUP BY 1")
    check_copies(stage, Counter({row["recipient"]: row["copies"] for row in rows}))


def test_a_sendout_goes_on_when_the_database_is_killed(stage, relay, dice):
    stage.start_supervisor()
    sendout = send(stage, GROUP)
    wait_for_copies(stage, relay, dice.randrange(1, 2_000))
    stage.kill_database()
    finish(stage, sendout)
    check_copies(stage, relay.taken_by())


def test_the_next_sendout_works_after_the_database_was_restarted_while_nothing_ran(stage, relay):
    relay.pause_seconds = 0
    stage.start_supervisor()
    finish(stage, send(stage, GROUP))
    stage.restart_database()
    assert finish(stage, send(stage, GROUP))["accepted"] == MEMBERS
    assert set(relay.taken_by().values()) == {2}
