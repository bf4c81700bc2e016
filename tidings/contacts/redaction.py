"""Taking an erased person's addresses out of the rows that a file's reading left out, whoever lists them."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Max

from tidings.kernel import db, redact
from tidings.kernel.redact import Identity


class RejectedRows:
    """The listed rows of one table: a `Log` of `scrub`. `statement` cleans a range of them of one identity."""

    def __init__(self, table: Any, statement: str) -> None:
        self._table, self._statement = table, statement

    def newest(self) -> int:
        """The highest id there is."""
        return self._table.objects.aggregate(newest=Max("pk"))["newest"] or 0

    def scrub(self, after: int, upto: int, identities: Sequence[Identity], contacts: Sequence[int]) -> None:  # noqa: ARG002 - the signature of all logs
        """Cleans a range of rows; safe to run twice."""
        for one in identities:
            place = {"after": after, "upto": upto, "pattern": redact.in_text(one), "hash": one.hash}
            db.execute(self._statement, place)
