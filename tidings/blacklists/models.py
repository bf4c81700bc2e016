"""One row per entry, per import of a file of them, per value that such a file had to be refused."""

from django.db import models
from django.db.models import Q

from tidings.accounts.models import User
from tidings.blacklists.rules import Kind
from tidings.locks.models import Process

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


class BlacklistImport(models.Model):
    """A file on its way onto a list. Each value in it ends in one count: new, known or gone, duplicates, rejected."""

    class Mode(models.TextChoices):
        ADD = "add", "Add"
        REPLACE = "replace", "Replace"
        DELETE = "delete", "Delete"

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        FINISHED = "finished", "Finished"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    process = models.OneToOneField(Process, models.PROTECT, related_name="+")
    scope = models.BigIntegerField()
    filename = models.CharField(max_length=300)
    file = models.CharField(max_length=400)
    size = models.BigIntegerField()
    mode = models.CharField(max_length=10, choices=Mode)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    error = models.TextField(default="")
    values = models.BigIntegerField(default=0)
    added = models.BigIntegerField(default=0)
    removed = models.BigIntegerField(default=0)
    unchanged = models.BigIntegerField(default=0)
    duplicates = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    started_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "blacklist_imports"
        constraints = [
            models.CheckConstraint(
                condition=Q(mode__in=["add", "replace", "delete"]), name="blacklist_imports_mode"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["running", "finished", "failed", "cancelled"]),
                name="blacklist_imports_state",
            ),
        ]
        indexes = [models.Index(fields=["scope", "id"], name="blacklist_imports_by_list")]

    def __str__(self) -> str:
        return self.filename


class Reject(models.Model):
    """A value that couldn't be put on the list, and why."""

    run = models.ForeignKey(BlacklistImport, models.CASCADE, related_name="rejects")
    line = models.BigIntegerField()
    value = models.TextField()
    reason = models.CharField(max_length=20)

    class Meta:
        db_table = "blacklist_rejects"

    def __str__(self) -> str:
        return f"line {self.line}: {self.value}"
