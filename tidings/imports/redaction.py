"""Taking an erased person's addresses out of the rows that imports left out."""

from collections.abc import Sequence

from django.db.models import Max

from tidings.imports.models import Reject
from tidings.kernel import db, redact, sql
from tidings.kernel.redact import Identity

statements = sql.load(__package__)


class Rejects:
    """The listed rows of all imports."""

    def newest(self) -> int:
        """The highest id there is."""
        return Reject.objects.aggregate(newest=Max("pk"))["newest"] or 0

    def scrub(self, after: int, upto: int, identities: Sequence[Identity], contacts: Sequence[int]) -> None:  # noqa: ARG002 - the signature of all logs
        """Cleans a range of rows; safe to run twice."""
        for one in identities:
            place = {"after": after, "upto": upto, "pattern": redact.in_text(one), "hash": one.hash}
            db.execute(statements.redact_rejects, place)


rejects = Rejects()
