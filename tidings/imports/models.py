"""One row per import, per merged slice, per rejected row."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from tidings.accounts.models import User
from tidings.groups.models import Group
from tidings.locks.models import Process


class Import(models.Model):
    """A file on its way into one group.

    Each row of the file ends in exactly one count: `created`, `joined` (a known contact who became a member),
    `updated` (a member whose profile changed), `unchanged`, `removed`, `ignored` (the mode does nothing with such
    people), `kept_out` (opted out), `duplicates` (the same person stands again further down) or `rejected`.
    `absent` counts no rows: members who were removed by `replace` because they aren't in the file.
    """

    class Mode(models.TextChoices):
        ADD_AND_UPDATE = "add_and_update", "Add and update"
        ADD = "add", "Add"
        UPDATE = "update", "Update members"
        JOIN = "join", "Add known contacts"
        REPLACE = "replace", "Replace"
        REMOVE = "remove", "Remove"

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        QUEUED = "queued", "Queued"
        READING = "reading", "Reading"
        AWAITING_CONFIRMATION = "awaiting_confirmation", "Awaiting confirmation"
        MERGING = "merging", "Merging"
        FINISHED = "finished", "Finished"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    process = models.OneToOneField(Process, models.PROTECT, related_name="+", null=True)
    group = models.ForeignKey(Group, models.DO_NOTHING, related_name="+", db_constraint=False)
    filename = models.CharField(max_length=300)
    file = models.CharField(max_length=400)
    size = models.BigIntegerField(default=0)
    mode = models.CharField(max_length=20, choices=Mode, default=Mode.ADD_AND_UPDATE)
    joining = models.CharField(max_length=13, default="silent", db_default="silent")
    dry_run = models.BooleanField(default=False)
    format: Any = models.JSONField(default=dict)
    mapping: Any = models.JSONField(default=dict)
    state = models.CharField(max_length=24, choices=State, default=State.DRAFT)
    error = models.TextField(default="")
    # For `replace`: the database's time of the first start, and how many members there were then. Who joined later is
    # never removed. While the run awaits confirmation, `absent` says how many would be.
    began_at = models.DateTimeField(null=True)
    is_confirmed = models.BooleanField(default=False)
    members_before = models.BigIntegerField(default=0)
    absent = models.BigIntegerField(default=0)
    # After the file is read:
    rows = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    duplicates = models.BigIntegerField(default=0)
    # Sums of the committed slices:
    created = models.BigIntegerField(default=0)
    joined = models.BigIntegerField(default=0)
    updated = models.BigIntegerField(default=0)
    unchanged = models.BigIntegerField(default=0)
    removed = models.BigIntegerField(default=0)
    ignored = models.BigIntegerField(default=0)
    kept_out = models.BigIntegerField(default=0)
    # How many letters it has written: of welcome, or to confirm.
    letters = models.BigIntegerField(default=0, db_default=0)
    started_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "imports"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "draft",
                        "queued",
                        "reading",
                        "awaiting_confirmation",
                        "merging",
                        "finished",
                        "failed",
                        "cancelled",
                    ]
                ),
                name="imports_state",
            ),
            models.CheckConstraint(
                condition=Q(mode__in=["add_and_update", "add", "update", "join", "replace", "remove"]),
                name="imports_mode",
            ),
            models.CheckConstraint(
                condition=Q(joining__in=["silent", "notice", "double_opt_in"]), name="imports_joining"
            ),
        ]

    def __str__(self) -> str:
        return self.filename

    @property
    def holding(self) -> int:
        """The id of the process of an import that has begun."""
        if self.process_id is None:
            raise ValueError(f"import {self.pk} is a draft")
        return self.process_id


class MergedSlice(models.Model):
    """A slice of the file's people, in the order of their addresses, that stands committed in the group.

    A worker that takes an interrupted import over skips these; `last_key` proves that its slices are the same.
    """

    run = models.ForeignKey(Import, models.CASCADE, related_name="slices", db_index=False)
    number = models.IntegerField()
    last_key = models.TextField()
    people = models.IntegerField()
    created = models.IntegerField()
    joined = models.IntegerField()
    updated = models.IntegerField()
    unchanged = models.IntegerField()
    removed = models.IntegerField(db_default=0)
    ignored = models.IntegerField(db_default=0)
    kept_out = models.IntegerField()
    kept_out_by = models.JSONField(default=dict, db_default={})
    rejected = models.IntegerField()

    class Meta:
        db_table = "import_slices"
        constraints = [models.UniqueConstraint("run", "number", name="import_slices_once")]

    def __str__(self) -> str:
        return f"slice {self.number} of import {self.run_id}"


class Reject(models.Model):
    """A row that was left out, and why. `slice` is NULL if reading the file already showed it."""

    run = models.ForeignKey(Import, models.CASCADE, related_name="rejects")
    slice = models.IntegerField(null=True)
    line = models.BigIntegerField()
    reason = models.CharField(max_length=40)
    column = models.TextField(default="")
    value = models.TextField(default="")

    class Meta:
        db_table = "import_rejects"

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


class SavedMapping(models.Model):
    """What the columns of a kind of file mean: `columns` maps each to an attribute, `member.NAME` or `ignore`."""

    name = models.CharField(max_length=80)
    columns: Any = models.JSONField()
    key = models.CharField(max_length=20)
    clear_marker = models.CharField(max_length=50, default="")
    saved_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "import_mappings"
        constraints = [models.UniqueConstraint(Lower("name"), name="import_mappings_name_once")]

    def __str__(self) -> str:
        return self.name
