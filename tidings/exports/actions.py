"""Asking for exports."""

from django.db import transaction

from tidings.accounts.models import User
from tidings.exports import tasks
from tidings.exports.models import Export
from tidings.groups.models import Group
from tidings.journal.actions import record
from tidings.kernel.errors import NotFound
from tidings.locks import actions as locks
from tidings.locks.models import Process
from tidings.memberships.queries import count_members


def start(group: Group, *, by: User | None) -> Export:
    """Writes the members of a group to a CSV file, under a shared lock; raises `GroupLocked` while it is written."""
    with transaction.atomic():
        process = locks.begin(
            Process.Kind.EXPORT,
            [group.pk],
            label=f"Export of {group.name}",
            by=by,
            total=count_members([group.pk])[group.pk].total,
        )
        export = Export.objects.create(process=process, group=group, started_by=by)
        record("export.started", export.pk, by=by, group=group.pk)
        tasks.write_file.defer(export_id=export.pk)
    return export


def find(export_id: int) -> Export:
    """The export with that id; raises `NotFound`."""
    found = Export.objects.select_related("process", "group").filter(pk=export_id).first()
    if found is None:
        raise NotFound(thing="export", ref=export_id)
    return found


def requeue(processes: list[int]) -> None:
    """Puts exports back into the queue whose worker is known to be dead."""
    for export in Export.objects.filter(process__in=processes):
        tasks.write_file.defer(export_id=export.pk)
