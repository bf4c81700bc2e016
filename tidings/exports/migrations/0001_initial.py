import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tidings.exports.rules


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("groups", "0001_initial"),
        ("locks", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Export",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("finished", "Finished"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="queued",
                        max_length=9,
                    ),
                ),
                (
                    "format",
                    models.CharField(
                        choices=[("csv", "CSV"), ("xml", "XML")],
                        default=tidings.exports.rules.Format["CSV"],
                        max_length=3,
                    ),
                ),
                ("columns", models.JSONField(default=list)),
                ("states", models.JSONField(default=list)),
                ("separator", models.CharField(default=",", max_length=1)),
                (
                    "encoding",
                    models.CharField(default=tidings.exports.rules.Encoding["UTF_8_MARKED"], max_length=10),
                ),
                ("is_defused", models.BooleanField(default=True)),
                ("packing", models.CharField(default=tidings.exports.rules.Packing["NONE"], max_length=4)),
                ("cancel_requested", models.BooleanField(default=False)),
                ("error", models.TextField(default="")),
                ("file", models.CharField(default="", max_length=400)),
                ("rows", models.BigIntegerField(default=0)),
                ("size", models.BigIntegerField(default=0)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
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
                "db_table": "exports",
                "indexes": [
                    models.Index(
                        condition=models.Q(("file", ""), _negated=True),
                        fields=["ended_at"],
                        name="exports_with_file",
                    ),
                    models.Index(fields=["group", "id"], name="exports_by_group"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["queued", "running", "finished", "failed", "cancelled"])
                        ),
                        name="exports_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("format__in", ["csv", "xml"])), name="exports_format"
                    ),
                ],
            },
        ),
    ]
