"""Who is in which group; who wants nothing more; the log of how that came about."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from tidings.contacts.models import Contact
from tidings.groups.models import Group


class Membership(models.Model):
    """A contact in a group. Only `active` members receive. `attributes` maps keys of member attributes to values."""

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        PENDING = "pending", "Pending"
        AWAITING_APPROVAL = "awaiting_approval", "Awaiting approval"
        DEACTIVATED = "deactivated", "Deactivated"

    class Source(models.TextChoices):
        PAGE = "page", "Page"
        IMPORT = "import", "Import"
        API = "api", "API"
        SHELL = "shell", "Command line"
        FORM = "form", "Form"
        TRANSFER = "transfer", "Transfer"

    # (group, contact): an audience is one range of this key. No foreign key to the group: it would cost a look-up
    # per imported row, and a group goes only through the process that removes its memberships.
    pk = models.CompositePrimaryKey("group_id", "contact_id")
    group = models.ForeignKey(
        Group, models.DO_NOTHING, related_name="memberships", db_constraint=False, db_index=False
    )
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="memberships")
    state = models.CharField(max_length=20, choices=State, default=State.ACTIVE)
    attributes = models.JSONField(default=dict, db_default={})
    source = models.CharField(max_length=10, choices=Source)
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "memberships"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["active", "pending", "awaiting_approval", "deactivated"]),
                name="memberships_state",
            ),
        ]

        # An import asks who must stay out, a review page how many: both look only at these few.
        indexes = [
            models.Index(
                fields=["group", "contact"], condition=~Q(state="active"), name="memberships_not_active"
            )
        ]

    def __str__(self) -> str:
        return f"{self.contact} in {self.group}"


class Tally(models.Model):
    """A change in a group's number of members; their sum is the number.

    Whoever changes memberships adds a row in the same transaction, so no two writers wait for one counter.
    `tasks.fold_tallies` sums old rows into one.
    """

    group = models.ForeignKey(Group, models.DO_NOTHING, related_name="+", db_constraint=False)
    state = models.CharField(max_length=20, choices=Membership.State)
    members = models.BigIntegerField()

    class Meta:
        db_table = "membership_tallies"

    def __str__(self) -> str:
        return f"{self.members:+} {self.state} in group {self.group_id}"


class Size(models.Model):
    """How many active members a group has: a view of the tallies, for lists that are ordered by it."""

    group = models.OneToOneField(Group, models.DO_NOTHING, primary_key=True, related_name="size")
    active = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "group_sizes"

    def __str__(self) -> str:
        return f"{self.active} active in group {self.group_id}"


class OptOut(models.Model):
    """The lasting fact that a contact doesn't want something. It outlives membership, group and archive.

    `group` says which group or SuperGroup, `channel` which channel; an opt-out from everything names neither.
    """

    class Scope(models.TextChoices):
        GROUP = "group", "A group"
        SUPERGROUP = "supergroup", "Messages of a SuperGroup"
        CHANNEL = "channel", "A channel"
        EVERYTHING = "everything", "Everything"

    class Reason(models.TextChoices):
        OWN_ACT = "own_act", "Own act"
        COMPLAINT = "complaint", "Complaint"

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="opt_outs", db_index=False)
    scope = models.CharField(max_length=10, choices=Scope, default=Scope.GROUP)
    group = models.ForeignKey(Group, models.DO_NOTHING, related_name="+", db_constraint=False, null=True)
    channel = models.CharField(max_length=5, default="")
    reason = models.CharField(max_length=9, choices=Reason, default=Reason.OWN_ACT)
    at = models.DateTimeField(auto_now_add=True)
    source = models.CharField(max_length=20)

    class Meta:
        db_table = "opt_outs"
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "group", "scope", "channel"], name="opt_outs_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(scope__in=["group", "supergroup"], group__isnull=False, channel="")
                | Q(scope="channel", group__isnull=True, channel__in=["email", "sms", "push"])
                | Q(scope="everything", group__isnull=True, channel=""),
                name="opt_outs_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(scope__in=["group", "supergroup", "channel", "everything"]), name="opt_outs_scope"
            ),
            models.CheckConstraint(condition=Q(reason__in=["own_act", "complaint"]), name="opt_outs_reason"),
        ]
        # The few that stand above groups: every audience asks for them.
        indexes = [models.Index(fields=["contact"], condition=Q(group=None), name="opt_outs_above_groups")]

    def __str__(self) -> str:
        return f"{self.contact} doesn't want {self.thing}"

    @property
    def thing(self) -> str:
        """What the contact doesn't want, in words. A group that is gone is named by its number."""
        match self.scope:
            case OptOut.Scope.CHANNEL:
                return f"messages by {Group.Channel(self.channel).label}"
            case OptOut.Scope.EVERYTHING:
                return "any message"
        group = Group.objects.filter(pk=self.group_id or 0).first()
        return (
            f"messages of group “{group.name}”" if group else f"messages of the deleted group {self.group_id}"
        )


class ConsentText(models.Model):
    """A text that somebody read before they agreed, kept once; its number is the version that the log names."""

    digest = models.BinaryField(max_length=32)
    subject = models.TextField(default="")
    body = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "consent_texts"
        constraints = [models.UniqueConstraint("digest", name="consent_texts_once")]

    def __str__(self) -> str:
        return f"text {self.pk}"


class Consent(models.Model):
    """One entry of the append-only log: what changed in somebody's consent, who did it, when, how and from where.

    It names one contact, or, for a slice of an import, all of `contact_ids`. No foreign keys: it stays true when group
    and contact are gone. `request` is the entry of the double opt-in that this one answers.
    """

    class Act(models.TextChoices):
        ADDED = "added", "Joined"
        ASKED = "asked", "Asked to confirm"
        CONFIRMED = "confirmed", "Confirmed"
        APPROVED = "approved", "Approved"
        REFUSED = "refused", "Refused"
        EXPIRED = "expired", "Not confirmed in time"
        REMOVED = "removed", "Removed"
        UNSUBSCRIBED = "unsubscribed", "Unsubscribed"
        OPTED_OUT = "opted_out", "Opted out"
        RETURNED = "returned", "Took an opt-out back"
        OVERRIDDEN = "overridden", "Opt-out overridden"
        COMPLAINED = "complained", "Complained"
        DEACTIVATED = "deactivated", "Deactivated"
        REACTIVATED = "reactivated", "Reactivated"

    at = models.DateTimeField(auto_now_add=True)
    act = models.CharField(max_length=12, choices=Act)
    contact = models.BigIntegerField(null=True)
    contact_ids = ArrayField(models.BigIntegerField(), null=True)
    group = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=5, default="")
    source = models.CharField(max_length=20)
    by_id = models.BigIntegerField(null=True)
    ip = models.GenericIPAddressField(null=True)
    text = models.ForeignKey(ConsentText, models.PROTECT, null=True, related_name="+", db_index=False)
    request = models.ForeignKey(
        "self", models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    reason = models.TextField(default="")

    class Meta:
        db_table = "consents"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    act__in=[
                        "added",
                        "asked",
                        "confirmed",
                        "approved",
                        "refused",
                        "expired",
                        "removed",
                        "unsubscribed",
                        "opted_out",
                        "returned",
                        "overridden",
                        "complained",
                        "deactivated",
                        "reactivated",
                    ]
                ),
                name="consents_act",
            ),
        ]
        indexes = [
            models.Index(
                fields=["contact", "id"], condition=Q(contact__isnull=False), name="consents_of_a_contact"
            ),
            models.Index(fields=["group", "id"], name="consents_of_a_group"),
            # Whom an import or a deadline removed among others: nothing else tells in which groups they were.
            GinIndex(
                fields=["contact_ids"],
                condition=Q(contact_ids__isnull=False, act__in=["removed", "expired"]),
                name="consents_of_the_removed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()}: contact {self.contact} in group {self.group}"


class Letter(models.Model):
    """A message that the system itself owes one contact: it asks for a confirmation, welcomes, or says goodbye.

    `text` is fixed when the letter is written, and its Message-ID too: a letter that is sent again is the same letter.
    Whoever sends it is its holder while `worker` is set, and proves it with `token`. No foreign keys to group and
    contact: the account of letters outlives both.
    """

    class Kind(models.TextChoices):
        CONFIRM = "confirm", "Please confirm"
        WELCOME = "welcome", "Welcome"
        GOODBYE = "goodbye", "Goodbye"

    class State(models.TextChoices):
        PLANNED = "planned", "Planned"
        ACCEPTED = "accepted", "Accepted"
        DEFERRED = "deferred", "Deferred"
        FAILED = "failed", "Failed"
        SKIPPED = "skipped", "Skipped"

    group = models.ForeignKey(Group, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    contact = models.ForeignKey(Contact, models.DO_NOTHING, related_name="+", db_constraint=False)
    kind = models.CharField(max_length=7, choices=Kind)
    state = models.CharField(max_length=8, choices=State, default=State.PLANNED)
    text = models.ForeignKey(ConsentText, models.PROTECT, related_name="+", db_index=False)
    request = models.ForeignKey(
        Consent, models.DO_NOTHING, null=True, related_name="letters", db_constraint=False
    )
    message_id = models.TextField(default="")
    attempt = models.SmallIntegerField(default=0)
    doubts = models.SmallIntegerField(default=0)  # how often it may or may not have gone out
    token = models.BigIntegerField(default=0)
    worker = models.CharField(max_length=100, default="")
    lease_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    code = models.SmallIntegerField(default=0)
    reason = models.TextField(default="")
    created_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "letters"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["confirm", "welcome", "goodbye"]), name="letters_kind"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "accepted", "deferred", "failed", "skipped"]),
                name="letters_state",
            ),
        ]
        indexes = [
            models.Index(fields=["group", "-id"], name="letters_of_a_group"),
            models.Index(fields=["group", "kind", "state"], name="letters_counted"),
            # the recovery's look for letters whose job was lost
            models.Index(fields=["id"], condition=Q(settled_at=None), name="letters_unsettled"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: letter {self.pk}"


class FormRequest(models.Model):
    """Somebody sent a public form. Rows live for an hour; see `form_limit`."""

    client = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "form_requests"
        indexes = [models.Index(fields=["client", "at"], name="form_requests_by_client")]

    def __str__(self) -> str:
        return f"from {self.client} at {self.at}"
