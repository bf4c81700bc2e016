import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("groups", "0001_initial"),
        ("locks", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Import",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("filename", models.CharField(max_length=300)),
                ("file", models.CharField(max_length=400)),
                ("size", models.BigIntegerField(default=0)),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("add_and_update", "Add and update"),
                            ("add", "Add"),
                            ("update", "Update members"),
                            ("join", "Add known contacts"),
                            ("replace", "Replace"),
                            ("remove", "Remove"),
                        ],
                        default="add_and_update",
                        max_length=20,
                    ),
                ),
                ("dry_run", models.BooleanField(default=False)),
                ("format", models.JSONField(default=dict)),
                ("mapping", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("queued", "Queued"),
                            ("reading", "Reading"),
                            ("awaiting_confirmation", "Awaiting confirmation"),
                            ("merging", "Merging"),
                            ("finished", "Finished"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="draft",
                        max_length=24,
                    ),
                ),
                ("cancel_requested", models.BooleanField(default=False)),
                ("error", models.TextField(default="")),
                ("began_at", models.DateTimeField(null=True)),
                ("is_confirmed", models.BooleanField(default=False)),
                ("members_before", models.BigIntegerField(default=0)),
                ("absent", models.BigIntegerField(default=0)),
                ("rows", models.BigIntegerField(default=0)),
                ("rejected", models.BigIntegerField(default=0)),
                ("duplicates", models.BigIntegerField(default=0)),
                ("created", models.BigIntegerField(default=0)),
                ("joined", models.BigIntegerField(default=0)),
                ("updated", models.BigIntegerField(default=0)),
                ("unchanged", models.BigIntegerField(default=0)),
                ("removed", models.BigIntegerField(default=0)),
                ("ignored", models.BigIntegerField(default=0)),
                ("kept_out", models.BigIntegerField(default=0)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "group",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="groups.group",
                    ),
                ),
                (
                    "process",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="locks.process",
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
                "db_table": "imports",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "draft",
                                    "queued",
                                    "reading",
                                    "awaiting_confirmation",
                                    "merging",
                                    "finished",
                                    "failed",
                                    "cancelled",
                                ],
                            )
                        ),
                        name="imports_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("mode__in", ["add_and_update", "add", "update", "join", "replace", "remove"])
                        ),
                        name="imports_mode",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MergedSlice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.IntegerField()),
                ("last_key", models.TextField()),
                ("people", models.IntegerField()),
                ("created", models.IntegerField()),
                ("joined", models.IntegerField()),
                ("updated", models.IntegerField()),
                ("unchanged", models.IntegerField()),
                ("removed", models.IntegerField(db_default=0)),
                ("ignored", models.IntegerField(db_default=0)),
                ("kept_out", models.IntegerField()),
                ("kept_out_by", models.JSONField(db_default={}, default=dict)),
                ("rejected", models.IntegerField()),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="slices",
                        to="imports.import",
                    ),
                ),
            ],
            options={
                "db_table": "import_slices",
                "constraints": [
                    models.UniqueConstraint(models.F("run"), models.F("number"), name="import_slices_once")
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
                ("slice", models.IntegerField(null=True)),
                ("line", models.BigIntegerField()),
                ("reason", models.CharField(max_length=40)),
                ("column", models.TextField(default="")),
                ("value", models.TextField(default="")),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rejects",
                        to="imports.import",
                    ),
                ),
            ],
            options={
                "db_table": "import_rejects",
            },
        ),
        migrations.CreateModel(
            name="SavedMapping",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("columns", models.JSONField()),
                ("key", models.CharField(max_length=20)),
                ("clear_marker", models.CharField(default="", max_length=50)),
                ("saved_at", models.DateTimeField(auto_now=True)),
                (
                    "saved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "import_mappings",
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"), name="import_mappings_name_once"
                    )
                ],
            },
        ),
    ]
