"""One row per export."""

from django.db import models
from django.db.models import Q

from tidings.accounts.models import User
from tidings.groups.models import Group
from tidings.locks.models import Process


class Export(models.Model):
    """The members of a group as a CSV file, made under a shared lock."""

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        FINISHED = "finished", "Finished"
        FAILED = "failed", "Failed"

    process = models.OneToOneField(Process, models.PROTECT, related_name="+")
    group = models.ForeignKey(Group, models.DO_NOTHING, related_name="+", db_constraint=False)
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    error = models.TextField(default="")
    file = models.CharField(max_length=400, default="")
    rows = models.BigIntegerField(default=0)
    started_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "exports"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["queued", "running", "finished", "failed"]), name="exports_state"
            ),
        ]

    def __str__(self) -> str:
        return f"Export {self.pk}"
