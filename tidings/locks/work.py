"""Running a process to its end, whatever its kind: by one worker at a time, and whatever goes wrong."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Manager, Model

from tidings.kernel import db, plugs
from tidings.kernel.errors import TidingsError
from tidings.locks import leases
from tidings.locks.errors import Cancelled, LeaseLost, Passing
from tidings.locks.holding import Holding
from tidings.locks.models import Process

log = logging.getLogger(__name__)

Owner = TypeVar("Owner", bound=Model)

UNFORESEEN = "Something unforeseen happened. The log says more, under process {process}."


@dataclass(frozen=True)
class Work(Generic[Owner]):
    """What the queue does for the processes of these `kinds`; each belongs to one of the `owners`, by `process`.

    `step` does it, or what is left of it after a worker was killed, and finishes in `Holding.ending`. `fail` writes
    into the owner that it was cancelled or has failed, and why, in the transaction that ends the process.
    """

    kinds: tuple[Process.Kind, ...]
    owners: Manager[Owner]
    step: Callable[[Owner, Holding], None]
    fail: Callable[[Owner, Process.State, str], None]

    def owner_of(self, process: int) -> Owner:
        """The row that the process belongs to."""
        return self.owners.select_related("process").get(process=process)


def works() -> dict[str, Work[Any]]:
    """The work of each kind of process that has one."""
    return {kind: work for work in plugs.load("LONG_WORK") for kind in work.kinds}


def run(process: int, worker: str) -> bool:
    """Runs a process to its end. False if another worker holds it now, so that somebody looks again later."""
    token = leases.take(process, worker)
    if token is None:
        return not Process.objects.filter(pk=process, state=Process.State.RUNNING).exists()
    try:
        _run_to_an_end(Process.objects.get(pk=process), token)
    except LeaseLost:
        log.warning("process %s was taken over by another worker", process)
    return True


def _run_to_an_end(process: Process, token: int) -> None:
    """Whatever goes wrong ends the process and frees its groups, unless it may go well later: then the job is tried
    again and goes on.
    """
    work = works()[process.kind]
    owner = work.owner_of(process.pk)
    with Holding(process.pk, token, total=process.total) as holding:
        try:
            work.step(owner, holding)
        except LeaseLost:
            raise
        except Cancelled:
            _end_badly(work, owner, holding, Process.State.CANCELLED)
        except Exception as error:
            if isinstance(error, Passing) or db.is_passing(error):
                raise
            _end_badly(work, owner, holding, Process.State.FAILED, _reason(process, error))


def _end_badly(
    work: Work[Owner], owner: Owner, holding: Holding, state: Process.State, why: str = ""
) -> None:
    with holding.ending(state):
        work.fail(owner, state, why)


def _reason(process: Process, error: Exception) -> str:
    """What people are told. The text of an error that nobody wrote for them may quote anything."""
    if isinstance(error, TidingsError):
        return str(error)
    log.error("process %s (%s) failed", process.pk, process.label, exc_info=error)
    return UNFORESEEN.format(process=process.pk)
