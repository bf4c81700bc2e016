"""Gathering single sends that wait into batches, so that many share what each step of a delivery costs."""

from collections.abc import Collection

from tidings.kernel import db, sql
from tidings.sendouts.models import Sendout, Single

statements = sql.load(__package__)

RUNNING = (Sendout.State.SENDING, Sendout.State.RETRYING)
SINGLES_PER_BATCH = 200  # a worker's turn stays below a second, so that the next ones are served soon


def gather(sendout_id: int, states: Collection[str] = RUNNING) -> int | None:
    """Makes a batch of those that wait, if their sendout is in one of the `states`; None if there are none.

    Safe to run by several at once: each gathers others.
    """
    asked = {"sendout": sendout_id, "states": list(states), "most": SINGLES_PER_BATCH}
    found = db.row(statements.gather, asked)
    return found["id"] if found else None


def is_any_waiting(sendout_id: int) -> bool:
    """Whether a single send waits to be gathered."""
    return Single.objects.filter(sendout=sendout_id, batch=None).exists()
