"""One row per contact."""

from django.db import models
from django.db.models import Q


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
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "contacts"
        constraints = [
            models.UniqueConstraint("email", name="contacts_email_once"),
            models.UniqueConstraint("mobile", name="contacts_mobile_once"),
            models.UniqueConstraint("external_id", name="contacts_external_id_once"),
            models.CheckConstraint(
                condition=Q(email__isnull=False) | Q(mobile__isnull=False) | Q(external_id__isnull=False),
                name="contacts_reachable",
            ),
        ]

    def __str__(self) -> str:
        return self.email or self.mobile or self.external_id or ""
