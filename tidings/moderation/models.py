"""Requests to approve a sendout."""

from django.db import models
from django.db.models import Q

from tidings.accounts.models import User
from tidings.sendouts.models import Sendout


class Request(models.Model):
    """Somebody wants a sendout to go. The first decision ends it; a sendout has one open request at most."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        APPROVED = "approved", "Approved"
        REJECTED = "rejected", "Rejected"

    sendout = models.ForeignKey(Sendout, models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    comment = models.TextField(default="", blank=True)

    class Meta:
        db_table = "approval_requests"
        constraints = [
            models.UniqueConstraint("sendout", condition=Q(state="open"), name="approval_requests_one_open"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "approved", "rejected"]), name="approval_requests_state"
            ),
        ]

    def __str__(self) -> str:
        return f"request {self.pk} for sendout {self.sendout_id}"
