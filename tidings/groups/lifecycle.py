"""Copying, archiving, activating and deleting groups."""

from copy import deepcopy
from typing import Any

from django.db import transaction

from tidings.accounts.models import User
from tidings.groups import rules
from tidings.groups.actions import address_for, insert
from tidings.groups.errors import WrongName
from tidings.groups.models import Deletion, Group, GroupAttribute, Subgroup
from tidings.journal.actions import record
from tidings.kernel import clock, plugs
from tidings.kernel.errors import NotFound
from tidings.locks import actions as locks
from tidings.locks.models import Process

COPIED = (
    "channel", "description", "category", "language", "country", "time_zone", "owner", "is_supergroup"
)  # fmt: skip


def copy(source: Group, name: str, *, address: str = "", by: User | None) -> Group:
    """A new group like `source`: its settings, category, attributes, subgroups and what packages keep of it, such as
    the blacklist. Members, messages and statistics stay behind, and so does what must be unique.

    Raises `GroupLocked` while a process writes the source: half a blacklist would keep half of the people out.
    """
    target = Group(name=rules.group_name(name), **{column: getattr(source, column) for column in COPIED})
    target.address = address_for(source.channel, address)
    with transaction.atomic():
        locks.demand_unwritten(source.pk, what=f"Group “{source.name}”")
        target.settings = _without_keyword(source.settings)
        insert(target)
        _copy_parts(source, target, by)
        record("group.copied", target.pk, by=by, source=source.pk, name=target.name, address=target.address)
    return target


def _without_keyword(settings: dict[str, Any]) -> dict[str, Any]:
    """No two groups have the same keyword at one number."""
    copied = deepcopy(settings)
    copied.get("sending", {}).pop("keyword", None)
    return copied


def _copy_parts(source: Group, target: Group, by: User | None) -> None:
    GroupAttribute.objects.bulk_create(
        GroupAttribute(group=target, name=one.name, key=one.key, value=one.value)
        for one in source.attributes.order_by("pk")
    )
    Subgroup.objects.bulk_create(
        Subgroup(supergroup=target, group_id=one.group_id, position=one.position)
        for one in Subgroup.objects.filter(supergroup=source)
    )
    for part in plugs.load("GROUP_PARTS"):
        part.copy(source, target, by)


def archive(group: Group, *, by: User | None) -> Group:
    """The group takes no sendout, import or subscription any more. Raises `GroupLocked` while it is used."""
    with transaction.atomic():
        held = _held(group)
        locks.demand_unused(held.pk, what=f"Group “{held.name}”")
        if held.archived_at is None:
            held.archived_at = clock.now()
            held.save(update_fields=["archived_at"])
            record("group.archived", held.pk, by=by)
    return held


def activate(group: Group, *, by: User | None) -> Group:
    """Undoes archiving. Raises `GroupLocked` while the group is being deleted."""
    with transaction.atomic():
        held = _held(group)
        locks.demand_unwritten(held.pk, what=f"Group “{held.name}”")
        if held.archived_at:
            held.archived_at = None
            held.save(update_fields=["archived_at"])
            record("group.activated", held.pk, by=by)
    return held


def delete(group: Group, *, name: str, by: User | None) -> Deletion:
    """Begins to delete the group for good; `name` is its name again, against a slip of the hand.

    Memberships and everything else in it go, contacts, opt-outs and statistics stay. From now on the group is
    archived, so that nobody joins meanwhile. Raises `GroupLocked` while anything uses the group.
    """
    if name.strip() != group.name:
        raise WrongName(group=group.name, given=name.strip())
    with transaction.atomic():
        label = f"Deletion of {group.name}"
        process = locks.begin(Process.Kind.DELETION, [group.pk], label=label, by=by)
        held = _held(group)
        held.archived_at = held.archived_at or clock.now()
        held.save(update_fields=["archived_at"])
        deletion = Deletion.objects.create(group=held, process=process)
        record("group.deletion_started", held.pk, by=by, name=held.name)
    return deletion


def _held(group: Group) -> Group:
    """The group as it is now, for this transaction alone; sendouts and imports hold it when they begin."""
    held = Group.objects.select_for_update(no_key=True).filter(pk=group.pk).first()
    if held is None:
        raise NotFound(thing="group", ref=group.pk)
    return held


def find_deletion(number: int) -> Deletion:
    """The deletion with that id; raises `NotFound`."""
    found = Deletion.objects.select_related("group", "process").filter(pk=number).first()
    if found is None:
        raise NotFound(thing="deletion", ref=number)
    return found
