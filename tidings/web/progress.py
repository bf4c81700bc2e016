"""How far a long process is, as every page shows it: percent, rate, time left."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tidings.blacklists.models import BlacklistImport
from tidings.exports.models import Export
from tidings.imports.models import Import
from tidings.kernel import clock
from tidings.locks import rules
from tidings.locks.models import Process
from tidings.locks.queries import HeldLock
from tidings.sendouts.models import Sendout
from tidings.transfers.models import Transfer


@dataclass(frozen=True)
class Progress:
    """`done` of `total` units after `seconds`; `total` is None while nobody knows it.

    `left_seconds` is the time left where that doesn't follow from the rate so far.
    """

    done: int
    total: int | None
    seconds: float
    unit: str = "rows"
    left_seconds: int | None = None

    @property
    def percent(self) -> int | None:
        """0 to 100, rounded down so that 100 means all."""
        return rules.percent(self.done, self.total)

    @property
    def is_share(self) -> bool:
        """Whether `done` stands for a share of the work and not for things a person would count."""
        return self.unit == rules.BYTES

    @property
    def rate(self) -> float | None:
        """Units per second since the start."""
        return rules.rate(self.done, self.seconds)

    @property
    def left(self) -> timedelta | None:
        """The time that the rest takes, at this rate unless it is known better."""
        left = self.left_seconds
        if left is None:
            left = rules.seconds_left(self.done, self.total, self.seconds)
        return None if left is None else timedelta(seconds=left)


@dataclass(frozen=True)
class Work:
    """One long process: what, by whom, how far. `subject` is the id of its import or sendout, `worker` who has it."""

    process_id: int
    kind: str
    label: str
    started_by: str
    since: datetime
    worker: str
    progress: Progress
    subject: int | None = None
    mode: str = ""

    @property
    def kind_name(self) -> str:
        """The kind in words."""
        return Process.Kind(self.kind).label

    @property
    def is_abandoned(self) -> bool:
        """Whether it waits for a worker to take it. A sendout is worked on by many, batch by batch."""
        return not self.worker and self.kind != Process.Kind.SENDOUT


def progress_since(since: datetime, done: int, total: int | None, kind: str) -> Progress:
    """The progress of a process of that kind that began at `since`."""
    seconds = (clock.now() - since).total_seconds()
    return Progress(done, total, seconds, rules.UNITS[kind])


def work_of_locks(locks: Iterable[HeldLock]) -> list[Work]:
    """The processes that hold `locks`, with the mode of each lock."""
    held = list(locks)
    subjects = _subjects([lock.process_id for lock in held])
    return [
        Work(
            process_id=lock.process_id,
            kind=lock.kind,
            label=lock.label,
            started_by=lock.started_by or "",
            since=lock.since,
            worker=lock.worker,
            progress=Progress(lock.done, lock.total, lock.seconds, lock.unit),
            subject=subjects.get(lock.process_id),
            mode=lock.mode,
        )
        for lock in held
    ]


def work_of_processes(processes: Iterable[Process]) -> list[Work]:
    """Processes as pages show them."""
    running = list(processes)
    subjects = _subjects([process.pk for process in running])
    return [
        Work(
            process_id=process.pk,
            kind=process.kind,
            label=process.label,
            started_by=str(process.started_by or ""),
            since=process.started_at,
            worker=process.worker,
            progress=progress_since(process.started_at, process.done, process.total, process.kind),
            subject=subjects.get(process.pk),
        )
        for process in running
    ]


def _subjects(processes: list[int]) -> dict[int, int]:
    if not processes:
        return {}
    sources = (Import.objects, Sendout.objects, BlacklistImport.objects, Export.objects, Transfer.objects)
    first, *others = (
        source.filter(process__in=processes).values_list("process_id", "pk") for source in sources
    )
    found = first.union(*others, all=True)
    return {process: subject for process, subject in found if process is not None}
