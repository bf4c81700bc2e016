"""The catalogue of custom attributes; the built-in ones stand in `rules`."""

from django.db import models
from django.db.models import Q

from tidings.locks.models import Process

# What a process locks that reads values by their types, or that changes one: a number that no group has.
CATALOGUE = -1


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


class TypeChange(models.Model):
    """An attribute that gets another type, or was to get one. Its process says how far it is and how it ended."""

    attribute = models.ForeignKey(Attribute, models.CASCADE, related_name="+")
    process = models.OneToOneField(Process, models.PROTECT, related_name="+")
    type = models.CharField(max_length=10, choices=Attribute.Type)
    choices = models.JSONField(default=list)
    rewritten = models.BigIntegerField(default=0)
    error = models.TextField(default="")

    class Meta:
        db_table = "attribute_type_changes"
        constraints = [
            models.CheckConstraint(
                condition=Q(type__in=["text", "number", "boolean", "date", "date_time", "choice"]),
                name="attribute_type_changes_type",
            )
        ]

    def __str__(self) -> str:
        return self.process.label
