"""Messages and their frozen versions."""

from django.db import models

from tidings.accounts.models import User


class Message(models.Model):
    """What is said. Its content stands in versions; the highest number is the current one."""

    name = models.CharField(max_length=150)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "messages"

    def __str__(self) -> str:
        return self.name


class Version(models.Model):
    """Content that never changes again, so that a sendout can point at it."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="versions", db_index=False)
    number = models.IntegerField()
    subject = models.TextField()
    html = models.TextField(default="", blank=True)
    text = models.TextField(default="", blank=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "message_versions"
        constraints = [models.UniqueConstraint("message", "number", name="message_versions_once")]

    def __str__(self) -> str:
        return self.subject
