"""Sendouts, their batches, and what became of each recipient."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from tidings.accounts.models import User
from tidings.contacts.models import Contact
from tidings.groups.models import Group
from tidings.locks.models import Process
from tidings.messaging.models import Version
from tidings.selections.models import Selection


class Sendout(models.Model):
    """The act of sending one version of a message to one group or SuperGroup, or in it as a test.

    `frozen` is what the sendout started with: sender, prefix, group attributes. `waterfall` says how the audience
    came about: members, minus each reason, gives `audience`. `pace` is what was chosen of speed and window instead of
    the group's settings; slots are booked until `booked_until`. A test goes to the group's test recipients; its copies
    show the values of `shown_as`, if that is set, else those of who gets them. The single sends of a day are one too,
    for as long as it would send the same: `standing_for` is the fingerprint of that while more may join it.
    """

    class Kind(models.TextChoices):
        GROUP = "group", "To the group"
        TEST = "test", "Test"
        SINGLE = "single", "Single sends"

    class State(models.TextChoices):
        AWAITING_APPROVAL = "awaiting_approval", "Awaiting approval"
        SCHEDULED = "scheduled", "Scheduled"
        WAITING = "waiting", "Waiting for a lock"
        PREPARING = "preparing", "Preparing"
        SENDING = "sending", "Sending"
        PAUSED = "paused", "Paused"
        RETRYING = "retrying", "Retrying"
        FINISHED = "finished", "Finished"
        CANCELLED = "cancelled", "Cancelled"
        FAILED = "failed", "Failed"
        REJECTED = "rejected", "Rejected"

    group = models.ForeignKey(Group, models.DO_NOTHING, related_name="+", db_constraint=False)
    group_name = models.CharField(max_length=150)
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=6, choices=Kind, default=Kind.GROUP, db_default=Kind.GROUP)
    shown_as = models.ForeignKey(
        Contact, models.DO_NOTHING, related_name="+", null=True, db_constraint=False, db_index=False
    )
    process = models.OneToOneField(Process, models.PROTECT, related_name="+", null=True)
    state = models.CharField(max_length=17, choices=State)
    state_reason = models.TextField(default="")
    scheduled_at = models.DateTimeField(null=True)
    # What the clock of each recipient shows when they get it, such as `2026-11-24T09:00`; empty: all at once.
    local_time = models.CharField(max_length=16, default="", db_default="", blank=True)
    approved_fingerprint = models.CharField(max_length=64, default="", db_default="", blank=True)
    standing_for = models.CharField(max_length=64, default="", db_default="", blank=True)
    to_mailbox = models.BooleanField(default=False)
    frozen: Any = models.JSONField(default=dict)
    pace: Any = models.JSONField(default=dict)
    booked_until = models.DateTimeField(null=True)
    waterfall: Any = models.JSONField(default=dict)
    # Only those members whom this rule picks, with numbers instead of names; empty for all of them.
    rule = models.TextField(default="", db_default="")
    selection = models.ForeignKey(Selection, models.SET_NULL, null=True, related_name="+", db_index=False)
    audience = models.BigIntegerField(default=0)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sendouts"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "awaiting_approval",
                        "scheduled",
                        "waiting",
                        "preparing",
                        "sending",
                        "paused",
                        "retrying",
                        "finished",
                        "cancelled",
                        "failed",
                        "rejected",
                    ]
                ),
                name="sendouts_state",
            ),
            models.CheckConstraint(condition=Q(kind__in=["group", "test", "single"]), name="sendouts_kind"),
            models.UniqueConstraint(
                fields=["standing_for"], condition=~Q(standing_for=""), name="sendouts_standing_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["group", "-id"], name="sendouts_of_a_group"
            ),  # last sendout in the list of groups
            # the recovery's look for sendouts whose job was lost
            models.Index(fields=["state"], condition=Q(ended_at=None), name="sendouts_unfinished"),
        ]

    def __str__(self) -> str:
        return f"Sendout {self.pk}"


class Portion(models.Model):
    """What of a SuperMessage goes to the members of one subgroup, in the order of its SuperGroup.

    `frozen` and `waterfall` say of the subgroup what those of a `Sendout` say of a group. Its counts are those of its
    batches.
    """

    sendout = models.ForeignKey(Sendout, models.CASCADE, related_name="portions", db_index=False)
    position = models.IntegerField()
    group = models.ForeignKey(Group, models.DO_NOTHING, related_name="+", db_constraint=False)
    group_name = models.CharField(max_length=150)
    frozen: Any = models.JSONField(default=dict)
    waterfall: Any = models.JSONField(default=dict)

    class Meta:
        db_table = "sendout_portions"
        constraints = [
            models.UniqueConstraint("sendout", "position", name="sendout_portions_position_once"),
            models.UniqueConstraint("sendout", "group", name="sendout_portions_group_once"),
        ]

    def __str__(self) -> str:
        return f"{self.group_name} in sendout {self.sendout_id}"


class Batch(models.Model):
    """A slice of a sendout's recipients, the unit of work of a worker.

    All of them get it as members of one `group`: the sendout's own, or one of its subgroups if that is a SuperGroup.
    A recipient is named by its position (1-based) in `contact_ids`. Positions without a delivery are planned.
    `handed_to` is the last position that the present holder may have handed to the carrier: it is committed before
    anything up to there is handed over, so after a crash exactly the planned positions up to it are in doubt.
    `not_before` is when its people get theirs, if that is by the time of their zone;
    `slot_at` is when it may go on under the speed and window of its sendout; `is_recalled` asks the holder to give it
    back soon, because these have changed.
    """

    class State(models.TextChoices):
        READY = "ready", "Ready"
        TAKEN = "taken", "Taken"
        WAITING = "waiting", "Waiting for a retry"
        DONE = "done", "Done"

    sendout = models.ForeignKey(Sendout, models.CASCADE, related_name="batches", db_index=False)
    group = models.ForeignKey(Group, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    number = models.IntegerField()
    contact_ids = ArrayField(models.BigIntegerField())
    size = models.IntegerField()
    state = models.CharField(max_length=7, choices=State, default=State.READY)
    attempt = models.SmallIntegerField(default=1)
    due_at = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)
    slot_at = models.DateTimeField(null=True)
    is_recalled = models.BooleanField(default=False, db_default=False)
    token = models.BigIntegerField(default=0)
    worker = models.CharField(max_length=100, default="")
    lease_until = models.DateTimeField(null=True)
    handed_to = models.IntegerField(default=0)
    accepted = models.IntegerField(default=0)
    deferred = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    skipped = models.IntegerField(default=0)

    class Meta:
        db_table = "sendout_batches"
        constraints = [
            models.UniqueConstraint("sendout", "number", name="sendout_batches_once"),
            models.CheckConstraint(
                condition=Q(state__in=["ready", "taken", "waiting", "done"]), name="sendout_batches_state"
            ),
            # The accounting equation of a batch: nobody is counted twice, so `planned` never goes below zero.
            models.CheckConstraint(
                condition=Q(
                    size__gte=models.F("accepted")
                    + models.F("deferred")
                    + models.F("failed")
                    + models.F("skipped")
                )
                & Q(accepted__gte=0, deferred__gte=0, failed__gte=0, skipped__gte=0),
                name="sendout_batches_equation",
            ),
        ]
        indexes = [
            # what of a sendout is still to be done; the recovery's look for work that nobody would do
            models.Index(
                fields=["sendout", "state"], condition=~Q(state="done"), name="sendout_batches_open"
            ),
        ]

    def __str__(self) -> str:
        return f"batch {self.number} of sendout {self.sendout_id}"


class Delivery(models.Model):
    """What became of one recipient: the newest outcome. A planned recipient has none yet."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", "Accepted"
        DEFERRED = "deferred", "Deferred"
        FAILED = "failed", "Failed"
        SKIPPED = "skipped", "Skipped"

    pk = models.CompositePrimaryKey("batch_id", "position")
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    position = models.IntegerField()
    contact = models.ForeignKey(Contact, models.DO_NOTHING, related_name="+", db_constraint=False)
    outcome = models.CharField(max_length=8, choices=Outcome)
    attempt = models.SmallIntegerField(default=1)
    # The carrier's reply code, or 0 where no carrier was asked.
    code = models.SmallIntegerField(default=0)
    # A word for skipped ones (`unsubscribed`), the carrier's or the renderer's sentence for the others.
    reason = models.TextField(default="")
    at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    # Of a deferred one: how often the carrier put it off. It may also have been kept back because its domain is slow.
    tried = models.SmallIntegerField(null=True)

    class Meta:
        db_table = "deliveries"
        # Why people didn't get theirs: the few among the many.
        indexes = [
            models.Index(fields=["batch"], condition=~Q(outcome="accepted"), name="deliveries_not_accepted")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=["accepted", "deferred", "failed", "skipped"]),
                name="deliveries_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome}: {self.contact_id}"


class Doubt(models.Model):
    """A recipient to whom a copy may or may not have gone, because a worker or a connection died at that moment.

    While it is open the recipient is planned; `resolution` says how it was dealt with.
    """

    class Resolution(models.TextChoices):
        RESEND = "resend", "Sent again with the same Message-ID"
        SKIP = "skip", "Left out"

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="+")
    position = models.IntegerField()
    contact = models.ForeignKey(
        Contact, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    attempt = models.SmallIntegerField()
    cause = models.TextField()
    noticed_at = models.DateTimeField(auto_now_add=True)
    resolution = models.CharField(max_length=6, choices=Resolution, default="")
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "in_doubt_recipients"

    def __str__(self) -> str:
        return f"in doubt: {self.contact_id}"


class Single(models.Model):
    """One message to one contact, asked for by a program or a person. It waits until a worker gathers it, with others
    of its sendout, into a `batch`; there it has a `position`.

    `key` makes it one however often it is asked for; `fingerprint` is what was asked. `params` are the values that the
    message shows; they may be secret, so they are kept only until the copy has an outcome that lasts.
    """

    sendout = models.ForeignKey(Sendout, models.CASCADE, related_name="singles")
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="+", null=True)
    position = models.SmallIntegerField(null=True)
    contact = models.ForeignKey(Contact, models.DO_NOTHING, related_name="+", db_constraint=False)
    params: Any = models.JSONField(default=dict)
    key = models.CharField(max_length=255, default="", blank=True)
    fingerprint = models.CharField(max_length=32)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "singles"
        constraints = [
            models.UniqueConstraint(
                fields=["key", "created_by"],
                condition=~Q(key=""),
                nulls_distinct=False,
                name="singles_once",
            )
        ]
        # What a worker gathers next.
        indexes = [models.Index(fields=["sendout", "id"], condition=Q(batch=None), name="singles_waiting")]

    def __str__(self) -> str:
        return f"Single send {self.pk}"
