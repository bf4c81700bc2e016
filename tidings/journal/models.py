"""One row per fact."""

from django.db import models
from django.db.models import Func
from django.db.models.functions import Cast


class Fact(models.Model):
    """`verb` reads like `group.created`; `subject` is the id of the thing the verb's first word names.

    `xact` is the writing transaction: a reader that follows facts takes only those below `pg_snapshot_xmin`,
    or it would pass over one that commits late.
    """

    xact = models.BigIntegerField(
        db_default=Cast(
            Cast(Func(function="pg_current_xact_id"), models.TextField()), models.BigIntegerField()
        )
    )
    at = models.DateTimeField(auto_now_add=True)
    verb = models.CharField(max_length=60)
    subject = models.BigIntegerField(null=True)
    # No foreign key: who did it stays known when the account is gone, and the journal stands below accounts.
    by_id = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)

    class Meta:
        db_table = "facts"
        indexes = [
            models.Index(fields=["verb", "subject", "id"], name="facts_of_a_thing")
        ]  # audit and timeline of one thing

    def __str__(self) -> str:
        return f"{self.verb} {self.subject}"
