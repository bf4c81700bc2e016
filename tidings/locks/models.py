"""Long processes and the locks they hold."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, BigIntegerRangeField, RangeOperators
from django.db import models
from django.db.models import Q

from tidings.accounts.models import User
from tidings.locks import rules


class Process(models.Model):
    """A long operation. While it runs it holds locks; whoever holds its newest `token` may act for it.

    `lease_until` is NULL while nobody works on it (it may be taken at once) and for sendouts, whose batches have
    leases of their own.
    """

    class Kind(models.TextChoices):
        IMPORT = "import", "Import"
        DRY_RUN = "dry_run", "Dry run"
        BLACKLIST_IMPORT = "blacklist_import", "Blacklist import"
        TRANSFER = "transfer", "Transfer"
        DELETION = "deletion", "Deletion"
        ERASURE = "erasure", "Erasure"
        TYPE_CHANGE = "type_change", "Change of a type"
        SUBGROUPS = "subgroups", "Change of subgroups"
        EXPORT = "export", "Export"
        SENDOUT = "sendout", "Sendout"

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        FINISHED = "finished", "Finished"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    kind = models.CharField(max_length=20, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    label = models.CharField(max_length=300)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    token = models.BigIntegerField(default=0)
    worker = models.CharField(max_length=100, default="")
    cancel_requested = models.BooleanField(default=False)
    lease_until = models.DateTimeField(null=True)
    started_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "processes"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["running", "finished", "failed", "cancelled"]), name="processes_state"
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state="running"), name="processes_running")
        ]  # the dashboard

    def __str__(self) -> str:
        return self.label


class GroupLock(models.Model):
    """One process uses (shared) or writes (exclusive) one group.

    The exclusion constraint is what makes a conflict impossible to store: an exclusive lock's slot is the unbounded
    range, a shared lock's is the one point of its process. `group_id` has no foreign key, so that locking never
    waits for somebody who edits the group.
    """

    class Mode(models.TextChoices):
        SHARED = rules.SHARED, "Shared"
        EXCLUSIVE = rules.EXCLUSIVE, "Exclusive"

    group_id = models.BigIntegerField()
    process = models.ForeignKey(Process, models.CASCADE, related_name="locks")
    mode = models.CharField(max_length=9, choices=Mode)
    slot = BigIntegerRangeField()
    taken_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "group_locks"
        constraints = [
            ExclusionConstraint(
                name="group_locks_compatible",
                expressions=[("group_id", RangeOperators.EQUAL), ("slot", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(condition=Q(mode__in=["shared", "exclusive"]), name="group_locks_mode"),
        ]

    def __str__(self) -> str:
        return f"{self.mode} on group {self.group_id}"


class Waiter(models.Model):
    """Something that waits in line for groups: whoever asks later and doesn't go together with it is refused.

    It stands there as long as it asks again before `alive_until`; nobody has to take it away when it gives up.
    """

    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=20, choices=Process.Kind)
    label = models.CharField(max_length=300)
    group_ids = ArrayField(models.BigIntegerField())
    modes = ArrayField(models.CharField(max_length=9))
    started_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    alive_until = models.DateTimeField()

    class Meta:
        db_table = "lock_waiters"

    def __str__(self) -> str:
        return self.label
