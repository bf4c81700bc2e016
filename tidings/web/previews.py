"""The panel that shows a message as one contact of one group gets it."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from tidings.contacts.models import Contact
from tidings.contacts.queries import find as find_contact
from tidings.groups.models import Group
from tidings.groups.queries import find as find_group
from tidings.groups.queries import search as search_groups
from tidings.kernel.errors import TidingsError
from tidings.memberships.models import Membership
from tidings.memberships.queries import members
from tidings.messaging.mime.message import Preview
from tidings.messaging.models import Version
from tidings.sendouts.models import Sendout
from tidings.sendouts.preview import preview

GROUPS_OFFERED = 200  # in the list under the field; any other can be typed


@dataclass(frozen=True)
class Panel:
    """What the panel shows. `problem` says why there is no `shown`; `before` and `after` are neighbours' ids."""

    group: Group | None = None
    contact: Contact | None = None
    shown: Preview | None = None
    problem: str = ""
    before: str = ""
    after: str = ""
    asked_group: str = ""
    asked_contact: str = ""


def panel_for(version: Version, asked: QueryDict) -> Panel:
    """The panel for `group` and `contact` of the query; without them the last group used and its first member."""
    group_ref, contact_ref = _plain(asked.get("group", "")), _plain(asked.get("contact", ""))
    try:
        group = find_group(group_ref) if group_ref else _usual_group(version)
        if group is None:
            return Panel(
                problem="There is no e-mail group yet. Make one to see the message as a contact gets it."
            )
        contact = find_contact(contact_ref) if contact_ref else _first_member(group)
    except TidingsError as error:
        return Panel(problem=str(error), asked_group=group_ref, asked_contact=contact_ref)
    if contact is None:
        problem = f"Nobody is in “{group}” yet. Name a contact, or another group."
        return Panel(group, problem=problem, asked_group=group_ref)
    return _rendered(version, group, contact)


def _plain(text: str) -> str:
    """Without NUL, which the database can't be asked for."""
    return text.replace("\x00", "").strip()


def _rendered(version: Version, group: Group, contact: Contact) -> Panel:
    facts: dict[str, Any] = {
        "before": _neighbour(group, contact, is_next=False),
        "after": _neighbour(group, contact, is_next=True),
        "asked_group": group.address or str(group.pk),
        "asked_contact": str(contact),
    }
    try:
        return Panel(group, contact, shown=preview(version, group, contact), **facts)
    except TidingsError as error:
        return Panel(group, contact, problem=str(error), **facts)


def _usual_group(version: Version) -> Group | None:
    """Where the message went last; else the first group by name that an e-mail can go to and that has members."""
    last = Sendout.objects.filter(version__message=version.message_id).order_by("-pk").first()
    if last and (group := Group.objects.filter(pk=last.group_id).first()):
        return group
    found = search_groups(channel=Group.Channel.EMAIL)
    return found.filter(pk__in=Membership.objects.values("group_id")).first() or found.first()


def _first_member(group: Group) -> Contact | None:
    first = members(group).first()
    return first.contact if first else None


def _neighbour(group: Group, contact: Contact, *, is_next: bool) -> str:
    """The member beside the contact, as the identity that finds it; empty at the end."""
    if is_next:
        found = members(group, after=contact.pk).first()
    else:
        earlier = Membership.objects.filter(group=group, contact_id__lt=contact.pk)
        found = earlier.select_related("contact").order_by("-contact_id").first()
    return str(found.contact) if found else ""


def offered_groups() -> list[Group]:
    """E-mail groups to choose from, by name."""
    return list(search_groups(channel=Group.Channel.EMAIL)[:GROUPS_OFFERED])
