"""The search for an erased person in logs: a process that survives its worker and is safe to run twice."""

import logging
from collections.abc import Sequence
from typing import Protocol

from tidings.contacts.models import Erasure
from tidings.contacts.queries import ids_of
from tidings.kernel import plugs
from tidings.kernel.redact import Identity, identities_from
from tidings.locks import actions as locks
from tidings.locks.errors import LeaseLost
from tidings.locks.heartbeat import Heartbeat
from tidings.locks.models import Process

log = logging.getLogger(__name__)

ROWS_AT_ONCE = 50_000


class Log(Protocol):
    """Rows that may quote a person, known by ids."""

    def newest(self) -> int:
        """The highest id there is."""

    def scrub(self, after: int, upto: int, identities: Sequence[Identity], contacts: Sequence[int]) -> None:
        """Cleans the rows behind `after`, up to and with `upto`."""


def run_erasure(erasure_id: int, worker: str) -> bool:
    """Cleans all logs. False if another worker holds it now. Run again, it begins anew, which does no harm."""
    erasure = Erasure.objects.select_related("process", "contact").get(pk=erasure_id)
    token = locks.take(erasure.process_id, worker)
    if token is None:
        return erasure.process.state != Process.State.RUNNING
    try:
        with Heartbeat(erasure.process_id, token):
            _run_to_its_end(erasure, token)
    except LeaseLost:
        log.warning("erasure %s was taken over by another worker", erasure.pk)
    return True


def _run_to_its_end(erasure: Erasure, token: int) -> None:
    for rows in plugs.load("PERSONAL_LOGS"):
        _scrub(rows, erasure, token)
    with locks.fenced(erasure.process_id, token):
        Erasure.objects.filter(pk=erasure.pk).update(identities=[])
        locks.end(erasure.process_id, Process.State.FINISHED)


def _scrub(rows: Log, erasure: Erasure, token: int) -> None:
    identities, contacts = identities_from(erasure.identities), ids_of(erasure.contact)
    for after in range(0, rows.newest(), ROWS_AT_ONCE):
        with locks.fenced(erasure.process_id, token):
            rows.scrub(after, after + ROWS_AT_ONCE, identities, contacts)
