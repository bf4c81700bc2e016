"""What imports keep of groups: files that wait."""

from django.core.files.storage import default_storage
from django.db import transaction

from tidings.accounts.models import User
from tidings.groups.models import Group
from tidings.imports.models import Import
from tidings.kernel import clock


class OfGroup:
    """Uploaded files on their way into it. Reports of imports that ended stay."""

    @staticmethod
    def copy(source: Group, target: Group, by: User | None) -> None:
        """What was uploaded for one group isn't imported into another."""

    @staticmethod
    def purge(group_id: int) -> None:
        """Drafts go, and so does a file that awaits a confirmation. Nothing else waits: the group is locked."""
        waiting = Import.objects.filter(group=group_id)
        drafts = waiting.filter(state=Import.State.DRAFT)
        asking = waiting.filter(state=Import.State.AWAITING_CONFIRMATION)
        with transaction.atomic():
            for run in (*drafts, *asking):
                default_storage.delete(run.file)
            drafts.delete()
            asking.update(state=Import.State.CANCELLED, absent=0, ended_at=clock.now())
