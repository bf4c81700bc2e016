"""Looking contacts up."""

from django.db.models import Q, QuerySet

from tidings.contacts.models import Contact
from tidings.kernel.errors import NotFound


def find(identity: str) -> Contact:
    """The contact with exactly this e-mail address, mobile number or external id; raises `NotFound`."""
    text = identity.strip()
    found = Contact.objects.filter(Q(email=text.lower()) | Q(mobile=text) | Q(external_id=text)).first()
    if found is None:
        raise NotFound(thing="contact", ref=identity)
    return found


def search(prefix: str, *, after: int = 0) -> QuerySet[Contact]:
    """Contacts one of whose identities begins with `prefix`, from the id `after` on, oldest first."""
    contacts = Contact.objects.filter(pk__gt=after).order_by("pk")
    text = prefix.strip()
    if not text:
        return contacts
    return contacts.filter(
        Q(email__startswith=text.lower()) | Q(mobile__startswith=text) | Q(external_id__startswith=text)
    )
