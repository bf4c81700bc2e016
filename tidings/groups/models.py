"""Groups, their categories, subgroups and attributes."""

from django.db import models
from django.db.models import F, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Lower

from tidings.accounts.models import User
from tidings.groups.settings import GroupSettings
from tidings.locks.models import Process


class Category(models.Model):
    name = models.CharField(max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "categories"
        constraints = [models.UniqueConstraint(Lower("name"), name="categories_name_once")]

    def __str__(self) -> str:
        return self.name


class LivingGroups(models.Manager["Group"]):
    """Groups that aren't deleted: all that anybody may look for, list or count."""

    def get_queryset(self) -> models.QuerySet["Group"]:
        return super().get_queryset().filter(deleted_at=None)


class Group(models.Model):
    """A list of contacts to whom messages are sent, with the settings under which they are sent.

    Of a deleted group its row stays, with nothing in it but its name: what past sendouts, imports and opt-outs name.
    They reach it by their foreign keys; `objects` doesn't.
    """

    class Channel(models.TextChoices):
        EMAIL = "email", "E-mail"
        SMS = "sms", "SMS"
        PUSH = "push", "Push"

    name = models.CharField(max_length=150)
    address = models.CharField(max_length=300, null=True)
    description = models.TextField(default="", blank=True)
    channel = models.CharField(max_length=5, choices=Channel, default=Channel.EMAIL)
    category = models.ForeignKey(Category, models.SET_NULL, null=True, blank=True, related_name="groups")
    language = models.CharField(max_length=10, default="", blank=True)
    country = models.CharField(max_length=2, default="", blank=True)
    time_zone = models.CharField(max_length=60, default="UTC")
    owner = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    is_supergroup = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    settings = models.JSONField(default=dict, db_default={})

    objects = LivingGroups()

    class Meta:
        db_table = "groups"
        constraints = [
            models.UniqueConstraint(Lower("address"), name="groups_address_once"),
            models.CheckConstraint(condition=Q(channel__in=["email", "sms", "push"]), name="groups_channel"),
            models.CheckConstraint(
                condition=Q(channel="email", address__isnull=False)
                | (~Q(channel="email") & Q(address__isnull=True))
                | Q(deleted_at__isnull=False, address__isnull=True),
                name="groups_address_of_email",
            ),
            models.UniqueConstraint(
                KT("settings__sending__inbound_number"),
                KT("settings__sending__keyword"),
                name="groups_keyword_once",
            ),
        ]
        indexes = [models.Index(fields=["name", "id"], name="groups_by_name")]  # the list's order

    def __str__(self) -> str:
        return self.name

    @property
    def all_settings(self) -> GroupSettings:
        """What was set, and the defaults of the rest; `queries.settings_of` adds the tab General."""
        return GroupSettings.model_validate(self.settings)


class Subgroup(models.Model):
    """A group in a SuperGroup. The first position comes first: a contact of several subgroups gets the copy of the
    first one in which they may receive.

    A SuperGroup or a group that goes takes these rows with it and leaves the other groups as they are.
    """

    supergroup = models.ForeignKey(
        Group, models.CASCADE, related_name="subgroups", db_index=False
    )  # rides subgroups_position_once
    group = models.ForeignKey(Group, models.CASCADE, related_name="supergroups")
    position = models.PositiveIntegerField()

    class Meta:
        db_table = "subgroups"
        constraints = [
            models.UniqueConstraint(fields=["supergroup", "position"], name="subgroups_position_once"),
            models.UniqueConstraint(fields=["supergroup", "group"], name="subgroups_group_once"),
            models.CheckConstraint(condition=~Q(supergroup=F("group")), name="subgroups_not_itself"),
        ]
        ordering = ["supergroup", "position"]

    def __str__(self) -> str:
        return f"group {self.group_id} in SuperGroup {self.supergroup_id}"


class GroupAttribute(models.Model):
    """A named value that holds for every contact of the group. Its `key` is the name as templates compare names."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="attributes", db_index=False)
    name = models.CharField(max_length=100)
    key = models.CharField(max_length=300)
    value = models.CharField(max_length=2000)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "group_attributes"
        constraints = [models.UniqueConstraint(fields=["group", "key"], name="group_attributes_key_once")]

    def __str__(self) -> str:
        return f"{self.name} = {self.value}"


class Deletion(models.Model):
    """A group that is being deleted, or was. Its process holds the group and says how far it is."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="+")
    process = models.OneToOneField(Process, models.PROTECT, related_name="+")
    error = models.TextField(default="")

    class Meta:
        db_table = "group_deletions"

    def __str__(self) -> str:
        return f"Deletion of group {self.group_id}"
