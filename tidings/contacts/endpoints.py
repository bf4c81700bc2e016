"""Push endpoints of contacts: adding and removing them, and what becomes of them with their contact."""

from typing import Any

from django.db import IntegrityError, transaction

from tidings.accounts.models import User
from tidings.contacts.erasure import hold_living
from tidings.contacts.errors import BadEndpoint, IdentityTaken
from tidings.contacts.models import Contact, PushEndpoint
from tidings.journal.actions import record
from tidings.kernel.errors import NotFound

ENDPOINT_CHARACTERS_AT_MOST = 2_000  # an index of PostgreSQL holds no longer ones
APP_CHARACTERS_AT_MOST = 100


def add(contact: Contact, endpoint: str, *, app: str, by: User | None) -> PushEndpoint:
    """Notes an endpoint of the contact; the same again changes nothing. Raises `BadEndpoint` or `IdentityTaken`."""
    text, name = _checked(endpoint, app)
    try:
        with transaction.atomic():
            hold_living([contact.pk])
            made, is_new = contact.push_endpoints.get_or_create(endpoint=text, defaults={"app": name})
            if is_new:
                record("contact.endpoint_added", contact.pk, by=by, endpoint=made.pk, app=name)
    except IntegrityError:
        owner = PushEndpoint.objects.filter(endpoint=text).values_list("contact_id", flat=True).first()
        raise IdentityTaken(value=text, owner=owner) from None
    return made


def _checked(endpoint: str, app: str) -> tuple[str, str]:
    text, name = endpoint.strip(), " ".join(app.split())
    if not text or not (text.isascii() and text.isprintable()) or " " in text:
        raise BadEndpoint(why="It is a token or an address of printable characters without spaces.")
    if len(text) > ENDPOINT_CHARACTERS_AT_MOST:
        raise BadEndpoint(why=f"It has at most {ENDPOINT_CHARACTERS_AT_MOST:,} characters.")
    if not name or len(name) > APP_CHARACTERS_AT_MOST or not name.isprintable():
        raise BadEndpoint(why=f"Its app needs a name of 1 to {APP_CHARACTERS_AT_MOST} characters.")
    return text, name


def remove(contact: Contact, number: int, *, by: User | None) -> None:
    """Forgets an endpoint; raises `NotFound`."""
    with transaction.atomic():
        gone, _ = contact.push_endpoints.filter(pk=number).delete()
        if not gone:
            raise NotFound(thing="push endpoint", ref=number)
        record("contact.endpoint_removed", contact.pk, by=by, endpoint=number)


class OfContact:
    """Push endpoints of one person."""

    @staticmethod
    def merge(kept: Contact, gone: Contact) -> None:
        """The contact that stays is reached on all of them."""
        PushEndpoint.objects.filter(contact=gone).update(contact=kept)

    @staticmethod
    def erase(contact: Contact) -> None:
        """They go."""
        PushEndpoint.objects.filter(contact=contact).delete()

    @staticmethod
    def export(contact: Contact) -> dict[str, Any]:
        """All of them."""
        found = contact.push_endpoints.order_by("pk")
        return {
            "push_endpoints": [
                {"app": one.app, "endpoint": one.endpoint, "since": one.created_at.isoformat()}
                for one in found
            ]
        }
