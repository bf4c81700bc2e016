"""Taking what names an erased person out of rules that are kept: they may quote an address or an id."""

from collections.abc import Sequence

from tidings.kernel import db, redact, sql
from tidings.kernel.redact import Identity

statements = sql.load(__package__)


class Rules:
    """All rules in the column `rule` of a table. A package that freezes rules has one of these for its own table.

    Texts in rules are quoted as in JSON, and a hash in one leaves it a rule.
    """

    def __init__(self, table: str) -> None:
        self.table = table

    def newest(self) -> int:
        """The highest id there is."""
        newest: int = db.value(sql.fill(statements.newest_rule, table=self.table))
        return newest

    def scrub(self, after: int, upto: int, identities: Sequence[Identity], contacts: Sequence[int]) -> None:  # noqa: ARG002 - what every log gets
        """Cleans a range of rows; safe to run twice."""
        statement = sql.fill(statements.redact, table=self.table)
        for one in identities:
            values = {"after": after, "upto": upto, "pattern": redact.in_json(one), "hash": one.hash}
            db.execute(statement, values)


rules = Rules("selections")
