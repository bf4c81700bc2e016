"""Whose wish a link carries, and granting it. It holds when group, sendout or contact are gone."""

from dataclasses import dataclass

from tidings.contacts.models import Contact
from tidings.contacts.queries import current
from tidings.groups.models import Group
from tidings.memberships.actions import unsubscribe
from tidings.memberships.models import OptOut
from tidings.memberships.own_acts import opt_out
from tidings.messaging.links import read_recipient
from tidings.sendouts.models import Sendout

VISIBLE_AT_MOST = (
    2  # characters of each part of an address: enough to know one's own, too few to learn another's
)
# How far a wish may reach beyond the group: what the buttons of the page say.
ALL_SUBGROUPS, CHANNEL = "all_subgroups", "channel"


@dataclass(frozen=True)
class Wish:
    """A person and a group, and the SuperGroup if it was a SuperMessage; whoever is gone has an empty text or None."""

    contact: Contact | None
    group_id: int
    group_name: str
    address: str
    supergroup: Group | None = None

    def grant(self, source: str, *, ip: str = "", reach: str = "") -> None:
        """Ends the membership for good, and the SuperGroup's messages. Whoever is gone gets nothing anyway."""
        if self.contact is None:
            return
        unsubscribe(self.contact, self.group_id, source=source, ip=ip)
        if self.supergroup:
            self._leave_supergroup(self.contact, self.supergroup, source, ip=ip, reach=reach)

    def _leave_supergroup(
        self, contact: Contact, supergroup: Group, source: str, *, ip: str, reach: str
    ) -> None:
        opt_out(contact, OptOut.Scope.SUPERGROUP, group_id=supergroup.pk, source=source, ip=ip)
        if reach == ALL_SUBGROUPS:
            for subgroup in supergroup.subgroups.values_list("group_id", flat=True):
                unsubscribe(contact, subgroup, source=source, ip=ip)
        elif reach == CHANNEL:
            opt_out(contact, OptOut.Scope.CHANNEL, channel=supergroup.channel, source=source, ip=ip)


def wish_of(token: str) -> Wish:
    """What the link is about; raises `BadToken`."""
    recipient = read_recipient(token)
    contact = current(recipient.contact)
    group = Group.objects.filter(pk=recipient.group).only("name").first()
    address = masked(contact.email) if contact and contact.email else ""
    supergroup = _supergroup_of(recipient.sendout, recipient.group)
    return Wish(contact, recipient.group, group.name if group else "", address, supergroup)


def _supergroup_of(sendout: int, group: int) -> Group | None:
    """The SuperGroup to which the sendout went, if it isn't the recipient's own group."""
    sent_to = Sendout.objects.filter(pk=sendout).values("group_id")
    return Group.objects.filter(pk__in=sent_to, is_supergroup=True).exclude(pk=group).first()


def masked(address: str) -> str:
    """`an***@ex***.org` for `anna@example.org`: whoever gets a forwarded message learns no address from it."""
    local, _, domain = address.rpartition("@")
    name, dot, ending = domain.rpartition(".")
    return f"{_masked(local)}@{_masked(name)}{dot}{ending}"


def _masked(text: str) -> str:
    return f"{text[: min(VISIBLE_AT_MOST, len(text) // 2)]}***"
