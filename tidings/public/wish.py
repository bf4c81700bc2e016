"""Whose wish a link carries, and granting it. It holds when group, sendout or contact are gone."""

from dataclasses import dataclass

from tidings.contacts.models import Contact
from tidings.groups.models import Group
from tidings.memberships.actions import unsubscribe
from tidings.messaging.links import read_recipient

VISIBLE_AT_MOST = (
    2  # characters of each part of an address: enough to know one's own, too few to learn another's
)


@dataclass(frozen=True)
class Wish:
    """A person and a group; either may be gone, and then their text is empty."""

    contact: Contact | None
    group_id: int
    group_name: str
    address: str

    def grant(self, source: str) -> None:
        """Ends the membership for good. Whoever is gone gets nothing anyway."""
        if self.contact is not None:
            unsubscribe(self.contact, self.group_id, source=source)


def wish_of(token: str) -> Wish:
    """What the link is about; raises `BadToken`."""
    recipient = read_recipient(token)
    contact = Contact.objects.filter(pk=recipient.contact).first()
    group = Group.objects.filter(pk=recipient.group).only("name").first()
    address = masked(contact.email) if contact and contact.email else ""
    return Wish(contact, recipient.group, group.name if group else "", address)


def masked(address: str) -> str:
    """`an***@ex***.org` for `anna@example.org`: whoever gets a forwarded message learns no address from it."""
    local, _, domain = address.rpartition("@")
    name, dot, ending = domain.rpartition(".")
    return f"{_masked(local)}@{_masked(name)}{dot}{ending}"


def _masked(text: str) -> str:
    return f"{text[: min(VISIBLE_AT_MOST, len(text) // 2)]}***"
