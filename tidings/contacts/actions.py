"""Making and changing single contacts."""

from collections.abc import Mapping

from django.db import transaction

from tidings.accounts.models import User
from tidings.attributes.queries import catalogue
from tidings.attributes.rules import OWN_COLUMNS, Attribute, Value, ValueFault, as_text, name_key, normalise
from tidings.contacts.errors import BadAddress, BadAttribute
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
    """The contact with that e-mail address with these attributes set; made if new. Returns (contact, is new).

    Attributes not named keep their values, an empty text takes one away. Names count whatever their case, values are
    normalised to the attribute's type. Raises `BadAddress` or `BadAttribute`, and then has changed nothing.
    """
    email, wanted = checked_email(raw), _checked(attributes)
    with transaction.atomic():
        contact, is_new = Contact.objects.select_for_update().get_or_create(
            email=email, defaults={"attributes": _without_empty(wanted)}
        )
        if is_new:
            record("contact.created", contact.pk, by=by, attributes=contact.attributes)
        else:
            _update(contact, wanted, by=by)
    return contact, is_new


def _update(contact: Contact, wanted: dict[str, Value], *, by: User | None) -> None:
    changed = {key: value for key, value in wanted.items() if contact.attributes.get(key, "") != value}
    if changed:
        contact.attributes = _without_empty(contact.attributes | changed)
        contact.save(update_fields=["attributes", "updated_at"])
        record("contact.updated", contact.pk, by=by, attributes=changed)


def _without_empty(attributes: dict[str, Value]) -> dict[str, Value]:
    return {key: value for key, value in attributes.items() if value != ""}


def _checked(attributes: Mapping[str, object]) -> dict[str, Value]:
    """Attributes under the keys and in the form in which they are stored."""
    if not attributes:
        return {}
    known = {attribute.key: attribute for attribute in catalogue() if attribute.key not in OWN_COLUMNS}
    return {name_key(name): _value(name, raw, known) for name, raw in attributes.items()}


def _value(name: str, raw: object, known: Mapping[str, Attribute]) -> Value:
    attribute = known.get(name_key(name))
    if attribute is None:
        raise BadAttribute(name=name, why=f"It is none of: {', '.join(sorted(known))}.")
    text = as_text(raw)
    value = normalise(attribute.kind, text, choices=attribute.choices) if text.strip() else ""
    if isinstance(value, ValueFault):
        raise BadAttribute(name=name, why=value.value)
    return value
