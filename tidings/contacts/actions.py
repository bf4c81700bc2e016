"""Making and changing single contacts."""

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from tidings.accounts.models import User
from tidings.attributes.rules import Value
from tidings.contacts import endpoints
from tidings.contacts.checking import (
    IDENTITIES,
    Push,
    checked_attributes,
    checked_columns,
    checked_email,
    checked_push,
    is_known,
    without_empty,
)
from tidings.contacts.erasure import demand_storable, hold_living
from tidings.contacts.errors import ChangedMeanwhile, IdentityConflict, IdentityTaken, NoIdentity
from tidings.contacts.limited import note_limit
from tidings.contacts.models import Contact, PushEndpoint
from tidings.journal.actions import record
from tidings.kernel import plugs

Columns = Mapping[str, str | None]


def by_email(raw: str) -> Contact | None:
    """The contact with that e-mail address, whatever its case; None if there is none."""
    return Contact.objects.filter(email=checked_email(raw)).first()


def create_or_update(
    raw: str, attributes: Mapping[str, object], *, own_act: bool = False, by: User | None
) -> tuple[Contact, bool]:
    """The contact with that e-mail address with these attributes set; made if new. Returns (contact, is new).

    Attributes not named keep their values, an empty text takes one away. Names count whatever their case, values are
    normalised to the attribute's type. Raises `BadAddress` or `BadAttribute`, and then has changed nothing. Who was
    erased and asked never to be stored again is stored only by an act of their own, and for good only when they have
    proved it (`erasure.take_never_again_back`); else it raises `NeverStoredAgain`.
    """
    wanted = {"email": checked_email(raw)}
    if not own_act:
        demand_storable(wanted)
    return _put(wanted, checked_attributes(attributes), by=by)


def put(
    columns: Mapping[str, str],
    attributes: Mapping[str, object],
    *,
    push: Push | None = None,
    by: User | None,
) -> tuple[Contact, bool]:
    """The same for a contact known by any identity: `email`, `mobile`, `external_id`, or an endpoint of `push`;
    `language` may be set as well.

    Raises `IdentityConflict` if the identities belong to different contacts.
    """
    wanted = {name: value for name, value in checked_columns(columns).items() if value}
    push = _storable(wanted, push)
    return _put(wanted, checked_attributes(attributes), push, by=by)


def create(
    columns: Mapping[str, str],
    attributes: Mapping[str, object],
    *,
    push: Push | None = None,
    by: User | None,
) -> Contact:
    """A new contact; raises `IdentityTaken` if somebody has one of the identities."""
    wanted, values = checked_columns(columns), checked_attributes(attributes)
    push = _storable(wanted, push)
    with transaction.atomic():
        contact = _insert(wanted, values, push, by=by)
        if contact is None:
            raise _taken(wanted, push)
    return contact


def _storable(wanted: Columns, push: Push | None) -> Push | None:
    """The endpoint as it is stored; nothing of it or of the columns may belong to who is never stored again."""
    checked = checked_push(*push) if push else None
    demand_storable({**wanted, "push": checked.endpoint if checked else None})
    return checked


def update(
    contact: Contact,
    columns: Mapping[str, str],
    attributes: Mapping[str, object],
    *,
    seen: datetime | None = None,
    by: User | None,
) -> Contact:
    """Changes what is named; an empty text takes it away. Raises `NoIdentity` if no identity would be left.

    With `seen`, the contact's `updated_at` that somebody looked at, it raises `ChangedMeanwhile` if that is over.
    """
    wanted, values = checked_columns(columns), checked_attributes(attributes)
    demand_storable(wanted)
    try:
        with transaction.atomic():
            found = hold_living([contact.pk])[contact.pk]
            if seen and found.updated_at != seen:
                raise ChangedMeanwhile
            _change(found, wanted, values, by=by)
    except IntegrityError:
        raise _taken(wanted, besides=contact.pk) from None
    return found


def _put(
    wanted: Columns, values: dict[str, Value], push: Push | None = None, *, by: User | None
) -> tuple[Contact, bool]:
    try:
        with transaction.atomic():
            known = _known_by(wanted, push)
            if known is None and (made := _insert(wanted, values, push, by=by)):
                return made, True
            known = known or _known_by(wanted, push)  # somebody was quicker
            if known is None:
                raise _taken(wanted, push)
            _change(known, wanted, values, by=by)
            if push:
                endpoints.attach(known, push, by=by)
            return known, False
    except IntegrityError:
        raise _taken(wanted, push) from None


def _known_by(wanted: Columns, push: Push | None) -> Contact | None:
    owner = PushEndpoint.objects.filter(endpoint=push.endpoint).values("contact") if push else None
    identities = Q(pk__in=owner) if push else Q()
    for name in IDENTITIES:
        if wanted.get(name):
            identities |= Q((name, wanted[name]))
    if not identities:
        raise NoIdentity
    found = list(Contact.objects.select_for_update().filter(identities).order_by("pk"))
    if len(found) > 1:
        raise IdentityConflict(owners=", ".join(f"{one} ({one.pk})" for one in found))
    return found[0] if found else None


def _insert(
    wanted: Columns, values: dict[str, Value], push: Push | None = None, *, by: User | None
) -> Contact | None:
    """A new contact, or None if somebody has one of the identities."""
    fresh = Contact(**wanted, attributes=without_empty(values), has_push=push is not None)
    if not is_known(fresh):
        raise NoIdentity
    try:
        with transaction.atomic():
            fresh.save(force_insert=True)
            note_limit(fresh)
            record("contact.created", fresh.pk, by=by, attributes=fresh.attributes)
            if push:
                endpoints.attach(fresh, push, by=by)
    except (IntegrityError, IdentityTaken):
        return None
    return fresh


def _change(contact: Contact, wanted: Columns, values: dict[str, Value], *, by: User | None) -> None:
    columns = {name: value for name, value in wanted.items() if getattr(contact, name) != value}
    readdressed = [name for name in ("email", "mobile") if getattr(contact, name) and columns.get(name)]
    changed = {key: value for key, value in values.items() if contact.attributes.get(key, "") != value}
    if not columns and not changed:
        return
    for name, value in columns.items():
        setattr(contact, name, value)
    if not is_known(contact):
        raise NoIdentity
    contact.attributes = without_empty(contact.attributes | changed)
    contact.save(update_fields=[*columns, "attributes", "updated_at"])
    note_limit(contact)
    told = {"columns": columns} if columns else {}
    record("contact.updated", contact.pk, by=by, attributes=changed, **told)
    for name in readdressed:
        for follow in plugs.load("ADDRESS_FOLLOWERS"):
            follow([contact.pk], name, by)


def _taken(wanted: Columns, push: Push | None = None, *, besides: int = 0) -> IdentityTaken:
    for name in IDENTITIES:
        others = Contact.objects.filter((name, wanted.get(name))).exclude(pk=besides)
        if wanted.get(name) and (owner := others.first()):
            return IdentityTaken(value=wanted[name], owner=owner.pk)
    if push and (taken := PushEndpoint.objects.filter(endpoint=push.endpoint).first()):
        return IdentityTaken(value=push.endpoint, owner=taken.contact_id)
    return IdentityTaken(value="This identity", owner="that has just been changed")
