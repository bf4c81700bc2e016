"""What may be stored of a contact: identities and attributes in the form in which they are kept."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

from django.conf import settings

from tidings.attributes.queries import catalogue
from tidings.attributes.rules import (
    OWN_COLUMNS,
    Attribute,
    Value,
    ValueFault,
    as_text,
    name_key,
    normalise_value,
)
from tidings.contacts.errors import BadAddress, BadAttribute, BadEndpoint, BadIdentity
from tidings.contacts.models import Contact
from tidings.contacts.rules import (
    AddressFault,
    normalise_app,
    normalise_email,
    normalise_endpoint,
    normalise_external_id,
    normalise_language,
    normalise_mobile,
)

IDENTITIES = ("email", "mobile", "external_id")
_KINDS = {
    "email": "an e-mail address",
    "mobile": "a mobile number",
    "external_id": "an external id",
    "language": "a language",
}


def is_known(contact: Contact) -> bool:
    """Whether the contact has at least one identity."""
    return contact.has_push or any(getattr(contact, name) for name in IDENTITIES)


class Push(NamedTuple):
    """A push endpoint: an app, and the token or address under which a device of the contact has it."""

    app: str
    endpoint: str


def checked_push(app: str, endpoint: str) -> Push:
    """The endpoint as it is stored; raises `BadEndpoint`."""
    text, name = normalise_endpoint(endpoint), normalise_app(app)
    if isinstance(text, AddressFault):
        raise BadEndpoint(why=text.value)
    if isinstance(name, AddressFault):
        raise BadEndpoint(why=name.value)
    return Push(name, text)


def checked_email(raw: str) -> str:
    """The address in the form in which it is stored; raises `BadAddress`."""
    email = normalise_email(raw)
    if isinstance(email, AddressFault):
        raise BadAddress(address=raw, why=email.value)
    return email


def checked_columns(raws: Mapping[str, str]) -> dict[str, str | None]:
    """Identities and language as they are stored, None for an identity that is empty; raises what doesn't fit."""
    return {name: _column(name, raw) for name, raw in raws.items()}


def _column(name: str, raw: str) -> str | None:
    if not raw.strip():
        return "" if name == "language" else None
    if name == "email":
        return checked_email(raw)
    value = _readers()[name](raw)
    if isinstance(value, AddressFault):
        raise BadIdentity(value=raw, kind=_KINDS[name], why=value.value)
    return value


def _readers() -> dict[str, Callable[[str], str | AddressFault]]:
    return {
        "mobile": partial(normalise_mobile, default_country=settings.ENVIRONMENT.country),
        "external_id": normalise_external_id,
        "language": normalise_language,
    }


def checked_attributes(attributes: Mapping[str, object]) -> dict[str, Value]:
    """Profile attributes under the keys and in the form in which they are stored; raises `BadAttribute`."""
    if not attributes:
        return {}
    return checked_values(attributes, [one for one in catalogue() if one.key not in OWN_COLUMNS])


def checked_values(attributes: Mapping[str, object], catalogue: list[Attribute]) -> dict[str, Value]:
    """The same by any catalogue: empty texts stay, they mean that a value is taken away."""
    known = {attribute.key: attribute for attribute in catalogue}
    return {name_key(name): _value(name, raw, known) for name, raw in attributes.items()}


def _value(name: str, raw: object, known: Mapping[str, Attribute]) -> Value:
    attribute = known.get(name_key(name))
    if attribute is None:
        names = ", ".join(sorted(known)) or "none is defined"
        raise BadAttribute(name=name, why=f"It is none of: {names}.")
    text = as_text(raw)
    value = normalise_value(attribute, text) if text.strip() else ""
    if isinstance(value, ValueFault):
        raise BadAttribute(name=name, why=value.value)
    return value


def without_empty(attributes: Mapping[str, Value]) -> dict[str, Value]:
    """What is stored: an attribute without a value isn't."""
    return {key: value for key, value in attributes.items() if value != ""}
