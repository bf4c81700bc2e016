"""Who waits for a lock comes before those who ask later, so nobody waits for ever."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from tidings.kernel import db
from tidings.locks import actions, leases, queries
from tidings.locks.errors import GroupLocked
from tidings.locks.models import Process, Waiter

HERE, THERE = 101, 102
KINDS = {"shared": Process.Kind.SENDOUT, "exclusive": Process.Kind.IMPORT}

READERS = 8
HELD_SECONDS = 0.1
PATIENCE_SECONDS = 10


@pytest.fixture
def wait(db):
    """Puts something in line for groups."""

    def wait(mode: str, *groups: int, name: str = "mine", by=None) -> None:
        actions.wait_in_line(name, KINDS[mode], groups, label=f"{name} of May", by=by)

    return wait


def end(process: Process) -> None:
    leases.end(process.pk, Process.State.FINISHED)


def start(mode: str, *groups: int, waiter: str = "") -> Process:
    return actions.begin(KINDS[mode], groups, label="next", by=None, waiter=waiter)


@pytest.mark.parametrize(("waits", "asks"), [("exclusive", "shared"), ("shared", "exclusive")])
def test_who_asks_later_is_refused_while_somebody_waits_whom_it_would_keep_waiting(wait, waits, asks):
    wait(waits, HERE)
    with pytest.raises(GroupLocked):
        start(asks, HERE)


def test_who_goes_together_with_those_who_wait_does_not_wait_for_them(wait):
    wait("shared", HERE)
    start("shared", HERE)


def test_who_wants_another_group_does_not_wait(wait):
    wait("exclusive", HERE)
    start("exclusive", THERE)


def test_who_waits_for_several_groups_keeps_its_place_at_each(wait):
    wait("exclusive", THERE, HERE)
    with pytest.raises(GroupLocked, match=f"Group {THERE} "):
        start("shared", THERE)


def test_a_refusal_names_who_waits(wait, make_user):
    wait("exclusive", HERE, by=make_user("Anna"))
    with pytest.raises(
        GroupLocked, match=r"import “mine of May” by Anna waits for it since .* and comes first"
    ):
        start("shared", HERE)


def test_who_waited_begins_when_the_group_is_free_and_leaves_the_line(begin, wait):
    holder = begin("shared", HERE)
    wait("exclusive", HERE)
    end(holder)
    end(start("exclusive", HERE, waiter="mine"))
    start("shared", HERE)


def test_the_first_who_asked_comes_first_also_when_it_asks_again(wait):
    wait("exclusive", HERE, name="first")
    wait("exclusive", HERE, name="second")
    wait("exclusive", HERE, name="first")
    with pytest.raises(GroupLocked, match="first of May"):
        start("exclusive", HERE, waiter="second")
    end(start("exclusive", HERE, waiter="first"))
    start("exclusive", HERE, waiter="second")


def test_who_does_not_ask_again_loses_its_place(wait):
    wait("exclusive", HERE, name="first")
    Waiter.objects.update(alive_until=db.now())
    start("shared", HERE)


def test_who_comes_back_after_losing_its_place_is_last(wait):
    wait("exclusive", HERE, name="first")
    Waiter.objects.update(alive_until=db.now())
    wait("exclusive", HERE, name="second")
    wait("exclusive", HERE, name="first")
    with pytest.raises(GroupLocked, match="second of May"):
        start("exclusive", HERE, waiter="first")


def test_a_group_tells_who_waits_for_it_and_what_that_allows(begin, wait):
    begin("shared", HERE)
    wait("exclusive", HERE, THERE)
    use = queries.use_of(HERE)
    assert [(waiting.mode, waiting.label) for waiting in use.waiting] == [("exclusive", "mine of May")]
    assert use.meanwhile.can_start == ()
    assert use.meanwhile.settings_can_be_edited


def read_all_the_time(over: threading.Event, seed: int) -> None:
    """One of several whose locks overlap, so that the group is hardly ever free by chance."""
    chance = random.Random(seed)
    try:
        while not over.is_set():
            try:
                process = start("shared", HERE)
            except GroupLocked:
                time.sleep(HELD_SECONDS / 5)
            else:
                time.sleep(chance.uniform(HELD_SECONDS, 3 * HELD_SECONDS))
                end(process)
    finally:
        connection.close()


def seconds_until_written(wait) -> float:
    begun = time.monotonic()
    while time.monotonic() < begun + PATIENCE_SECONDS:
        try:
            end(start("exclusive", HERE, waiter="mine"))
        except GroupLocked:
            wait("exclusive", HERE)
            time.sleep(HELD_SECONDS / 5)
        else:
            break
    return time.monotonic() - begun


def test_those_who_share_a_group_side_by_side_do_not_keep_a_writer_waiting_for_ever(committed, wait):
    over = threading.Event()
    with ThreadPoolExecutor(READERS) as threads:
        for seed in range(READERS):
            threads.submit(read_all_the_time, over, seed)
        time.sleep(4 * HELD_SECONDS)
        seconds = seconds_until_written(wait)
        over.set()
    assert seconds < PATIENCE_SECONDS / 2
