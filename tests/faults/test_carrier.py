"""A carrier that refuses, stalls or hangs up costs nobody their mail."""

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.faults.conftest import MEMBERS
from tests.faults.promises import check_copies, doubts, finish, send
from tests.faults.relay import HANG_UP_AFTER_DOT, HANG_UP_IN_DATA, TAKEN, Relay
from tests.faults.stage import SCALE, Stage

pytestmark = pytest.mark.timeout(300 * SCALE)

GROUP = "news@example.org"
ATTEMPTS = 4  # the first one and one after each pause of TIDINGS_RETRY_PAUSES_SECONDS


@pytest.fixture(scope="module")
def workers(group_home, bring_to_life) -> Iterator[Stage]:
    """Nobody is killed here, so all tests share their workers."""
    with Relay() as relay, bring_to_life(group_home, relay) as stage:
        stage.start_workers()
        yield stage


@pytest.fixture
def relay(workers) -> Relay:
    workers.relay.begin_anew()
    return workers.relay


@pytest.fixture
def stage(workers) -> Stage:
    workers.forget_sendouts()
    return workers


def each(nth: int):
    """Chooses every `nth` recipient."""
    return lambda recipient: int(recipient[1:6]) % nth == 0


def wait_until_paused(stage: Stage, sendout: int) -> str:
    paused = "SELECT state_reason FROM sendouts WHERE state = 'paused' AND id = %(id)s"
    return stage.wait_until(lambda: stage.value(paused, id=sendout), "the sendout has paused itself")


def test_whoever_is_refused_for_now_is_tried_again_until_taken(stage, relay):
    relay.answer = lambda recipient, nth: b"451 later" if each(3)(recipient) and nth <= 2 else TAKEN
    summary = finish(stage, send(stage, GROUP))
    assert summary["accepted"] == MEMBERS
    assert set(relay.taken_by().values()) == {1}
    assert doubts(stage) == Counter()


def test_who_is_always_refused_for_now_fails_in_the_end(stage, relay):
    relay.answer = lambda recipient, _nth: b"451 never" if each(10)(recipient) else TAKEN
    summary = finish(stage, send(stage, GROUP))
    assert (summary["accepted"], summary["failed"]) == (MEMBERS - MEMBERS // 10, MEMBERS // 10)
    assert {relay.attempts[f"p{n:05}@example.com"] for n in range(0, MEMBERS, 10)} == {ATTEMPTS}
    assert summary["reasons"][0]["code"] == 451


def test_a_relay_that_refuses_everybody_for_now_gets_them_later(stage, relay):
    relay.answer = lambda _recipient, nth: b"451 later" if nth == 1 else TAKEN
    assert finish(stage, send(stage, GROUP))["accepted"] == MEMBERS
    assert relay.taken_by().total() == MEMBERS


def test_who_is_refused_for_good_fails_alone_and_is_not_tried_again(stage, relay):
    relay.answer = lambda recipient, _nth: b"550 no such user" if each(2)(recipient) else TAKEN
    summary = finish(stage, send(stage, GROUP))
    assert (summary["accepted"], summary["failed"]) == (MEMBERS // 2, MEMBERS // 2)
    assert set(relay.attempts.values()) == {1}
    assert relay.taken_by().total() == MEMBERS // 2


def test_who_was_cut_off_within_the_message_is_served_at_once_and_never_twice(stage, relay):
    relay.answer = lambda recipient, nth: HANG_UP_IN_DATA if each(50)(recipient) and nth == 1 else TAKEN
    assert finish(stage, send(stage, GROUP))["accepted"] == MEMBERS
    assert set(relay.taken_by().values()) == {1}
    # A short message left in one write, so its sender can't know how much of it arrived.
    assert set(doubts(stage)) <= set(filter(each(50), relay.attempts))


def test_who_was_cut_off_after_the_message_is_listed_and_gets_it_again(stage, relay):
    relay.answer = lambda recipient, nth: HANG_UP_AFTER_DOT if each(50)(recipient) and nth == 1 else TAKEN
    summary = finish(stage, send(stage, GROUP))
    cut_off = {f"p{n:05}@example.com" for n in range(0, MEMBERS, 50)}
    assert summary["accepted"] == MEMBERS
    assert doubts(stage) == Counter(cut_off)
    assert {email for email, copies in relay.taken_by().items() if copies == 2} == cut_off
    assert all(len(relay.message_ids(email)) == 1 for email in cut_off)


def test_a_message_that_always_breaks_the_connection_fails_alone(stage, relay):
    relay.answer = lambda recipient, _nth: HANG_UP_IN_DATA if recipient == "p01000@example.com" else TAKEN
    summary = finish(stage, send(stage, GROUP))
    assert (summary["accepted"], summary["failed"]) == (MEMBERS - 1, 1)


def test_a_sendout_pauses_when_the_relay_stops_answering_and_serves_everyone_when_resumed(stage, relay):
    sendout = send(stage, GROUP)
    stage.wait_until(lambda: len(relay.copies) > 200, "some copies are out")
    relay.stop_answering()
    reason = wait_until_paused(stage, sendout)
    assert "Resume" in reason
    relay.go_on()
    stage.tidings("sendout", "resume", sendout)
    finish(stage, sendout)
    check_copies(stage, relay.taken_by())


def test_a_sendout_pauses_while_the_relay_is_gone_and_serves_everyone_when_resumed(stage, relay):
    sendout = send(stage, GROUP)
    stage.wait_until(lambda: len(relay.copies) > 200, "some copies are out")
    with relay.away():
        wait_until_paused(stage, sendout)
    stage.tidings("sendout", "resume", sendout)
    finish(stage, sendout)
    check_copies(stage, relay.taken_by())


def test_a_relay_that_comes_back_soon_pauses_nothing(stage, relay):
    sendout = send(stage, GROUP)
    stage.wait_until(lambda: len(relay.copies) > 200, "some copies are out")
    with relay.away():
        pass
    assert finish(stage, sendout)["accepted"] == MEMBERS
    check_copies(stage, relay.taken_by())
