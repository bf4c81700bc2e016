"""Notices, and how far the mail of each has come."""

from django.db import models

from tidings.accounts.models import User


class Notice(models.Model):
    """Something that one user is told. `path` leads to the page about it; it is unread until they have seen it."""

    class State(models.TextChoices):
        WAITING = "waiting", "To be mailed"
        MAILED = "mailed", "Mailed"
        FAILED = "failed", "Not mailed"

    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    path = models.CharField(max_length=300, default="", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    reason = models.TextField(default="", blank=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notices"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "mailed", "failed"]), name="notices_state"
            )
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="notices_of_a_user"),
            models.Index(fields=["user"], condition=models.Q(read_at=None), name="notices_unread"),
            # the look for mails whose job was lost
            models.Index(fields=["id"], condition=models.Q(state="waiting"), name="notices_waiting"),
        ]

    def __str__(self) -> str:
        return self.subject
