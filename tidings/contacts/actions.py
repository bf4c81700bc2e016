"""Making and changing single contacts."""

from collections.abc import Mapping

from django.db import transaction

from tidings.accounts.models import User
from tidings.contacts.errors import BadAddress
from tidings.contacts.models import Contact
from tidings.contacts.rules import AddressFault, normalise_email
from tidings.journal.actions import record


def by_email(raw: str) -> Contact | None:
    """The contact with that e-mail address, whatever its case; None if there is none."""
    return Contact.objects.filter(email=checked_email(raw)).first()


def checked_email(raw: str) -> str:
    """The address in the form in which it is stored; raises `BadAddress`."""
    email = normalise_email(raw)
    if isinstance(email, AddressFault):
        raise BadAddress(address=raw, why=email.value)
    return email


def create_or_update(raw: str, attributes: Mapping[str, object], *, by: User | None) -> tuple[Contact, bool]:
    """The contact with that e-mail address with these attributes set; made if new. Returns (contact, is new)."""
    email = checked_email(raw)
    with transaction.atomic():
        contact, is_new = Contact.objects.select_for_update().get_or_create(
            email=email, defaults={"attributes": dict(attributes)}
        )
        changed = {k: v for k, v in attributes.items() if contact.attributes.get(k) != v}
        if changed:
            contact.attributes |= changed
            contact.save(update_fields=["attributes", "updated_at"])
        if is_new or changed:
            record("contact.created" if is_new else "contact.updated", contact.pk, by=by, attributes=changed)
    return contact, is_new
