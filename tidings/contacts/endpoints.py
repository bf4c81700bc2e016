"""Push endpoints of contacts: adding and removing them, and what becomes of them with their contact."""

from typing import Any

from django.db import IntegrityError, transaction

from tidings.accounts.models import User
from tidings.contacts.checking import Push, checked_push, is_known
from tidings.contacts.erasure import demand_storable, hold_living
from tidings.contacts.errors import IdentityTaken, NoIdentity
from tidings.contacts.models import Contact, PushEndpoint
from tidings.journal.actions import record
from tidings.kernel.errors import NotFound


def add(contact: Contact, endpoint: str, *, app: str, by: User | None) -> PushEndpoint:
    """Notes an endpoint of the contact; the same again changes nothing. Raises `BadEndpoint` or `IdentityTaken`."""
    push = checked_push(app, endpoint)
    demand_storable({"push": push.endpoint})
    return attach(contact, push, by=by)


def attach(contact: Contact, push: Push, *, by: User | None) -> PushEndpoint:
    """The same for an endpoint that is checked."""
    try:
        with transaction.atomic():
            hold_living([contact.pk])
            made, is_new = contact.push_endpoints.get_or_create(
                endpoint=push.endpoint, defaults={"app": push.app}
            )
            Contact.objects.filter(pk=contact.pk, has_push=False).update(has_push=True)
            if is_new:
                record("contact.endpoint_added", contact.pk, by=by, endpoint=made.pk, app=push.app)
    except IntegrityError:
        owner = PushEndpoint.objects.filter(endpoint=push.endpoint).values_list("contact_id", flat=True)
        raise IdentityTaken(value=push.endpoint, owner=owner.first()) from None
    return made


def remove(contact: Contact, number: int, *, by: User | None) -> None:
    """Forgets an endpoint; raises `NotFound`, and `NoIdentity` if the contact is known by nothing else."""
    with transaction.atomic():
        held = hold_living([contact.pk])[contact.pk]
        gone, _ = held.push_endpoints.filter(pk=number).delete()
        if not gone:
            raise NotFound(thing="push endpoint", ref=number)
        held.has_push = held.push_endpoints.exists()
        if not is_known(held):
            raise NoIdentity
        held.save(update_fields=["has_push"])
        record("contact.endpoint_removed", contact.pk, by=by, endpoint=number)


class OfContact:
    """Push endpoints of one person."""

    @staticmethod
    def merge(kept: Contact, gone: Contact) -> None:
        """The contact that stays is reached on all of them."""
        if PushEndpoint.objects.filter(contact=gone).update(contact=kept):
            Contact.objects.filter(pk=kept.pk).update(has_push=True)

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
