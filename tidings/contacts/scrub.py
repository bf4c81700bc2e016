"""The search for an erased person in logs: a process that survives its worker and is safe to run twice."""

from collections.abc import Sequence
from typing import Protocol

from tidings.contacts.models import Erasure
from tidings.contacts.queries import ids_of
from tidings.kernel import plugs
from tidings.kernel.redact import Identity, identities_from
from tidings.locks.holding import Holding
from tidings.locks.models import Process
from tidings.locks.work import Work

ROWS_AT_ONCE = 50_000


class Log(Protocol):
    """Rows that may quote a person, known by ids."""

    def newest(self) -> int:
        """The highest id there is."""

    def scrub(self, after: int, upto: int, identities: Sequence[Identity], contacts: Sequence[int]) -> None:
        """Cleans the rows behind `after`, up to and with `upto`."""


def scrub(erasure: Erasure, holding: Holding) -> None:
    """Cleans all logs. Run again, it begins anew, which does no harm."""
    for rows in plugs.load("PERSONAL_LOGS"):
        _scrub(rows, erasure, holding)
    with holding.ending():
        Erasure.objects.filter(pk=erasure.pk).update(identities=[], error="")


def _scrub(rows: Log, erasure: Erasure, holding: Holding) -> None:
    identities, contacts = identities_from(erasure.identities), ids_of(erasure.contact)
    for after in range(0, rows.newest(), ROWS_AT_ONCE):
        with holding.fenced():
            rows.scrub(after, after + ROWS_AT_ONCE, identities, contacts)
        holding.done += ROWS_AT_ONCE


def _fail(erasure: Erasure, _state: Process.State, why: str) -> None:
    """Its identities stay: the search is owed, so `person.search_again` begins it anew."""
    Erasure.objects.filter(pk=erasure.pk).update(error=why)


ERASURE = Work((Process.Kind.ERASURE,), Erasure.objects, scrub, _fail)
