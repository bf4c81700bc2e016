"""Letting old files go."""

from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.db import transaction

from tidings.exports.models import DAYS_KEPT, Export


def discard_old(now: datetime) -> int:
    """Deletes the files of exports that ended over a week before `now`; returns how many."""
    old = Export.objects.filter(ended_at__lt=now - timedelta(days=DAYS_KEPT)).exclude(file="")
    gone = 0
    for export in old.only("pk", "file"):
        with transaction.atomic():
            gone += Export.objects.filter(pk=export.pk).exclude(file="").update(file="")
            default_storage.delete(export.file)
    return gone
