"""What happened to locks, by the database's clock, and what must never be found in it.

The way of Jepsen: workers do whatever they may and write down what they saw, and afterwards somebody who knows nothing
of the program looks through it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

from tidings.locks import rules

Modes = dict[int, str]  # by group


@dataclass(frozen=True)
class Held:
    """From when to when a process surely held its groups: after it had begun, until before it was ended."""

    process: int
    modes: Modes
    begun: float
    ended: float


@dataclass(frozen=True)
class Written:
    """From when to when somebody wrote for a process, and the token with which they did."""

    process: int
    token: int
    begun: float
    ended: float


@dataclass
class History:
    """Everything that was held and written."""

    held: list[Held] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)


def faults(history: History) -> list[str]:
    """All that contradicts the promise; nothing if it was kept."""
    return [*_conflicts(history.held), *_overtaken(history.written), *_outside(history)]


def _conflicts(held: Iterable[Held]) -> Iterator[str]:
    for one, other in combinations(held, 2):
        groups = one.modes.keys() & other.modes.keys()
        clash = [g for g in groups if not rules.go_together(one.modes[g], other.modes[g])]
        if clash and overlap(one, other):
            yield f"processes {one.process} and {other.process} both held group {clash[0]}"


def _overtaken(written: Iterable[Written]) -> Iterator[str]:
    """Nobody writes for a process any more once somebody with a newer token has begun to."""
    for one, other in combinations(written, 2):
        if one.process == other.process and one.token != other.token:
            old, new = sorted((one, other), key=lambda write: write.token)
            if old.ended > new.begun:
                yield f"process {old.process}: token {old.token} wrote after {new.token} had begun to"


def _outside(history: History) -> Iterator[str]:
    spans = {held.process: held for held in history.held}
    for write in history.written:
        held = spans.get(write.process)
        if held is None or write.begun < held.begun or write.ended > held.ended:
            yield f"process {write.process} was written for while it wasn't held"


def overlap(one: Held | Written, other: Held | Written) -> bool:
    """Whether there was a moment that belongs to both."""
    return one.begun < other.ended and other.begun < one.ended
