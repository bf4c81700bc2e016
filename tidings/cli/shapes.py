"""How groups, locks and contacts look as JSON on the command line; tables are made from the same facts."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from tidings.contacts.models import Contact
from tidings.groups.models import Group
from tidings.groups.queries import settings_of, supergroups_of
from tidings.limits.queries import standings
from tidings.locks.queries import GroupUse, HeldLock, locks_of
from tidings.memberships.models import OptOut
from tidings.memberships.queries import MemberCount, count_members, groups_of, opt_outs_of
from tidings.sendouts.models import Delivery

Shape = dict[str, Any]

# A contact's newest deliveries; all of them stand on the contact's page.
NEWEST_DELIVERIES = 20


def of_groups(groups: Iterable[Group]) -> list[Shape]:
    """Groups with their members and locks, in two questions however many there are."""
    listed = list(groups)
    counts, locks = count_members([g.pk for g in listed]), locks_of([g.pk for g in listed])
    return [_of_group(group, counts[group.pk], locks.get(group.pk, [])) for group in listed]


def of_group(group: Group) -> Shape:
    """One group with its members, locks, settings, attributes, and the SuperGroups it is in."""
    (shape,) = of_groups([group])
    return shape | {
        "description": group.description,
        "settings": settings_of(group).model_dump(mode="json"),
        "archived_at": group.archived_at,
        "created_at": group.created_at,
        "attributes": attributes_of(group),
        "supergroups": list(supergroups_of(group).values("id", "name", "address")),
    }


def _of_group(group: Group, members: MemberCount, locks: list[HeldLock]) -> Shape:
    return {
        "id": group.pk,
        "name": group.name,
        "address": group.address,
        "channel": group.channel,
        "is_supergroup": group.is_supergroup,
        "category": group.category.name if group.category else None,
        "members": {"total": members.total, "active": members.active},
        "lock": locks[0].mode if locks else None,
        "locks": [of_lock(lock) for lock in locks],
    }


def of_lock(lock: HeldLock) -> Shape:
    """A lock: mode, process, holder, since when, how far."""
    return lock.facts()


def of_use(use: GroupUse) -> Shape:
    """How a group is used now: all locks on it, and what is allowed meanwhile."""
    return {
        "group": use.group,
        "locked": use.is_locked,
        "mode": use.mode,
        "locks": [of_lock(lock) for lock in use.locks],
        "waiting": [asdict(waiting) for waiting in use.waiting],
        "meanwhile": asdict(use.meanwhile) | {"text": use.meanwhile.text},
    }


def attributes_of(group: Group) -> dict[str, str]:
    """A group's attributes, sorted by name."""
    return {a.name: a.value for a in group.attributes.order_by("name")}


def of_contact(contact: Contact) -> Shape:
    """A contact with identities, profile, groups, opt-outs, limits and the newest deliveries."""
    return {
        "id": contact.pk,
        "email": contact.email,
        "mobile": contact.mobile,
        "external_id": contact.external_id,
        "endpoints": [
            {"app": one.app, "endpoint": one.endpoint} for one in contact.push_endpoints.order_by("pk")
        ],
        "language": contact.language,
        "attributes": contact.attributes,
        "created_at": contact.created_at,
        "updated_at": contact.updated_at,
        "groups": _memberships(contact),
        "opt_outs": [of_opt_out(opt_out) for opt_out in opt_outs_of(contact)],
        "limits": [
            one.as_dict() for one in standings(contact, [member.group for member in groups_of(contact)])
        ],
        "deliveries": _deliveries(contact),
    }


def of_opt_out(opt_out: OptOut) -> Shape:
    """What a contact doesn't want, since when, and why."""
    return {
        "scope": opt_out.scope,
        "group": opt_out.group_id,
        "channel": opt_out.channel or None,
        "reason": opt_out.reason,
        "source": opt_out.source,
        "at": opt_out.at,
    }


def _memberships(contact: Contact) -> list[Shape]:
    return [
        {
            "id": member.group_id,
            "name": member.group.name,
            "address": member.group.address,
            "state": member.state,
            "source": member.source,
            "joined_at": member.joined_at,
        }
        for member in groups_of(contact)
    ]


def _deliveries(contact: Contact) -> list[Shape]:
    newest = (
        Delivery.objects.filter(contact=contact).select_related("batch").order_by("-at")[:NEWEST_DELIVERIES]
    )
    return [
        {
            "sendout": d.batch.sendout_id,
            "outcome": d.outcome,
            "reason": d.reason,
            "attempt": d.attempt,
            "at": d.at,
        }
        for d in newest
    ]
