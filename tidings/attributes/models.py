"""The catalogue of custom attributes; the built-in ones stand in `rules`."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower


class Attribute(models.Model):
    """What may be known of a contact (scope `profile`) or of a contact in one group (scope `member`)."""

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
    type = models.CharField(max_length=10, choices=Type, default=Type.TEXT)
    choices = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "attributes"
        constraints = [
            models.UniqueConstraint("scope", Lower("name"), name="attributes_name_once"),
            models.CheckConstraint(condition=Q(scope__in=["profile", "member"]), name="attributes_scope"),
        ]

    def __str__(self) -> str:
        return self.name
