"""What happened to one contact, the newest first: the journal, the log of consent, and what was sent."""

from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice

from django.urls import reverse

from tidings.accounts.models import User
from tidings.contacts.models import Contact
from tidings.contacts.queries import ids_of
from tidings.groups.models import Group
from tidings.journal.models import Fact
from tidings.memberships.models import Consent, Letter
from tidings.memberships.queries import consents_of, groups_of, letters_of
from tidings.sendouts.models import Delivery

ENTRIES_PER_PAGE = 30
VERBS = {
    "contact.created": "Created",
    "contact.updated": "Changed",
    "contact.merged": "Merged",
    "contact.exported": "Data exported",
}


TONES = {"accepted": "green", "failed": "red", "deferred": "amber"}


@dataclass(frozen=True)
class Entry:
    """One line: what happened, to which thing (with its address), and what more is known."""

    at: datetime
    what: str
    tone: str = "grey"
    thing: str = ""
    href: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Timeline:
    """Some entries, and where the older ones begin: empty if there are none."""

    entries: list[Entry]
    older: str


def timeline_of(contact: Contact, before: datetime | None) -> Timeline:
    """The entries before a time, or the newest."""
    sources = (
        _changes(contact, before),
        _consents(contact, before),
        _joins(contact, before),
        _sent(contact, before),
        _letters(contact, before),
    )
    newest_first = merge(*sources, key=lambda entry: entry.at, reverse=True)
    entries = list(islice(newest_first, ENTRIES_PER_PAGE + 1))
    if len(entries) <= ENTRIES_PER_PAGE:
        return Timeline(entries, "")
    return Timeline(entries[:ENTRIES_PER_PAGE], entries[ENTRIES_PER_PAGE - 1].at.isoformat())


def _limits(before: datetime | None, field: str = "at") -> dict[str, datetime]:
    return {f"{field}__lt": before} if before else {}


def _changes(contact: Contact, before: datetime | None) -> list[Entry]:
    facts = Fact.objects.filter(
        verb__in=list(VERBS), subject__in=ids_of(contact), **_limits(before)
    ).order_by("-at")
    found = list(facts[: ENTRIES_PER_PAGE + 1])
    names = dict(User.objects.filter(pk__in={f.by_id for f in found}).values_list("pk", "name"))
    return [
        Entry(fact.at, VERBS[fact.verb], detail=_told(fact, names.get(fact.by_id or 0, ""))) for fact in found
    ]


def _told(fact: Fact, name: str) -> str:
    keys = [*fact.data.get("columns", {}), *(fact.data.get("attributes") or {})]
    said = ", ".join(keys) if fact.verb == "contact.updated" else ""
    by = f"by {name}" if name else ""
    return " ".join(filter(None, (said, by)))


def _consents(contact: Contact, before: datetime | None) -> list[Entry]:
    found = list(consents_of(contact).filter(**_limits(before)).order_by("-at")[: ENTRIES_PER_PAGE + 1])
    names = dict(Group.objects.filter(pk__in={one.group for one in found}).values_list("pk", "name"))
    return [_consent(one, names.get(one.group or 0, "")) for one in found]


def _consent(one: Consent, name: str) -> Entry:
    more = (f"by {one.source}", f"from {one.ip}" if one.ip else "", one.reason)
    return Entry(
        one.at,
        one.get_act_display(),
        "blue",
        name or (f"group {one.group}" if one.group else one.channel),
        reverse("web:group", args=[one.group]) if name else "",
        " · ".join(filter(None, more)),
    )


def _joins(contact: Contact, before: datetime | None) -> list[Entry]:
    """Who came by an import stands in the log with thousands of others; the membership says it as well."""
    found = groups_of(contact).filter(source="import", **_limits(before, "joined_at")).order_by("-joined_at")
    return [
        Entry(
            one.joined_at,
            "Joined",
            "blue",
            str(one.group),
            reverse("web:group", args=[one.group_id]),
            "by import",
        )
        for one in found[: ENTRIES_PER_PAGE + 1]
    ]


def _sent(contact: Contact, before: datetime | None) -> list[Entry]:
    sent = Delivery.objects.filter(contact__in=ids_of(contact), **_limits(before)).order_by(
        "-at", "-batch_id", "-position"
    )
    found = sent.select_related("batch__sendout__version")[: ENTRIES_PER_PAGE + 1]
    return [_delivery(one) for one in found]


def _delivery(one: Delivery) -> Entry:
    sendout = one.batch.sendout
    return Entry(
        one.at,
        one.get_outcome_display(),
        TONES.get(one.outcome, "grey"),
        sendout.version.subject,
        reverse("web:sendout", args=[sendout.pk]),
        " · ".join(filter(None, (f"in {sendout.group_name}", f"{one.code or ''} {one.reason}".strip()))),
    )


def _letters(contact: Contact, before: datetime | None) -> list[Entry]:
    found = list(
        letters_of(contact)
        .filter(**_limits(before, "created_at"))
        .order_by("-created_at")[: ENTRIES_PER_PAGE + 1]
    )
    names = dict(Group.objects.filter(pk__in={one.group_id for one in found}).values_list("pk", "name"))
    return [_letter(one, names.get(one.group_id, "")) for one in found]


def _letter(one: Letter, name: str) -> Entry:
    return Entry(
        one.created_at,
        f"Letter: {one.get_state_display().lower()}",
        TONES.get(one.state, "grey"),
        one.get_kind_display(),
        reverse("web:group-letters", args=[one.group_id]) if name else "",
        " · ".join(filter(None, (f"in {name or f'group {one.group_id}'}", one.reason))),
    )
