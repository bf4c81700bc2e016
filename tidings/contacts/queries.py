"""Looking contacts up."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q, QuerySet

from tidings.contacts.models import Contact, Gone, PushEndpoint
from tidings.contacts.rules import AddressFault, normalise_email, normalise_mobile, number_prefix
from tidings.kernel.errors import NotFound

_IS_LIKE_A_NUMBER = re.compile(r"[+\d][\d\s./()-]*", re.ASCII)


@dataclass(frozen=True)
class Found:
    """Contacts in the order of `column`, which tells any two of them apart.

    `others` are those who have exactly what was looked for as another identity.
    """

    column: str
    contacts: QuerySet[Contact]
    others: list[Contact]


def get(number: int) -> Contact:
    """The contact with that id, or the one it was merged into; raises `NotFound`, also for who was erased."""
    found = current(number)
    if found is None:
        raise NotFound(thing="contact", ref=number)
    return found


def current(number: int) -> Contact | None:
    """The same, or None."""
    found = Contact.objects.select_related("gone__into__gone").filter(pk=number).first()
    gone: Gone | None = getattr(found, "gone", None)
    if gone is None:
        return found
    return gone.into if gone.into and not hasattr(gone.into, "gone") else None


def ids_of(contact: Contact) -> list[int]:
    """The ids under which logs know the contact: its own, and those of contacts that were merged into it."""
    return [contact.pk, *Gone.objects.filter(into=contact).values_list("contact_id", flat=True)]


def ids_by_email(emails: Iterable[str]) -> dict[str, int]:
    """The ids of the contacts with these e-mail addresses, in the form in which they are stored; of who is known."""
    found = Contact.objects.filter(email__in=list(emails)).values_list("email", "pk")
    return {email: pk for email, pk in found if email}


def find(identity: str) -> Contact:
    """The contact with exactly this e-mail address, external id or mobile number in any spelling.

    Raises `NotFound`.
    """
    found = _exactly(identity).first()
    if found is None:
        raise NotFound(thing="contact", ref=identity)
    return found


def search(text: str) -> Found:
    """Contacts one of whose identities begins with `text`, in its order; all of them, oldest first, without a text.

    Which identity that is, is decided by what the text looks like and by whom there is. Each look rides the index of
    its identity, so that it takes no longer among millions.
    """
    wanted = text.strip()
    if not wanted:
        return Found("pk", living().order_by("pk"), [])
    column, begins = next(
        (one for one in _ways(wanted) if living().filter(one[1]).exists()), _ways(wanted)[0]
    )
    others = _exactly(wanted).exclude(begins)
    return Found(column, living().filter(begins).order_by(column), list(others))


def living() -> QuerySet[Contact]:
    """All contacts but those who were merged into others or erased."""
    return Contact.objects.filter(gone=None)


def _ways(text: str) -> list[tuple[str, Q]]:
    """Identities that the text may be the beginning of, the most likely first."""
    email = ("email", Q(email__startswith=text.lower()))
    external_id = ("external_id", Q(external_id__startswith=text))
    if not _IS_LIKE_A_NUMBER.fullmatch(text):
        return [email, external_id]
    country = settings.ENVIRONMENT.country
    whole = normalise_mobile(text, country)
    prefix = number_prefix(text, country) if isinstance(whole, AddressFault) else whole
    return [("mobile", Q(mobile__startswith=prefix)), external_id, email]


def _exactly(identity: str) -> QuerySet[Contact]:
    text = identity.strip()
    email, mobile = normalise_email(text), normalise_mobile(text, settings.ENVIRONMENT.country)
    endpoints = PushEndpoint.objects.filter(endpoint=text).values_list("contact_id", flat=True)
    wanted = Q(external_id=text) | Q(pk__in=list(endpoints))
    if not isinstance(mobile, AddressFault):
        wanted |= Q(mobile=mobile)
    if not isinstance(email, AddressFault):
        wanted |= Q(email=email)
    return living().filter(wanted).order_by("pk")
