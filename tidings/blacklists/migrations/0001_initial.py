import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("locks", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="BlacklistImport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("scope", models.BigIntegerField()),
                ("filename", models.CharField(max_length=300)),
                ("file", models.CharField(max_length=400)),
                ("size", models.BigIntegerField()),
                (
                    "mode",
                    models.CharField(
                        choices=[("add", "Add"), ("replace", "Replace"), ("delete", "Delete")], max_length=10
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("finished", "Finished"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="running",
                        max_length=10,
                    ),
                ),
                ("cancel_requested", models.BooleanField(default=False)),
                ("error", models.TextField(default="")),
                ("values", models.BigIntegerField(default=0)),
                ("added", models.BigIntegerField(default=0)),
                ("removed", models.BigIntegerField(default=0)),
                ("unchanged", models.BigIntegerField(default=0)),
                ("duplicates", models.BigIntegerField(default=0)),
                ("rejected", models.BigIntegerField(default=0)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "process",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="locks.process"
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "blacklist_imports",
                "indexes": [models.Index(fields=["scope", "id"], name="blacklist_imports_by_list")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("mode__in", ["add", "replace", "delete"])),
                        name="blacklist_imports_mode",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["running", "finished", "failed", "cancelled"])),
                        name="blacklist_imports_state",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("scope", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("email", "E-mail address"),
                            ("domain", "Domain"),
                            ("subdomains", "Domain with subdomains"),
                            ("mobile", "Mobile number"),
                            ("md5", "MD5 hash"),
                            ("sha256", "SHA-256 hash"),
                        ],
                        max_length=10,
                    ),
                ),
                ("pattern", models.TextField(db_collation="C")),
                ("reason", models.CharField(default="", max_length=300)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("page", "Page"),
                            ("api", "API"),
                            ("shell", "Command line"),
                            ("import", "Import"),
                            ("group", "Copied group"),
                        ],
                        max_length=10,
                    ),
                ),
                ("added_at", models.DateTimeField(auto_now_add=True)),
                (
                    "added_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "blacklist_entries",
                "indexes": [
                    models.Index(fields=["scope", "kind"], name="blacklist_entries_kinds"),
                    models.Index(fields=["pattern"], name="blacklist_entries_pattern"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("scope"), models.F("pattern"), name="blacklist_entries_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["email", "domain", "subdomains", "mobile", "md5", "sha256"])
                        ),
                        name="blacklist_entries_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ["page", "api", "shell", "import", "group"])),
                        name="blacklist_entries_source",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reject",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line", models.BigIntegerField()),
                ("value", models.TextField()),
                ("reason", models.CharField(max_length=20)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rejects",
                        to="blacklists.blacklistimport",
                    ),
                ),
            ],
            options={
                "db_table": "blacklist_rejects",
            },
        ),
    ]
