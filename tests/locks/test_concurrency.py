"""Fifty threads lock at random; afterwards their history is searched for two who should not have met."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations

from django.db import connection

from tidings.locks import actions
from tidings.locks.errors import GroupLocked
from tidings.locks.models import GroupLock, Process
from tidings.locks.rules import mode_of

THREADS = 50
TURNS = 6
GROUPS = range(201, 207)
SEED = 20_261_123


@dataclass(frozen=True)
class Held:
    """From when to when a process surely held its groups, in seconds of this machine."""

    mode: str
    groups: frozenset[int]
    begun: float
    ended: float

    def meets(self, other: "Held") -> bool:
        return bool(self.groups & other.groups) and self.begun < other.ended and other.begun < self.ended


def live(seed: int) -> list[Held | None]:
    """One thread's turns: what it held, None where it was refused."""
    chance = random.Random(seed)
    try:
        return [hold(chance) for _ in range(TURNS)]
    finally:
        connection.close()


def hold(chance: random.Random) -> Held | None:
    kind = chance.choice([Process.Kind.EXPORT, Process.Kind.IMPORT])
    wanted = chance.sample(GROUPS, chance.randint(1, 3))  # in any order: nobody may deadlock
    try:
        process = actions.begin(kind, wanted, label="a turn", by=None)
    except GroupLocked:
        return None
    begun = time.monotonic()
    time.sleep(chance.random() / 50)
    ended = time.monotonic()
    actions.end(process.pk, Process.State.FINISHED)
    return Held(mode_of(kind), frozenset(wanted), begun, ended)


def test_no_two_conflicting_processes_ever_overlap_and_none_deadlock(committed):
    with ThreadPoolExecutor(THREADS) as threads:
        turns = [turn for turns in threads.map(live, range(SEED, SEED + THREADS)) for turn in turns]
    history = [turn for turn in turns if turn]
    meetings = [{a.mode, b.mode} for a, b in combinations(history, 2) if a.meets(b)]
    assert None in turns, "nobody was ever refused: the threads did not get into each other's way"
    assert {"shared"} in meetings, "no two readers ever met: the threads took turns"
    assert all(modes == {"shared"} for modes in meetings)
    assert not GroupLock.objects.exists()
