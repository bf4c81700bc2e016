"""Caught mail."""

from django.db import models


class CaughtMessage(models.Model):
    received_at = models.DateTimeField()
    sender = models.TextField()
    recipient = models.TextField()
    subject = models.TextField(default="")
    size = models.IntegerField()
    data = models.BinaryField()

    class Meta:
        db_table = "mailbox_messages"
        indexes = [models.Index(fields=["recipient"], name="mailbox_by_recipient")]  # the page's search

    def __str__(self) -> str:
        return self.subject
