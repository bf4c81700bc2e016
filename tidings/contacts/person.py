"""What the law gives a person: all data about them, and to be forgotten."""

from dataclasses import asdict
from typing import Any

from django.db import transaction

from tidings.accounts.models import User
from tidings.contacts.checking import IDENTITIES
from tidings.contacts.erasure import empty, hold_living, identities_of
from tidings.contacts.models import Contact, Erasure, Gone, NeverAgain
from tidings.contacts.queries import ids_of
from tidings.journal.actions import record
from tidings.journal.models import Fact
from tidings.kernel import plugs
from tidings.locks import actions as locks
from tidings.locks.models import Process

VERBS = (
    "contact.created",
    "contact.updated",
    "contact.merged",
    "contact.exported",
    "contact.endpoint_added",
    "contact.endpoint_removed",
)


def export(contact: Contact, *, by: User | None) -> dict[str, Any]:
    """All data about one person, as values of JSON; that it was handed out is a fact itself."""
    found: dict[str, Any] = {"contact": _profile(contact)}
    for part in plugs.load("CONTACT_PARTS"):
        found |= part.export(contact)
    facts = Fact.objects.filter(verb__in=VERBS, subject__in=ids_of(contact)).order_by("pk")
    found["changes"] = [{"at": one.at.isoformat(), "what": one.verb, **one.data} for one in facts]
    record("contact.exported", contact.pk, by=by)
    return found


def _profile(contact: Contact) -> dict[str, Any]:
    columns = {name: getattr(contact, name) for name in ("id", *IDENTITIES, "language", "attributes")}
    return columns | {
        "created_at": contact.created_at.isoformat(),
        "updated_at": contact.updated_at.isoformat(),
    }


def as_text(data: object, *, depth: int = 0) -> str:
    """The same for people: a line for each value, indented by what it belongs to."""
    margin = "  " * depth
    if isinstance(data, dict):
        return "".join(f"{margin}{_label(name)}{_below(value, depth)}" for name, value in data.items())
    if isinstance(data, list):
        return "".join(f"{margin}-{_below(value, depth)}" for value in data) or f"{margin}none\n"
    return f"{margin}{data}\n"


def _label(name: str) -> str:
    return f"{name.replace('_', ' ').capitalize()}:"


def _below(value: object, depth: int) -> str:
    if isinstance(value, dict | list) and value:
        return "\n" + as_text(value, depth=depth + 1)
    return f" {'none' if value in (None, '', {}, []) else value}\n"


def erase(contact: Contact, *, never_again: bool = False, by: User | None) -> Erasure:
    """Takes everything about the person away, in one transaction, and starts the search for them in logs.

    What stays names nobody: that there was a contact, with a keyed hash as identity, when it got what and how that
    ended, and the log of consent with time and version of the text. With `never_again` the hashes are kept, and neither
    import nor page nor API stores one of these identities again.
    """
    with transaction.atomic():
        held = hold_living([contact.pk])[contact.pk]
        identities = identities_of(held)
        for part in plugs.load("CONTACT_PARTS"):
            part.erase(held)
        if never_again:
            hashes = [NeverAgain(hash=one.hash) for one in identities]
            NeverAgain.objects.bulk_create(hashes, ignore_conflicts=True)
        Fact.objects.filter(verb__in=VERBS, subject__in=ids_of(held)).update(data={})
        empty(held)
        Gone.objects.create(contact=held)
        record("contact.erased", held.pk, by=by, never_again=never_again)
        process = _search(held.pk, by=by)
        sought = [asdict(one) for one in identities]
        return Erasure.objects.create(contact=held, process=process, identities=sought)


def _search(contact: int, *, by: User | None) -> Process:
    return locks.begin(Process.Kind.ERASURE, [], label=f"Erasure of contact {contact}", by=by)


def search_again() -> None:
    """Begins the searches anew that failed: they are owed to the person, whatever went wrong."""
    for erasure in Erasure.objects.filter(process__state=Process.State.FAILED):
        with transaction.atomic():
            process = _search(erasure.contact_id, by=None)
            Erasure.objects.filter(pk=erasure.pk).update(process=process)
