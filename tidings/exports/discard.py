"""Letting old files go."""

from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet

from tidings.exports.models import DAYS_KEPT, Export


def discard_old(now: datetime) -> int:
    """Deletes the files of exports that ended over a week before `now`; returns how many."""
    return discard(Export.objects.filter(ended_at__lt=now - timedelta(days=DAYS_KEPT)))


def discard(exports: QuerySet[Export], why: str = "") -> int:
    """Deletes the files of `exports`, because of `why` if that is no matter of time; returns how many."""
    gone = 0
    for export in exports.exclude(file="").only("pk", "file"):
        with transaction.atomic():
            gone += Export.objects.filter(pk=export.pk).exclude(file="").update(file="", why_gone=why)
            default_storage.delete(export.file)
    return gone
