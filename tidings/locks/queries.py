"""Who uses which group."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tidings.kernel import db
from tidings.locks.models import Process

# One row per lock, with what a page, the CLI and the API tell about it.
_LOCKS = """
SELECT l.group_id, l.mode, l.taken_at AS since, p.id AS process_id, p.kind, p.label, p.done, p.total, p.worker,
       p.lease_until, coalesce(nullif(u.name, ''), u.email) AS started_by
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
        return min(100, self.done * 100 // self.total) if self.total else None


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
