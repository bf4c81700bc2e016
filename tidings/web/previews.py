"""The panel that shows a message as one contact of one group gets it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from tidings.contacts.models import Contact
from tidings.groups.models import Group
from tidings.groups.queries import find as find_group
from tidings.groups.queries import receiving
from tidings.groups.queries import search as search_groups
from tidings.kernel.errors import TidingsError
from tidings.memberships.models import Membership
from tidings.messaging.models import Version
from tidings.sendouts.models import Sendout
from tidings.sendouts.preview import Shown, as_whom, beside, personal_names, preview
from tidings.sendouts.served import shown_in

GROUPS_OFFERED = 200  # in the list under the field; any other can be typed


@dataclass(frozen=True)
class Panel:
    """What the panel shows. `problem` says why there is no `shown`; `before` and `after` are neighbours' identities.

    The copy is one of the `part`: the group, or one of the `subgroups` if that is a SuperGroup.
    `lackable` are the placeholders of which a contact without a value can be asked for.
    """

    group: Group | None = None
    part: Group | None = None
    contact: Contact | None = None
    shown: Shown | None = None
    problem: str = ""
    before: Contact | None = None
    after: Contact | None = None
    asked_group: str = ""
    asked_contact: str = ""
    lackable: Sequence[str] = ()
    subgroups: Sequence[Group] = ()


def panel_for(version: Version, asked: QueryDict) -> Panel:
    """The panel for `group`, `subgroup`, `contact` and `without` of the query; without them the last group used, its
    first subgroup if it is a SuperGroup, and the first member there.
    """
    group_ref, subgroup, contact_ref, without = (
        _plain(asked.get(name, "")) for name in ("group", "subgroup", "contact", "without")
    )
    group = None
    try:
        group = find_group(group_ref) if group_ref else _usual_group(version)
        if group is None:
            return Panel(
                problem="There is no e-mail group yet. Make one to see the message as a contact gets it."
            )
        part = shown_in(group, subgroup)
        contact = as_whom(part, contact_ref, without=without)
    except TidingsError as error:
        return Panel(group, problem=str(error), asked_group=group_ref, asked_contact=contact_ref)
    return _rendered(version, group, part, contact)


def _plain(text: str) -> str:
    """Without NUL, which the database can't be asked for."""
    return text.replace("\x00", "").strip()


def _rendered(version: Version, group: Group, part: Group, contact: Contact) -> Panel:
    facts: dict[str, Any] = {
        "part": part,
        "subgroups": receiving(group) if group.is_supergroup else (),
        "before": beside(part, contact.pk, is_next=False),
        "after": beside(part, contact.pk, is_next=True),
        "asked_group": group.address or str(group.pk),
        "asked_contact": str(contact),
    }
    try:
        lackable = personal_names(version)
        shown = preview(version, part, contact, within=group)
        return Panel(group, contact=contact, shown=shown, lackable=lackable, **facts)
    except TidingsError as error:
        return Panel(group, contact=contact, problem=str(error), **facts)


def _usual_group(version: Version) -> Group | None:
    """Where the message went last; else the first group by name that an e-mail can go to and that has members."""
    last = Sendout.objects.filter(version__message=version.message_id).order_by("-pk").first()
    if last and (group := Group.objects.filter(pk=last.group_id).first()):
        return group
    found = search_groups(channel=Group.Channel.EMAIL)
    return found.filter(pk__in=Membership.objects.values("group_id")).first() or found.first()


def offered_groups() -> list[Group]:
    """E-mail groups to choose from, by name."""
    return list(search_groups(channel=Group.Channel.EMAIL)[:GROUPS_OFFERED])
