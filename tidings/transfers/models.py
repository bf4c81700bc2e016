"""One row per transfer, and its people while it runs."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from tidings.accounts.models import User
from tidings.groups.models import Group
from tidings.locks.models import Process
from tidings.selections.models import Selection
from tidings.transfers.rules import Share


class Transfer(models.Model):
    """People on their way into a group, or out of it. Without a `source` they come from everybody there is.

    Each of the `chosen` ends in exactly one count: `joined`, `already` (a member before), `kept_out` (by which reason),
    or, in the mode `remove`, `removed` or `ignored` (no member). `absent` counts members whom `replace` removed because
    they weren't chosen; while the transfer awaits confirmation, how many that would be.
    """

    class Mode(models.TextChoices):
        ADD = "add", "Add"
        REPLACE = "replace", "Replace"
        REMOVE = "remove", "Remove"

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        AWAITING_CONFIRMATION = "awaiting_confirmation", "Awaiting confirmation"
        MOVING = "moving", "Moving"
        FINISHED = "finished", "Finished"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    process = models.OneToOneField(Process, models.PROTECT, related_name="+")
    source = models.ForeignKey(Group, models.DO_NOTHING, related_name="+", db_constraint=False, null=True)
    target = models.ForeignKey(Group, models.DO_NOTHING, related_name="+", db_constraint=False)
    rule = models.TextField(default="")  # with numbers instead of names; empty if all are chosen
    selection = models.ForeignKey(Selection, models.SET_NULL, null=True, related_name="+")
    mode = models.CharField(max_length=7, choices=Mode, default=Mode.ADD)
    joining = models.CharField(max_length=13, default="silent", db_default="silent")
    percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    number = models.BigIntegerField(null=True)
    # By it a random share is drawn, so that a transfer that was interrupted draws the same people.
    seed = models.BigIntegerField()
    state = models.CharField(max_length=24, choices=State, default=State.QUEUED)
    is_confirmed = models.BooleanField(default=False)
    error = models.TextField(default="")
    # The database's time of the first start, and how many members there were then. Who joins later is never removed.
    began_at = models.DateTimeField()
    members_before = models.BigIntegerField(default=0)
    chosen = models.BigIntegerField(default=0)
    joined = models.BigIntegerField(default=0)
    already = models.BigIntegerField(default=0)
    removed = models.BigIntegerField(default=0)
    ignored = models.BigIntegerField(default=0)
    kept_out = models.BigIntegerField(default=0)
    kept_out_by: Any = models.JSONField(default=dict)
    # How many letters it has written: of welcome, or to confirm.
    letters = models.BigIntegerField(default=0, db_default=0)
    absent = models.BigIntegerField(default=0)
    started_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "transfers"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=["queued", "awaiting_confirmation", "moving", "finished", "failed", "cancelled"]
                ),
                name="transfers_state",
            ),
            models.CheckConstraint(condition=Q(mode__in=["add", "replace", "remove"]), name="transfers_mode"),
            models.CheckConstraint(
                condition=Q(joining__in=["silent", "notice", "double_opt_in"]), name="transfers_joining"
            ),
            models.CheckConstraint(condition=Q(percent=None) | Q(number=None), name="transfers_one_share"),
        ]

    def __str__(self) -> str:
        return f"Transfer {self.pk}"

    @property
    def share(self) -> Share:
        """How many of the people that the rule chooses."""
        return Share(self.percent, self.number)

    @property
    def label(self) -> str:
        """From where to where, in words."""
        people = self.source.name if self.source else "everybody"
        return (
            f"{people} → {self.target.name}"
            if self.mode != self.Mode.REMOVE
            else f"{people} out of {self.target.name}"
        )

    @property
    def all_removed(self) -> int:
        """Everybody whose membership of the target it ended."""
        return self.removed + self.absent


class Slice(models.Model):
    """People of a transfer who are still to be moved, frozen when it began to move.

    `join` and `remove` are chosen; those who `leave` are the members whom `replace` removes in the end. A slice goes in
    the transaction that moves it, so a worker that takes over finds what is left.
    """

    class Deed(models.TextChoices):
        JOIN = "join", "Join"
        REMOVE = "remove", "Remove"
        LEAVE = "leave", "Leave"

    transfer = models.ForeignKey(Transfer, models.CASCADE, related_name="slices", db_index=False)
    deed = models.CharField(max_length=6, choices=Deed)
    number = models.IntegerField()
    contact_ids = ArrayField(models.BigIntegerField())
    people = models.IntegerField()

    class Meta:
        db_table = "transfer_slices"
        constraints = [
            models.UniqueConstraint("transfer", "deed", "number", name="transfer_slices_once"),
            models.CheckConstraint(
                condition=Q(deed__in=["join", "remove", "leave"]), name="transfer_slices_deed"
            ),
        ]

    def __str__(self) -> str:
        return f"slice {self.number} ({self.deed}) of transfer {self.transfer_id}"
