"""Fifty workers lock, write, die and take over at random; afterwards their history is searched for what must not be."""

import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import combinations

import pytest
from django.db import connection

from tests.locks.history import Held, History, Modes, Written, faults, overlap
from tidings.kernel import db
from tidings.locks import actions, leases, rules
from tidings.locks.errors import GroupLocked, LeaseLost
from tidings.locks.models import GroupLock, Process
from tidings.locks.rules import mode_of

WORKERS = 50
OPERATIONS = 20  # of each
GROUPS = range(201, 209)
LEASE_SECONDS = 0.4
SEED = 20_261_123

A, B = 1, 2  # groups of made-up histories


def now() -> float:
    """The one clock that all share."""
    return db.value("SELECT extract(epoch FROM clock_timestamp())::float8")


class World:
    """What all workers share: the processes that run as far as they know, and the history."""

    def __init__(self) -> None:
        self.history = History()
        self.seen: Counter[str] = Counter()
        self.running: dict[int, tuple[Modes, float]] = {}

    def end(self, process: int, token: int) -> None:
        """Ends a process that the caller holds, and writes down how long it was held; raises `LeaseLost`."""
        with leases.fenced(process, token):
            ended = now()
            leases.end(process, Process.State.FINISHED)
        modes, begun = self.running.pop(process)
        self.history.held.append(Held(process, modes, begun, ended))


class Worker:
    """One of many: has a process in hand or not, and may have forgotten some that it thinks are still its own."""

    def __init__(self, number: int, world: World) -> None:
        self.name, self.world = f"worker-{number}", world
        self.chance = random.Random(SEED + number)
        self.mine: tuple[int, int] | None = None
        self.forgotten: list[tuple[int, int]] = []

    def live(self) -> None:
        try:
            for _ in range(OPERATIONS):
                operation = self.choose()
                self.world.seen[operation.__name__] += 1
                operation()
                time.sleep(self.chance.random() / 50)
        finally:
            connection.close()

    def choose(self) -> Callable[[], None]:
        if self.mine:
            choices, weights = (self.write, self.prolong, self.end, self.die), (40, 15, 30, 15)
        else:
            choices, weights = (self.begin, self.take_over, self.haunt), (60, 30, 10)
        return self.chance.choices(choices, weights)[0]

    def begin(self) -> None:
        kind = Process.Kind(self.chance.choice(rules.USES).kind)
        # In any order: nobody may deadlock.
        groups = self.chance.sample(GROUPS, self.chance.randint(1, 3))
        sources = self.chance.sample(GROUPS, 1) if kind == Process.Kind.TRANSFER else []
        try:
            process = actions.begin(kind, groups, label="a turn", by=None, sources=sources).pk
        except GroupLocked:
            self.world.seen["refused"] += 1
            return
        modes = dict.fromkeys(sources, "shared") | dict.fromkeys(groups, mode_of(kind))
        self.world.running[process] = (modes, now())
        self.take(process)

    def take_over(self) -> None:
        """Tries any process, whoever has it and whether they live."""
        if processes := [*self.world.running]:
            self.take(self.chance.choice(processes))

    def take(self, process: int) -> None:
        if token := leases.take(process, self.name):
            self.mine = process, token
            self.world.seen["taken over"] += token > 1

    def write(self) -> None:
        assert self.mine
        if not self.try_to_write(*self.mine):
            self.mine = None

    def haunt(self) -> None:
        """A worker that everybody took for dead goes on where it stood."""
        if self.forgotten:
            self.try_to_write(*self.forgotten.pop())

    def try_to_write(self, process: int, token: int) -> bool:
        try:
            with leases.fenced(process, token):
                begun = now()
                time.sleep(self.chance.random() / 50)
                write = Written(process, token, begun, now())
        except LeaseLost:
            self.world.seen["fenced off"] += 1
            return False
        self.world.history.written.append(write)
        return True

    def prolong(self) -> None:
        assert self.mine
        try:
            leases.prolong(*self.mine, done=0, total=None)
        except LeaseLost:
            self.mine = None

    def end(self) -> None:
        assert self.mine
        with suppress(LeaseLost):
            self.world.end(*self.mine)
        self.mine = None

    def die(self) -> None:
        assert self.mine
        self.forgotten.append(self.mine)
        self.mine = None


def bury(world: World) -> None:
    """Takes over whatever the dead have left, and ends it."""
    end = time.monotonic() + 60
    while world.running and time.monotonic() < end:
        for process in [*world.running]:
            if token := leases.take(process, "undertaker"):
                world.end(process, token)
        time.sleep(LEASE_SECONDS / 4)


@pytest.fixture
def world(committed, set_environment) -> World:
    """What is left of a thousand operations."""
    set_environment(lease_seconds=LEASE_SECONDS)
    world = World()
    with ThreadPoolExecutor(WORKERS) as threads:
        for done in [threads.submit(Worker(number, world).live) for number in range(WORKERS)]:
            done.result()
    bury(world)
    return world


def test_in_a_thousand_operations_of_fifty_workers_no_two_in_conflict_ever_overlap(world):
    assert faults(world.history) == []
    assert sum(world.seen[name] for name in OPERATION_NAMES) == WORKERS * OPERATIONS
    assert GroupLock.objects.count() == Process.objects.filter(state="running").count() == 0
    check_that_it_was_hard(world)


OPERATION_NAMES = ("begin", "take_over", "haunt", "write", "prolong", "end", "die")


def check_that_it_was_hard(world: World) -> None:
    """A history in which nobody ever met proves nothing."""
    seen, held = world.seen, world.history.held
    assert all(seen[name] > 10 for name in (*OPERATION_NAMES, "refused", "taken over")), seen
    assert seen["fenced off"] > 0, seen
    assert len(world.history.written) > 50
    readers = [one for one in held if set(one.modes.values()) == {"shared"}]
    assert any(a.modes.keys() & b.modes.keys() and overlap(a, b) for a, b in combinations(readers, 2))


# The one who looks must see: histories that were made up, and what is wrong with them.


def hold(process: int, mode: str, begun: float, ended: float, group: int = A) -> Held:
    return Held(process, {group: mode}, begun, ended)


@pytest.mark.parametrize(("one", "other"), [("exclusive", "exclusive"), ("exclusive", "shared")])
def test_the_checker_finds_two_in_conflict_who_held_a_group_at_once(one, other):
    history = History(held=[hold(1, one, 0, 10), hold(2, other, 9, 20)])
    assert faults(history) == [f"processes 1 and 2 both held group {A}"]


def test_the_checker_finds_a_conflict_on_one_of_many_groups():
    history = History(held=[Held(1, {A: "shared", B: "exclusive"}, 0, 10), hold(2, "shared", 3, 4, group=B)])
    assert faults(history) == [f"processes 1 and 2 both held group {B}"]


@pytest.mark.parametrize(
    "other",
    [hold(2, "exclusive", 10, 20), hold(2, "exclusive", 0, 10, group=B)],
    ids=["one after the other", "different groups"],
)
def test_the_checker_finds_nothing_where_nothing_is(other):
    assert faults(History(held=[hold(1, "exclusive", 0, 10), other])) == []


def test_the_checker_lets_those_share_who_only_use_a_group():
    assert faults(History(held=[hold(1, "shared", 0, 10), hold(2, "shared", 5, 20)])) == []


def test_the_checker_finds_who_wrote_after_they_were_replaced():
    writes = [Written(1, 1, 1, 2), Written(1, 2, 3, 4), Written(1, 1, 5, 6)]
    history = History(held=[hold(1, "exclusive", 0, 10)], written=writes)
    assert faults(history) == ["process 1: token 1 wrote after 2 had begun to"]


@pytest.mark.parametrize("write", [Written(1, 1, 9, 11), Written(2, 1, 5, 6)])
def test_the_checker_finds_who_wrote_without_holding(write):
    history = History(held=[hold(1, "exclusive", 0, 10)], written=[write])
    assert faults(history) == [f"process {write.process} was written for while it wasn't held"]
