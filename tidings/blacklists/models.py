"""One row per entry."""

from django.db import models
from django.db.models import Q

from tidings.accounts.models import User
from tidings.blacklists.rules import Kind

KIND_WORDS = {
    Kind.EMAIL: "E-mail address",
    Kind.DOMAIN: "Domain",
    Kind.SUBDOMAINS: "Domain with subdomains",
    Kind.MOBILE: "Mobile number",
    Kind.MD5: "MD5 hash",
    Kind.SHA256: "SHA-256 hash",
}
SYSTEM = 0  # the scope of what holds for all groups; ids of groups begin at 1


class Entry(models.Model):
    """Somebody, or a whole domain, that gets nothing: from one group, or from nobody here.

    `pattern` is normalised, so that a look-up is an equality.
    """

    class Source(models.TextChoices):
        PAGE = "page", "Page"
        API = "api", "API"
        SHELL = "shell", "Command line"
        IMPORT = "import", "Import"
        GROUP = "group", "Copied group"

    # No foreign key to the group: a list goes with its group through the process that deletes it.
    scope = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=[(kind.value, KIND_WORDS[kind]) for kind in Kind])
    pattern = models.TextField(db_collation="C")
    reason = models.CharField(max_length=300, default="")
    source = models.CharField(max_length=10, choices=Source)
    added_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", db_index=False)
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "blacklist_entries"
        constraints = [
            models.UniqueConstraint("scope", "pattern", name="blacklist_entries_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["email", "domain", "subdomains", "mobile", "md5", "sha256"]),
                name="blacklist_entries_kind",
            ),
            models.CheckConstraint(
                condition=Q(source__in=["page", "api", "shell", "import", "group"]),
                name="blacklist_entries_source",
            ),
        ]
        # Whether a list has hashes at all: only then addresses are hashed to look them up.
        # And by pattern alone, when a person is erased.
        indexes = [
            models.Index(fields=["scope", "kind"], name="blacklist_entries_kinds"),
            models.Index(fields=["pattern"], name="blacklist_entries_pattern"),
        ]

    def __str__(self) -> str:
        return self.pattern
