"""Writing facts."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from tidings.journal.models import Fact


class Actor(Protocol):
    """Whoever does something: a user."""

    @property
    def pk(self) -> int:
        """The id under which the fact names them."""


def record(verb: str, subject: int | None, *, by: Actor | None = None, **data: object) -> Fact:
    """Notes that `by` did `verb` to the thing with the id `subject`; belongs in the transaction that did it."""
    return Fact.objects.create(verb=verb, subject=subject, by_id=by.pk if by else None, data=data)


def record_all(
    verb: str, subject: int, *, by: Actor | None = None, data: Iterable[Mapping[str, object]]
) -> None:
    """Notes many facts of one kind about one thing, in one statement."""
    by_id = by.pk if by else None
    Fact.objects.bulk_create(Fact(verb=verb, subject=subject, by_id=by_id, data=one) for one in data)
