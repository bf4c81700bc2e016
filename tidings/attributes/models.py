"""The catalogue of custom attributes; the built-in ones stand in `rules`."""

from django.db import models
from django.db.models import Q


class Attribute(models.Model):
    """What may be known of a contact (scope `profile`) or of a contact in one group (scope `member`).

    Values are stored under `key`, which is what two spellings of one name have in common (`rules.name_key`); the
    database keeps it unique, since only Python knows that “Straße” and “STRASSE” are one.
    """

    class Scope(models.TextChoices):
        PROFILE = "profile", "Profile"
        MEMBER = "member", "Member"

    class Type(models.TextChoices):
        TEXT = "text", "Text"
        NUMBER = "number", "Number"
        BOOLEAN = "boolean", "Yes or no"
        DATE = "date", "Date"
        DATE_TIME = "date_time", "Date and time"
        CHOICE = "choice", "Choice"

    scope = models.CharField(max_length=7, choices=Scope, default=Scope.PROFILE)
    name = models.CharField(max_length=80)
    key = models.TextField()
    type = models.CharField(max_length=10, choices=Type, default=Type.TEXT)
    choices = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "attributes"
        constraints = [
            models.UniqueConstraint(fields=["scope", "key"], name="attributes_key_once"),
            models.CheckConstraint(condition=Q(scope__in=["profile", "member"]), name="attributes_scope"),
        ]

    def __str__(self) -> str:
        return self.name
