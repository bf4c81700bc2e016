"""Deleting a group, in slices that each are a transaction, so that a killed worker's successor goes on."""

from typing import Any

from tidings.groups.models import Deletion, Group, Subgroup
from tidings.journal.actions import record
from tidings.kernel import clock, plugs
from tidings.locks.holding import Holding
from tidings.locks.models import Process
from tidings.locks.work import Work


def purge(deletion: Deletion, holding: Holding) -> None:
    """Deletes what is left of a group. Safe to run twice."""
    for part in plugs.load("GROUP_PARTS"):
        while removed := _slice(deletion, holding, part):
            holding.done += removed
    with holding.ending():
        for part in plugs.load("GROUP_PARTS"):
            part.purge(deletion.group_id)  # who came in at the last moment
        _bury(deletion)


def _slice(deletion: Deletion, holding: Holding, part: Any) -> int:
    with holding.fenced():
        return part.purge(deletion.group_id) or 0


def _bury(deletion: Deletion) -> None:
    """What is left of the group is its name, for whatever names it; its address is free again."""
    group = Group.objects.get(pk=deletion.group_id)
    group.attributes.all().delete()
    Subgroup.objects.filter(supergroup=group).delete()
    Subgroup.objects.filter(group=group).delete()
    record("group.deleted", group.pk, by=deletion.process.started_by, name=group.name, address=group.address)
    group.address, group.category, group.owner, group.description, group.settings = None, None, None, "", {}
    group.deleted_at = clock.now()
    group.save(update_fields=["address", "category", "owner", "description", "settings", "deleted_at"])


def _fail(deletion: Deletion, _state: Process.State, why: str) -> None:
    Deletion.objects.filter(pk=deletion.pk).update(error=f"The group could not be deleted. {why}")


DELETION = Work((Process.Kind.DELETION,), Deletion.objects, purge, _fail)
