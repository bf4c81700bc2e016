"""Who uses which group, and which processes nobody looks after."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Now
from procrastinate.contrib.django.models import ProcrastinateJob

from tidings.kernel import db, sql
from tidings.locks import rules
from tidings.locks.models import Process

statements = sql.load(__package__)

# One row per lock, with what a page, the CLI and the API tell about it. A worker whose lease ran out holds nothing.
_LOCKS = """
SELECT l.group_id, l.mode, l.taken_at AS since, extract(epoch FROM clock_timestamp() - l.taken_at)::float8 AS seconds,
       p.id AS process_id, p.kind, p.label, p.done, p.total, p.lease_until,
       CASE WHEN p.lease_until > clock_timestamp() THEN p.worker ELSE '' END AS worker,
       coalesce(nullif(u.name, ''), u.email) AS started_by
FROM group_locks l JOIN processes p ON p.id = l.process_id LEFT JOIN users u ON u.id = p.started_by_id
WHERE %(groups)s::bigint[] IS NULL OR l.group_id = ANY (%(groups)s)
ORDER BY l.taken_at, l.id
"""


@dataclass(frozen=True)
class HeldLock:
    """A lock as people see it: who does what with the group, since when and how far."""

    group_id: int
    mode: str
    since: datetime
    seconds: float
    process_id: int
    kind: str
    label: str
    done: int
    total: int | None
    worker: str
    lease_until: datetime | None
    started_by: str | None

    @property
    def percent(self) -> int | None:
        """How far the process is, 0 to 100, or None where nobody can tell."""
        return rules.percent(self.done, self.total)

    @property
    def kind_name(self) -> str:
        """The kind in words."""
        return Process.Kind(self.kind).label

    @property
    def unit(self) -> str:
        """What `done` and `total` count."""
        return rules.UNITS[self.kind]

    @property
    def rate(self) -> float | None:
        """Units per second, or None while that would say nothing."""
        return rules.rate(self.done, self.seconds)

    @property
    def seconds_left(self) -> int | None:
        """How long it will take at that rate, or None where nobody can tell."""
        return rules.seconds_left(self.done, self.total, self.seconds)

    def facts(self) -> dict[str, Any]:
        """All of this by name, for programs."""
        derived = ("percent", "unit", "rate", "seconds_left")
        return asdict(self) | {name: getattr(self, name) for name in derived}


@dataclass(frozen=True)
class Waiting:
    """Something that waits in line for a group; whoever asks after it and doesn't go together with it is refused."""

    mode: str
    since: datetime
    kind: str
    label: str
    started_by: str | None

    @property
    def kind_name(self) -> str:
        """The kind in words."""
        return Process.Kind(self.kind).label


@dataclass(frozen=True)
class GroupUse:
    """How a group is used now: all locks on it, who waits for it, and what is allowed meanwhile."""

    group: int
    locks: list[HeldLock]
    waiting: list[Waiting]

    @property
    def is_locked(self) -> bool:
        """Whether a process holds it."""
        return bool(self.locks)

    @property
    def mode(self) -> str | None:
        """The mode of its locks, which is the same for all; None if it is free."""
        return self.locks[0].mode if self.locks else None

    @property
    def meanwhile(self) -> rules.Meanwhile:
        """What may start now, and what may not."""
        return rules.meanwhile(self.mode, [waiting.mode for waiting in self.waiting])


def use_of(group: int) -> GroupUse:
    """How one group is used now."""
    line = db.rows(statements.waiters, {"name": "", "groups": [group], "modes": [None]})
    names = Waiting.__dataclass_fields__
    waiting = [Waiting(**{name: row[name] for name in names}) for row in line]
    return GroupUse(group, locks_of([group]).get(group, []), waiting)


def locks_of(groups: Iterable[int] | None = None) -> dict[int, list[HeldLock]]:
    """The locks held now, by group; of all groups if none are named."""
    held: dict[int, list[HeldLock]] = {}
    for row in db.rows(_LOCKS, {"groups": None if groups is None else list(groups)}):
        held.setdefault(row["group_id"], []).append(HeldLock(**row))
    return held


def running() -> list[Process]:
    """All processes that go on now, newest first."""
    return list(
        Process.objects.filter(state=Process.State.RUNNING).select_related("started_by").order_by("-id")
    )


def forgotten(kinds: Iterable[str], *, task: str) -> list[int]:
    """The processes of these kinds that run while nobody holds them and no job of `task` is left for them."""
    is_free = Q(lease_until=None) | Q(lease_until__lt=Now())
    jobs = ProcrastinateJob.objects.filter(task_name=task, status__in=("todo", "doing"))
    cared_for = jobs.values_list(Cast(KeyTextTransform("process_id", "args"), BigIntegerField()))
    running = Process.objects.filter(is_free, kind__in=kinds, state=Process.State.RUNNING)
    return list(running.exclude(pk__in=cared_for).order_by("pk").values_list("pk", flat=True))
