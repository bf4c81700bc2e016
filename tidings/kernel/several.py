"""Doing one thing with several: each on its own, so that one that is refused stops no other."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from tidings.kernel.errors import TidingsError

T = TypeVar("T")

AT_MOST = 1_000  # more is a process, which shows how far it is


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """With which it went well, and which were refused and why, in their order."""

    done: list[T]
    refused: list[tuple[T, TidingsError]]


def each(things: Iterable[T], deed: Callable[[T], object]) -> Outcome[T]:
    """Does it with each of them."""
    outcome: Outcome[T] = Outcome([], [])
    for thing in things:
        try:
            deed(thing)
        except TidingsError as error:
            outcome.refused.append((thing, error))
        else:
            outcome.done.append(thing)
    return outcome
