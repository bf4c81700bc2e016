"""Deleting a group, in slices that each are a transaction, so that a killed worker's successor goes on."""

import logging
from typing import Any

from tidings.groups.models import Deletion, Group, Subgroup
from tidings.journal.actions import record
from tidings.kernel import clock, db, plugs
from tidings.locks import actions as locks
from tidings.locks.errors import LeaseLost
from tidings.locks.heartbeat import Heartbeat
from tidings.locks.models import Process

log = logging.getLogger(__name__)


def run_deletion(deletion_id: int, worker: str) -> bool:
    """Deletes what is left of a group. False if another worker holds the deletion now. Safe to run twice."""
    deletion = Deletion.objects.select_related("process").get(pk=deletion_id)
    token = locks.take(deletion.process_id, worker)
    if token is None:
        return deletion.process.state != Process.State.RUNNING
    try:
        _run_to_an_end(deletion, token)
    except LeaseLost:
        log.warning("deletion %s was taken over by another worker", deletion.pk)
    return True


def _run_to_an_end(deletion: Deletion, token: int) -> None:
    """Whatever goes wrong ends the deletion and frees its group, unless it may go well later."""
    try:
        _purge(deletion, token)
    except LeaseLost:
        raise
    except Exception as error:
        if db.is_passing(error):
            raise  # the job is tried again and goes on
        log.exception("deletion %s failed", deletion.pk)
        _fail(deletion, token, str(error))


def _purge(deletion: Deletion, token: int) -> None:
    with Heartbeat(deletion.process_id, token) as heart:
        for part in plugs.load("GROUP_PARTS"):
            while removed := _slice(deletion, token, part):
                heart.done += removed
                heart.check()
    with locks.fenced(deletion.process_id, token):
        for part in plugs.load("GROUP_PARTS"):
            part.purge(deletion.group_id)  # who came in at the last moment
        _bury(deletion)
        locks.end(deletion.process_id, Process.State.FINISHED)


def _slice(deletion: Deletion, token: int, part: Any) -> int:
    with locks.fenced(deletion.process_id, token):
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


def _fail(deletion: Deletion, token: int, why: str) -> None:
    with locks.fenced(deletion.process_id, token):
        Deletion.objects.filter(pk=deletion.pk).update(error=f"The group could not be deleted: {why}")
        locks.end(deletion.process_id, Process.State.FAILED)
