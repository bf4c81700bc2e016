"""Taking what names an erased person out of saved rules: they may quote an address or an id."""

from collections.abc import Sequence

from tidings.kernel import db, redact, sql
from tidings.kernel.redact import Identity
from tidings.selections.models import Selection

statements = sql.load(__package__)


class Rules:
    """All saved rules. Texts in them are quoted as in JSON, and a hash in one leaves it a rule."""

    def newest(self) -> int:
        """The highest id there is."""
        return Selection.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    def scrub(self, after: int, upto: int, identities: Sequence[Identity], contacts: Sequence[int]) -> None:  # noqa: ARG002 - what every log gets
        """Cleans a range of selections; safe to run twice."""
        for one in identities:
            values = {"after": after, "upto": upto, "pattern": redact.in_json(one), "hash": one.hash}
            db.execute(statements.redact, values)


rules = Rules()
