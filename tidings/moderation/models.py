"""Requests to approve a sendout."""

from django.db import models
from django.db.models import Q

from tidings.accounts.models import User
from tidings.groups.models import Group
from tidings.sendouts.models import Sendout


class Request(models.Model):
    """Somebody wants a sendout to go. The first decision ends it.

    It asks the approvers of one `group`: the sendout's, or a moderated subgroup if that is a SuperGroup. A sendout has
    one open request of each at most. An approval is for what has the `fingerprint`.
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"
        APPROVED = "approved", "Approved"
        REJECTED = "rejected", "Rejected"

    sendout = models.ForeignKey(Sendout, models.CASCADE, related_name="+")
    group = models.ForeignKey(Group, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    fingerprint = models.CharField(max_length=64, default="", db_default="", blank=True)
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    comment = models.TextField(default="", blank=True)

    class Meta:
        db_table = "approval_requests"
        constraints = [
            models.UniqueConstraint(
                "sendout", "group", condition=Q(state="open"), name="approval_requests_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "approved", "rejected"]), name="approval_requests_state"
            ),
        ]

    def __str__(self) -> str:
        return f"request {self.pk} for sendout {self.sendout_id}"
