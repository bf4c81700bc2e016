"""One row per contact."""

from typing import Any

from django.db import models
from django.db.models import Q

from tidings.locks.models import Process

GONE_MARK = "gone:"  # begins the only identity that is left of somebody


class Contact(models.Model):
    """A person or address. Identities are columns of their own and unique; everything else is `attributes`.

    Texts compare byte by byte (`COLLATE "C"`): the e-mail index stays small and fast, and the embedded server and
    any other sort alike. `attributes` maps attribute keys to normalised values; what is empty isn't stored.
    """

    email = models.TextField(null=True, db_collation="C")
    mobile = models.TextField(null=True, db_collation="C")
    external_id = models.TextField(null=True, db_collation="C")
    language = models.TextField(default="")
    attributes = models.JSONField(default=dict)
    # Whether there are push endpoints: they are a table of their own, which no constraint of this one can see.
    has_push = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "contacts"
        constraints = [
            models.UniqueConstraint("email", name="contacts_email_once"),
            models.UniqueConstraint("mobile", name="contacts_mobile_once"),
            models.UniqueConstraint("external_id", name="contacts_external_id_once"),
            models.CheckConstraint(
                condition=Q(email__isnull=False)
                | Q(mobile__isnull=False)
                | Q(external_id__isnull=False)
                | Q(has_push=True),
                name="contacts_reachable",
            ),
        ]

    def __str__(self) -> str:
        if self.external_id and self.external_id.startswith(GONE_MARK):
            return "somebody who is erased or merged"
        return self.email or self.mobile or self.external_id or f"contact {self.pk}, by push"


class PushEndpoint(models.Model):
    """Where an app of a contact's device is reached by push. A contact may have many; each belongs to one contact."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="push_endpoints")
    app = models.CharField(max_length=100)
    endpoint = models.TextField(db_collation="C")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "push_endpoints"
        constraints = [models.UniqueConstraint("endpoint", name="push_endpoints_once")]

    def __str__(self) -> str:
        return f"{self.app}: {self.endpoint}"


class Gone(models.Model):
    """A contact who was merged into another one, or erased.

    The row of the contact stays, because logs and links point at it, with a keyed hash as its only identity.
    """

    contact = models.OneToOneField(Contact, models.CASCADE, primary_key=True, related_name="gone")
    into = models.ForeignKey(Contact, models.CASCADE, null=True, related_name="merged")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "gone_contacts"

    def __str__(self) -> str:
        return f"{self.contact_id} is in {self.into_id}" if self.into_id else f"{self.contact_id} is erased"


class Limited(models.Model):
    """A contact who has, or once had, a limit of their own. So they are found without a look at every profile."""

    contact = models.OneToOneField(Contact, models.CASCADE, primary_key=True, related_name="+")

    class Meta:
        db_table = "limited_contacts"

    def __str__(self) -> str:
        return f"limit of contact {self.contact_id}"


class Erasure(models.Model):
    """The search for an erased person's identities in logs. `identities` are what is looked for, until it has ended.

    `error` says why the last search failed, if it did; another one is begun within the hour.
    """

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="+")
    process = models.OneToOneField(Process, models.PROTECT, related_name="+")
    identities: Any = models.JSONField(default=list)
    error = models.TextField(default="")
    started_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "erasures"

    def __str__(self) -> str:
        return f"erasure of contact {self.contact_id}"


class NeverAgain(models.Model):
    """The keyed hash of an identity of somebody who was erased and doesn't want to be stored again."""

    hash = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "never_again"

    def __str__(self) -> str:
        return self.hash
