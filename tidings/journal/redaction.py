"""Taking what names an erased person out of facts; what happened and when stays."""

from collections.abc import Sequence

from tidings.kernel import db, redact, sql
from tidings.kernel.redact import Identity

statements = sql.load(__package__)


class Facts:
    """The whole journal."""

    def newest(self) -> int:
        """The highest id there is."""
        return int(db.value(statements.newest))

    def scrub(self, after: int, upto: int, identities: Sequence[Identity], contacts: Sequence[int]) -> None:
        """Cleans a range of facts; safe to run twice."""
        place = {"after": after, "upto": upto}
        for one in identities:
            db.execute(statements.redact, place | {"pattern": redact.in_json(one), "hash": one.hash})
        db.execute(statements.forget_places, place | {"contacts": [str(number) for number in contacts]})


facts = Facts()
