"""Who is in which group; who wants nothing more."""

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


class OptOut(models.Model):
    """The lasting fact that a contact doesn't want a group's messages. It outlives membership and group."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="opt_outs", db_index=False)
    group = models.ForeignKey(Group, models.DO_NOTHING, related_name="+", db_constraint=False)
    at = models.DateTimeField(auto_now_add=True)
    source = models.CharField(max_length=20)

    class Meta:
        db_table = "opt_outs"
        constraints = [models.UniqueConstraint("contact", "group", name="opt_outs_once")]

    def __str__(self) -> str:
        return f"{self.contact} left group {self.group_id}"
