"""Counters of messages, and which recipients of a batch are counted."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tidings.groups.models import Group

ALL_GROUPS = 0
"""The number under which messages of all groups together are counted."""


class Counter(models.Model):
    """How many messages each contact of a block got on one day, of one group or of all groups (0).

    A block is 16 contacts with ids that follow each other, so that a large audience costs few rows; the count of a
    contact stands at place `id & 15`, 1-based plus one. A day is one of the system's time zone.
    """

    pk = models.CompositePrimaryKey("group_id", "block", "day")
    group = models.ForeignKey(Group, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    block = models.BigIntegerField()
    day = models.DateField()
    counts = ArrayField(models.SmallIntegerField())

    class Meta:
        db_table = "limit_counters"
        # who has reached a limit, in an audience; what may be swept
        indexes = [models.Index(fields=["group", "day"], name="limit_counters_of_a_day")]

    def __str__(self) -> str:
        return f"block {self.block} of group {self.group_id} on {self.day}"


class Charge(models.Model):
    """Which recipients of a batch are counted: their positions, the day, and the groups (0: all) under which.

    It keeps a recipient from being counted twice, and lets the count be taken back from who got nothing in the end.
    """

    batch_id = models.BigIntegerField(db_index=True)
    day = models.DateField()
    scopes = ArrayField(models.BigIntegerField())
    positions = ArrayField(models.IntegerField())

    class Meta:
        db_table = "limit_charges"

    def __str__(self) -> str:
        return f"{len(self.positions)} of batch {self.batch_id} on {self.day}"
