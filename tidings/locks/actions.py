"""Starting and cancelling long processes. A process starts together with all its locks or not at all."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from tidings.accounts.models import User
from tidings.kernel import db, sql
from tidings.locks import rules, tasks
from tidings.locks.errors import GroupLocked
from tidings.locks.models import Process

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

    The queue gets its job when the transaction commits that also writes the row which the process belongs to.
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
        if kind not in rules.UNQUEUED:
            tasks.run.defer(process_id=process.pk)
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
    modes = dict.fromkeys(sources, rules.SHARED) | {group: rules.mode_of(kind) for group in groups}
    return {"groups": list(modes), "modes": list(modes.values())}


def _held(wanted: dict[str, list[Any]], process: Process) -> GroupLocked:
    found = [r for r in db.rows(statements.blockers, wanted) if r["process_id"] != process.pk]
    if not found:
        return GroupLocked(group=_name_of(wanted["groups"][0]), holder="another process has just used it")
    return _refusal(found[0], HOLDER)


def _name_of(group: int) -> str:
    return rules.PLACES.get(group, f"Group {group}")


def _refusal(blocker: db.Row, words: str, *, what: str = "") -> GroupLocked:
    holder = words.format(
        mode=blocker["mode"],
        kind=Process.Kind(blocker["kind"]).label.lower(),
        label=blocker["label"],
        by=f" by {blocker['started_by']}" if blocker["started_by"] else "",
        since=f"{blocker['since']:%Y-%m-%d %H:%M:%S} UTC",
    )
    error = GroupLocked(group=what or _name_of(blocker["group_id"]), holder=holder)
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


def cancel(process: int) -> bool:
    """Asks a running process to stop, which it does within a second or so; False if it has ended."""
    with transaction.atomic():
        asked = Process.objects.filter(pk=process, state=Process.State.RUNNING).update(cancel_requested=True)
        if asked:
            # Its job may be gone, after too many tries or by hand: without one nobody would end it and free its groups.
            tasks.run.defer(process_id=process)
    return asked == 1


def release_worker(worker: str) -> None:
    """Frees the leases of a worker that is known to be dead. Its locks stay for whoever takes over, from the queue."""
    with transaction.atomic():
        for row in db.rows(statements.release_worker, {"worker": worker}):
            tasks.run.defer(process_id=row["id"])
