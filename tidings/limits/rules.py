"""A limit, and how much of it is used."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Limit:
    """So many messages in so many days, today included. `scope` is a group's id, or 0: messages of all groups."""

    scope: int
    messages: int
    days: int

    def used(self, counts: Iterable[Mapping[str, object]], today: date) -> int:
        """How many of them somebody got, of whom these are the counts: rows of `scope`, `day` and `messages`."""
        first = today - timedelta(days=self.days - 1)
        mine = [c for c in counts if c["scope"] == self.scope and first <= _day(c) <= today]
        return sum(int(str(count["messages"])) for count in mine)


def _day(count: Mapping[str, object]) -> date:
    return date.fromisoformat(str(count["day"]))


def read(text: str) -> tuple[int, int]:
    """Messages and days of a contact's own limit as it is stored: `2/7` is two in seven days."""
    messages, _, days = text.partition("/")
    return int(messages), int(days)
