"""Whom limits keep out, and how far a contact is from theirs."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.timezone import localdate

from tidings.attributes.rules import MESSAGE_LIMIT
from tidings.contacts.models import Contact
from tidings.groups.models import Group
from tidings.kernel import clock, db, sql
from tidings.limits.models import ALL_GROUPS
from tidings.limits.rules import Limit, read

statements = sql.load(__package__)

REACHED = {"limits": statements.limits, "reached": statements.reached}
"""Parts for larger statements: `reached` (contact_id, scope) is whom a limit keeps out. They want `params`."""

NOBODY = {"reached": statements.nobody}
"""The same where no limit counts."""


def params(groups: Iterable[int], now: datetime | None = None) -> dict[str, object]:
    """What `REACHED` wants to know about messages of these groups."""
    today = localdate(now or clock.now())
    return {"groups": list(groups), "daily": settings.ENVIRONMENT.daily_limit, "today": today}


def may_be_reached(groups: Iterable[int]) -> bool:
    """Whether anybody may have reached a limit; if nobody has, nobody needs to be asked about."""
    statement = sql.compose({"limits": statements.limits}, statements.may_be_reached)
    return bool(db.value(statement, params(groups)))


@dataclass(frozen=True)
class Standing:
    """A limit that holds for a contact, whose it is (`system`, `own` or `group`), and how much of it is used."""

    kind: str
    group: int | None
    group_name: str
    messages: int
    days: int
    used: int

    @property
    def is_reached(self) -> bool:
        """Whether nothing more is sent at present."""
        return self.used >= self.messages

    def as_dict(self) -> dict[str, Any]:
        """The same for programs."""
        return asdict(self) | {"is_reached": self.is_reached}


def standings(contact: Contact, groups: Iterable[Group], now: datetime | None = None) -> list[Standing]:
    """The limits in force for a contact who is in these groups: over all groups, their own, and those of the groups."""
    today = localdate(now or clock.now())
    places = list(groups)
    scopes = [ALL_GROUPS, *(group.pk for group in places)]
    counts = db.rows(statements.counts_of, {"contact": contact.pk, "scopes": scopes})
    return [_standing(*found, used=found[2].used(counts, today)) for found in _limits(contact, places)]


def _standing(kind: str, group: Group | None, limit: Limit, *, used: int) -> Standing:
    name = group.name if group else ""
    return Standing(kind, group.pk if group else None, name, limit.messages, limit.days, used)


def _limits(contact: Contact, groups: Iterable[Group]) -> Iterable[tuple[str, Group | None, Limit]]:
    if daily := settings.ENVIRONMENT.daily_limit:
        yield "system", None, Limit(ALL_GROUPS, daily, 1)
    if own := contact.attributes.get(MESSAGE_LIMIT):
        yield "own", None, Limit(ALL_GROUPS, *read(own))
    for group in groups:
        sending = group.all_settings.sending
        if sending.limit_messages and sending.limit_days:
            yield "group", group, Limit(group.pk, sending.limit_messages, sending.limit_days)
