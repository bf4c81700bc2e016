"""One row per export."""

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q

from tidings.accounts.models import User
from tidings.exports.rules import Encoding, Format, Packing
from tidings.groups.models import Group
from tidings.locks.models import Process
from tidings.selections.models import Selection

DAYS_KEPT = 7
FORMATS = [(each.value, each.upper()) for each in Format]


class Export(models.Model):
    """The members of a group as a file, made under a shared lock and kept for `DAYS_KEPT`.

    `states` are those of the members to write, all if empty; `columns` what to tell of each, everything if empty.
    `file` is empty before the end and after those days; `why_gone` says why, if it had to go earlier.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        FINISHED = "finished", "Finished"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    process = models.OneToOneField(Process, models.PROTECT, related_name="+")
    group = models.ForeignKey(Group, models.DO_NOTHING, related_name="+", db_constraint=False)
    state = models.CharField(max_length=9, choices=State, default=State.QUEUED)
    format = models.CharField(max_length=3, choices=FORMATS, default=Format.CSV)
    # Only those members whom this rule picks, with numbers instead of names; empty for all of them.
    rule = models.TextField(default="", db_default="")
    selection = models.ForeignKey(Selection, models.SET_NULL, null=True, related_name="+", db_index=False)
    columns: Any = models.JSONField(default=list)
    states: Any = models.JSONField(default=list)
    separator = models.CharField(max_length=1, default=",")
    encoding = models.CharField(max_length=10, default=Encoding.UTF_8_MARKED)
    is_defused = models.BooleanField(default=True)
    packing = models.CharField(max_length=4, default=Packing.NONE)
    error = models.TextField(default="")
    file = models.CharField(max_length=400, default="")
    why_gone = models.TextField(default="")
    rows = models.BigIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    started_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "exports"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["queued", "running", "finished", "failed", "cancelled"]),
                name="exports_state",
            ),
            models.CheckConstraint(condition=Q(format__in=["csv", "xml"]), name="exports_format"),
        ]
        indexes = [
            models.Index(
                fields=["ended_at"], condition=~Q(file=""), name="exports_with_file"
            ),  # what has to go
            models.Index(fields=["group", "id"], name="exports_by_group"),
        ]

    def __str__(self) -> str:
        return f"Export {self.pk}"

    @property
    def filename(self) -> str:
        """What the file is called by whoever downloads it."""
        ending = {Packing.NONE: "", Packing.ZIP: ".zip", Packing.GZIP: ".gz"}[Packing(self.packing)]
        return f"group-{self.group_id}-members-{self.pk}.{self.format}{ending}"

    @property
    def media_type(self) -> str:
        """What the file is, for whoever downloads it."""
        plain = "text/csv" if self.format == Format.CSV else "application/xml"
        packed = {Packing.ZIP: "application/zip", Packing.GZIP: "application/gzip"}
        return packed.get(Packing(self.packing), f"{plain}; charset={self.encoding.removesuffix('-sig')}")

    @property
    def kept_until(self) -> datetime | None:
        """When the file goes, if there is one."""
        return self.ended_at + timedelta(days=DAYS_KEPT) if self.file and self.ended_at else None
