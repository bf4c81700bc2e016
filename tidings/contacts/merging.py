"""Making one contact of two."""

from collections.abc import Collection

from django.db import transaction

from tidings.accounts.models import User
from tidings.attributes.rules import name_key
from tidings.contacts.checking import IDENTITIES
from tidings.contacts.erasure import empty, hold_living
from tidings.contacts.errors import CannotMerge
from tidings.contacts.limited import note_limit
from tidings.contacts.models import Contact, Gone
from tidings.journal.actions import record
from tidings.kernel import plugs

COLUMNS = (*IDENTITIES, "language")


def merge(kept: Contact, gone: Contact, *, take: Collection[str] = (), by: User | None) -> Contact:
    """Makes `gone` a part of `kept`, in one transaction: memberships, opt-outs, history, and what `kept` doesn't have.

    Where both have a value, that of `kept` stays, except for the columns and attributes that `take` names. The opt-out
    wins. Links in messages that `gone` got go on working, and mean `kept`.
    """
    with transaction.atomic():
        kept, gone = _both(kept.pk, gone.pk)
        wanted = frozenset(name_key(name) for name in take)
        columns, attributes = _joined(kept, gone, wanted)
        for part in plugs.load("CONTACT_PARTS"):
            part.merge(kept, gone)
        empty(gone)
        Gone.objects.filter(into=gone).update(into=kept)
        Gone.objects.create(contact=gone, into=kept)
        _write(kept, columns, attributes)
        record("contact.merged", kept.pk, by=by, gone=gone.pk, took=sorted(wanted))
    return kept


def differences(kept: Contact, gone: Contact) -> list[tuple[str, object, object]]:
    """What both have and differently: the name of the column or key of the attribute, and the two values."""
    pairs = [(name, getattr(kept, name), getattr(gone, name)) for name in COLUMNS]
    keys = sorted(kept.attributes.keys() & gone.attributes.keys())
    pairs += [(key, kept.attributes[key], gone.attributes[key]) for key in keys]
    return [pair for pair in pairs if pair[1] and pair[2] and pair[1] != pair[2]]


def _both(kept: int, gone: int) -> tuple[Contact, Contact]:
    if kept == gone:
        raise CannotMerge(why="It is the same contact.")
    found = hold_living([kept, gone])
    return found[kept], found[gone]


def _joined(kept: Contact, gone: Contact, take: frozenset[str]) -> tuple[dict[str, str], dict[str, object]]:
    columns = {
        name: getattr(gone, name) if name in take or not getattr(kept, name) else getattr(kept, name)
        for name in COLUMNS
    }
    taken = {key: value for key, value in gone.attributes.items() if key in take}
    unknown = take - {name for name, _, _ in differences(kept, gone)}
    if unknown:
        raise CannotMerge(why=f"They don't differ in {', '.join(sorted(unknown))}.")
    return columns, gone.attributes | kept.attributes | taken


def _write(kept: Contact, columns: dict[str, str], attributes: dict[str, object]) -> None:
    for name, value in columns.items():
        setattr(kept, name, value)
    kept.attributes = attributes
    kept.save(update_fields=[*COLUMNS, "attributes", "updated_at"])
    note_limit(kept)
