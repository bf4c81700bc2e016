"""Waiting for long work with a live view of it."""

import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, NamedTuple

from django.db import InterfaceError, OperationalError, connections
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from tidings.cli.exits import Detached
from tidings.cli.ground import Workers
from tidings.cli.output import note
from tidings.kernel import db

Summary = dict[str, Any]

# Short work feels immediate, long work costs the database two questions a second.
FIRST_LOOK_SECONDS = 0.1
LONGEST_LOOK_SECONDS = 0.5
# How often a log gets a line where there is no terminal, and how often the workers are looked for.
LINE_SECONDS = 5.0
WORKERS_SECONDS = 5.0
# How long the database may be away before the waiting ends. A restart takes seconds.
PATIENCE_SECONDS = 60.0


class Step(NamedTuple):
    """How far some work is; `total` is None as long as nobody knows."""

    state: str
    done: int
    total: int | None


class Work(NamedTuple):
    """What to wait for: `look` reads it, `step` says how far it is, `ends` are states that end the wait."""

    what: str
    id: int
    look: Callable[[], Summary]
    step: Callable[[Summary], Step]
    ends: Collection[str]
    follow: str


def wait_for(work: Work, *, quiet: bool) -> Summary:
    """The work's summary once it has ended; workers are started if none live.

    Ctrl-C ends the waiting, not the work: `Detached` says how to follow it.
    """
    workers = Workers()
    try:
        with workers, _view(work, quiet=quiet) as show:
            return _watch(work, workers, show)
    except KeyboardInterrupt:
        raise Detached(what=work.what, id=work.id, advice=_advice(work, workers)) from None


def _watch(work: Work, workers: Workers, show: Callable[[Step], None]) -> Summary:
    pause, ensure_at = FIRST_LOOK_SECONDS, time.monotonic() + WORKERS_SECONDS
    patience = Patience()
    while True:
        with patience:
            summary = work.look()
            show(work.step(summary))
            if summary["state"] in work.ends:
                return summary
            if time.monotonic() >= ensure_at:
                workers.ensure()
                ensure_at = time.monotonic() + WORKERS_SECONDS
        time.sleep(pause)
        pause = min(pause * 1.5, LONGEST_LOOK_SECONDS)


class Patience:
    """Bears a database that is away, as when it restarts, for a minute at a time: the work survives that too."""

    def __init__(self) -> None:
        self._good_at = time.monotonic()

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if kind is None or not issubclass(kind, (OperationalError, InterfaceError, *db.Unavailable)):
            self._good_at = time.monotonic()
            return False
        connections.close_all()
        return time.monotonic() - self._good_at < PATIENCE_SECONDS


def _advice(work: Work, workers: Workers) -> str:
    if workers.are_ours:
        return (
            f"Its worker stops with this command: start `tidings up` to let it go on, or run `{work.follow}`."
        )
    return f"Follow it with `{work.follow}`."


@contextmanager
def _view(work: Work, *, quiet: bool) -> Iterator[Callable[[Step], None]]:
    """A bar on a terminal, a line now and then in a log, nothing if `quiet`."""
    if quiet:
        yield lambda _step: None
    elif sys.stderr.isatty():
        with _bar(work) as show:
            yield show
    else:
        yield _lines(work)


@contextmanager
def _bar(work: Work) -> Iterator[Callable[[Step], None]]:
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(f"{work.what} {work.id}", total=None)
        yield lambda step: progress.update(
            task, description=f"{work.what} {work.id}: {step.state}", completed=step.done, total=step.total
        )


def _lines(work: Work) -> Callable[[Step], None]:
    told_at = time.monotonic()

    def show(step: Step) -> None:
        nonlocal told_at
        if time.monotonic() - told_at >= LINE_SECONDS:
            told_at = time.monotonic()
            total = "" if step.total is None else f" of {step.total:,}"
            note(f"{work.what} {work.id}: {step.state}, {step.done:,}{total}")

    return show
