"""Looking contacts up."""

import re
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q, QuerySet

from tidings.contacts.models import Contact
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
    """The contact with that id; raises `NotFound`."""
    found = Contact.objects.filter(pk=number).first()
    if found is None:
        raise NotFound(thing="contact", ref=number)
    return found


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
        return Found("pk", Contact.objects.order_by("pk"), [])
    column, begins = next(
        (one for one in _ways(wanted) if Contact.objects.filter(one[1]).exists()), _ways(wanted)[0]
    )
    others = _exactly(wanted).exclude(begins)
    return Found(column, Contact.objects.filter(begins).order_by(column), list(others))


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
    wanted = Q(external_id=text)
    if not isinstance(mobile, AddressFault):
        wanted |= Q(mobile=mobile)
    if not isinstance(email, AddressFault):
        wanted |= Q(email=email)
    return Contact.objects.filter(wanted).order_by("pk")
