"""The rules that were saved."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from tidings.accounts.models import User


class Selection(models.Model):
    """A rule under a name. In `rule` things stand by their numbers, so that a new name of theirs doesn't break it."""

    name = models.CharField(max_length=150)
    rule = models.TextField()
    # What the rule names: other selections, and criteria such as `contact.city`.
    selections = ArrayField(models.BigIntegerField(), default=list)
    criteria = ArrayField(models.TextField(), default=list)
    owner = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "selections"
        constraints = [models.UniqueConstraint(Lower("name"), name="selections_name_once")]

    def __str__(self) -> str:
        return self.name
