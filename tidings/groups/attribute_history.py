"""Who changed which attribute of a group, when, from what to what: read from the journal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from tidings.accounts.models import User
from tidings.groups.attributes import REMOVED, SET
from tidings.groups.models import Group
from tidings.groups.rules import UNSTORABLE
from tidings.journal.models import Fact


@dataclass(frozen=True)
class Entry:
    """One change. Nothing before: it was new; nothing after: it was removed. `by` is nobody for the command line."""

    id: int
    at: datetime
    by: str | None
    name: str
    before: str | None
    after: str | None


def changes(group: Group, name: str = "") -> QuerySet[Fact]:
    """All changes of the group's attributes, or of the one with that name; each is a fact. Rides facts_of_a_thing."""
    found = Fact.objects.filter(verb__in=(SET, REMOVED), subject=group.pk)
    if UNSTORABLE.search(name):
        return found.none()
    return found.filter(data__name__iexact=name.strip()) if name.strip() else found


def entries(facts: Sequence[Fact]) -> list[Entry]:
    """The same as people read them, with the names of who did it."""
    users = {user.pk: str(user) for user in User.objects.filter(pk__in={fact.by_id for fact in facts})}
    return [
        Entry(
            id=fact.pk,
            at=fact.at,
            by=users.get(fact.by_id) if fact.by_id else None,
            name=fact.data["name"],
            before=fact.data["before"] or None,
            after=fact.data.get("after"),
        )
        for fact in facts
    ]
