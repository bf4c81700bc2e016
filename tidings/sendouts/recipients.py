"""Everyone of a sendout's audience by name, in pages: what became of each of them so far."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from tidings.kernel import db, sheets, sql

statements = sql.load(__package__)

PEOPLE_PER_QUERY = 5_000
HEADER = ("contact id", "address", "outcome", "attempt", "code", "reason", "at", "due", "group id")
COLUMNS = ("contact", "email", "outcome", "attempt", "code", "reason", "at", "due_at", "group")


class Place(NamedTuple):
    """Where someone stands in an audience: the number of the batch, and the position in it."""

    number: int
    position: int

    def __str__(self) -> str:
        return f"{self.number}.{self.position}"


BEGINNING = Place(0, 0)


def recipients(sendout: int, *, after: Place = BEGINNING, limit: int) -> list[tuple[Place, dict[str, Any]]]:
    """The next so many behind a place, each with their own place."""
    asked = {"sendout": sendout, "number": after.number, "position": after.position, "limit": limit}
    found = db.rows(statements.recipients_page, asked)
    return [(Place(row.pop("number"), row.pop("position")), row) for row in found]


def as_csv(sendout: int) -> Iterator[str]:
    """A file with all of them. No transaction spans it: a slow reader's would hinder the database's cleaning."""
    yield sheets.MARK + sheets.line(HEADER)
    after = BEGINNING
    while found := recipients(sendout, after=after, limit=PEOPLE_PER_QUERY):
        yield "".join(sheets.line([row[name] for name in COLUMNS]) for _, row in found)
        after = found[-1][0]
