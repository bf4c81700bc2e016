"""Writing facts."""

from tidings.accounts.models import User
from tidings.journal.models import Fact


def record(verb: str, subject: int | None, *, by: User | None = None, **data: object) -> Fact:
    """Notes that `by` did `verb` to the thing with the id `subject`; belongs in the transaction that did it."""
    return Fact.objects.create(verb=verb, subject=subject, by=by, data=data)
