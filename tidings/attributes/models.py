"""The catalogue of custom profile attributes; the built-in ones stand in `rules`."""

from django.db import models
from django.db.models.functions import Lower


class Attribute(models.Model):
    class Type(models.TextChoices):
        TEXT = "text", "Text"
        NUMBER = "number", "Number"
        BOOLEAN = "boolean", "Yes or no"
        DATE = "date", "Date"
        DATE_TIME = "date_time", "Date and time"
        CHOICE = "choice", "Choice"

    name = models.CharField(max_length=80)
    type = models.CharField(max_length=10, choices=Type, default=Type.TEXT)
    choices = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "attributes"
        constraints = [models.UniqueConstraint(Lower("name"), name="attributes_name_once")]

    def __str__(self) -> str:
        return self.name
