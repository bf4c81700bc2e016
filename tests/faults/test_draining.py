"""SIGTERM: a worker hands nothing more over, waits for answers, gives back the rest, and ends within 10 seconds."""

import subprocess
from collections import Counter

import pytest

from tests.faults.promises import check_at_once, check_copies, doubts, finish, send
from tests.faults.stage import LARGEST_DOUBT, Stage

pytestmark = pytest.mark.timeout(300)

GROUP = "news@example.org"
DRAIN_SECONDS = 10
HELD = "SELECT FROM sendout_batches WHERE state = 'taken'"


@pytest.fixture
def stage(group_stage) -> Stage:
    return group_stage


def stop(worker: subprocess.Popen[bytes]) -> None:
    worker.terminate()
    assert worker.wait(DRAIN_SECONDS) == 0


def test_whoever_is_in_flight_to_a_slow_relay_is_waited_for_and_the_rest_goes_back(stage, relay):
    relay.pause_seconds = 1.5
    worker, _ = stage.start_workers()
    sendout = send(stage, GROUP)
    stage.wait_until(lambda: len(relay.copies) >= 2, "the first copies are with the relay")
    stop(worker)
    check_at_once(stage)
    assert stage.rows(HELD) == []
    relay.pause_seconds = 0
    stage.start_worker("sending")
    finish(stage, sendout)
    assert doubts(stage) == Counter()
    assert set(relay.taken_by().values()) == {1}


def test_a_relay_that_never_answers_does_not_keep_a_worker_alive(stage, relay):
    worker, _ = stage.start_workers()
    sendout = send(stage, GROUP)
    stage.wait_until(lambda: len(relay.copies) >= 100, "some copies are out")
    relay.stop_answering()
    stop(worker)
    check_at_once(stage)
    assert stage.rows(HELD) == []
    relay.go_on()
    stage.start_worker("sending")
    finish(stage, sendout)
    check_copies(stage, relay.taken_by())
    assert doubts(stage).total() <= LARGEST_DOUBT


def test_a_worker_with_nothing_to_do_ends_at_once(stage):
    workers = stage.start_workers()
    registered = "SELECT count(*) FROM procrastinate_workers"
    queues = ["sending", "prompt", "long"]
    stage.wait_until(lambda: stage.value(registered) == len(queues), "both wait for work")
    for worker in workers:
        stop(worker)
