"""Who holds a process, and until when.

Its holder proves itself by a token: whoever takes a process over gets a higher one, and the old holder's next
transaction fails at `fence`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from tidings.kernel import db, sql
from tidings.locks.errors import Cancelled, LeaseLost
from tidings.locks.models import GroupLock, Process

statements = sql.load(__package__)


def take(process: int, worker: str) -> int | None:
    """Makes `worker` the holder and returns its token, or None if somebody else holds the process or it has ended."""
    params = {"process": process, "worker": worker, "lease": settings.ENVIRONMENT.lease_seconds}
    token: int | None = db.value(statements.take, params)
    return token


def prolong(process: int, token: int, *, done: int, total: int | None) -> None:
    """Gives the holder another lease and tells how far it is. Raises `LeaseLost`; `Cancelled` if that was asked for."""
    lease = settings.ENVIRONMENT.lease_seconds
    params = {"process": process, "token": token, "lease": lease, "done": done, "total": total}
    _demand_wanted(process, db.value(statements.prolong, params))


@contextmanager
def fenced(process: int, token: int, *, minds_cancel: bool = True) -> Iterator[None]:
    """A transaction that commits only if `token` still holds the process, else `LeaseLost`, and if nobody has asked
    to cancel it, else `Cancelled`.
    """
    with transaction.atomic():
        params = {"process": process, "token": token, "lease": settings.ENVIRONMENT.lease_seconds}
        is_cancelled = db.value(statements.fence, params)
        _demand_wanted(process, is_cancelled if minds_cancel or is_cancelled is None else False)
        yield


def _demand_wanted(process: int, is_cancelled: bool | None) -> None:
    """What the row of the process said, None if it isn't the holder's any more."""
    if is_cancelled is None:
        raise LeaseLost(process=process)
    if is_cancelled:
        raise Cancelled(process=process)


def progress(process: int, *, done: int, total: int | None) -> None:
    """Tells how far a process is, in whatever it counts."""
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
