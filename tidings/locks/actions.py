"""Starting, holding and ending long processes.

A process starts together with all its locks or not at all. Its holder proves itself by a token: whoever takes a
process over gets a higher one, and the old holder's next transaction fails at `fence`.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from tidings.accounts.models import User
from tidings.kernel import db, sql
from tidings.locks import rules
from tidings.locks.errors import GroupLocked, LeaseLost
from tidings.locks.models import GroupLock, Process

statements = sql.load(__package__)

# Whoever waits asks more often than this, so one look that comes late doesn't cost the place.
WAITER_PATIENCE_SECONDS = 30
HOLDER = "{mode} lock of {kind} “{label}”{by} since {since}"
WAITER = "{kind} “{label}”{by} waits for it since {since} and comes first"


def begin(
    kind: Process.Kind,
    groups: Iterable[int],
    *,
    label: str,
    by: User | None,
    total: int | None = None,
    sources: Iterable[int] = (),
    waiter: str = "",
) -> Process:
    """Starts a process on `groups`, under the locks that `rules.USES` declares for its kind; raises `GroupLocked` if a
    group isn't free, or if somebody waits for it who came before. Groups that it only reads from, such as where a
    transfer takes people, are its `sources`. `waiter` is the name under which it stands in line, if it does.
    """
    wanted = _wanted(kind, groups, sources)
    with transaction.atomic():
        process = Process.objects.create(kind=kind, label=label[:300], started_by=by, total=total)
        if db.execute(statements.lock_groups, {"process": process.pk, **wanted}) < len(wanted["groups"]):
            raise _held(wanted, process)
        if ahead := db.rows(statements.waiters, {"name": waiter, **wanted}):
            raise _refusal(ahead[0], WAITER)
        if waiter:
            db.execute(statements.leave_line, {"name": waiter})
    return process


def wait_in_line(
    waiter: str, kind: Process.Kind, groups: Iterable[int], *, label: str, by: User | None
) -> None:
    """Keeps the place of what was refused, under a name of its own, until it begins or doesn't ask for a while.

    Else those that hold a group one after the other, or side by side, could keep it waiting for ever.
    """
    facts = {"name": waiter, "kind": str(kind), "label": label[:300], "by": by and by.pk}
    db.execute(
        statements.wait_in_line, {**facts, **_wanted(kind, groups, ()), "patience": WAITER_PATIENCE_SECONDS}
    )


def _wanted(kind: Process.Kind, groups: Iterable[int], sources: Iterable[int]) -> dict[str, list[Any]]:
    modes = dict.fromkeys(sources, rules.SHARED) | dict.fromkeys(groups, rules.mode_of(kind))
    return {"groups": list(modes), "modes": list(modes.values())}


def _held(wanted: dict[str, list[Any]], process: Process) -> GroupLocked:
    found = [r for r in db.rows(statements.blockers, wanted) if r["process_id"] != process.pk]
    if not found:
        return GroupLocked(group=f"Group {wanted['groups'][0]}", holder="another process has just used it")
    return _refusal(found[0], HOLDER)


def _refusal(blocker: db.Row, words: str, *, what: str = "") -> GroupLocked:
    holder = words.format(
        mode=blocker["mode"],
        kind=Process.Kind(blocker["kind"]).label.lower(),
        label=blocker["label"],
        by=f" by {blocker['started_by']}" if blocker["started_by"] else "",
        since=f"{blocker['since']:%Y-%m-%d %H:%M:%S} UTC",
    )
    error = GroupLocked(group=what or f"Group {blocker['group_id']}", holder=holder)
    error.facts.update({"process_id": None, **blocker})
    return error


def demand_unwritten(group: int, *, what: str) -> None:
    """Raises `GroupLocked` while a process writes the group: `what` can't be changed then."""
    if blockers := db.rows(statements.blockers, {"groups": [group], "modes": [rules.SHARED]}):
        raise _refusal(blockers[0], HOLDER, what=what)


def demand_unused(group: int, *, what: str) -> None:
    """Raises `GroupLocked` while a process holds the group in any way."""
    if blockers := db.rows(statements.blockers, {"groups": [group], "modes": [rules.EXCLUSIVE]}):
        raise _refusal(blockers[0], HOLDER, what=what)


def take(process: int, worker: str) -> int | None:
    """Makes `worker` the holder and returns its token, or None if somebody else holds the process or it has ended."""
    params = {"process": process, "worker": worker, "lease": settings.ENVIRONMENT.lease_seconds}
    token: int | None = db.value(statements.take, params)
    return token


def prolong(process: int, token: int) -> bool:
    """Gives the holder another lease; False if it isn't the holder any more."""
    params = {"process": process, "token": token, "lease": settings.ENVIRONMENT.lease_seconds}
    return db.execute(statements.prolong, params) == 1


@contextmanager
def fenced(process: int, token: int) -> Iterator[None]:
    """A transaction that commits only if `token` still holds the process; else `LeaseLost`."""
    with transaction.atomic():
        params = {"process": process, "token": token, "lease": settings.ENVIRONMENT.lease_seconds}
        if db.value(statements.fence, params) is None:
            raise LeaseLost(process=process)
        yield


def progress(process: int, *, done: int, total: int | None) -> None:
    """Tells how far the process is, in whatever it counts."""
    Process.objects.filter(pk=process).update(done=done, total=total)


def end(process: int, state: Process.State) -> bool:
    """Ends a running process and frees its groups; False if it had ended before."""
    with transaction.atomic():
        done = Coalesce("total", "done") if state == Process.State.FINISHED else F("done")
        ended = Process.objects.filter(pk=process, state=Process.State.RUNNING).update(
            state=state, ended_at=db.now(), lease_until=None, done=done
        )
        GroupLock.objects.filter(process_id=process).delete()
    return ended == 1


def end_if_begun(process: int | None, state: Process.State) -> None:
    """The same for what may not have come so far as to have a process."""
    if process is not None:
        end(process, state)


def release_worker(worker: str) -> list[int]:
    """Frees the leases of a worker that is known to be dead; its locks stay for whoever takes over. Returns the ids."""
    return [row["id"] for row in db.rows(statements.release_worker, {"worker": worker})]
