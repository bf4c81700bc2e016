import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name="Process",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("import", "Import"),
                            ("dry_run", "Dry run"),
                            ("blacklist_import", "Blacklist import"),
                            ("transfer", "Transfer"),
                            ("deletion", "Deletion"),
                            ("subgroups", "Change of subgroups"),
                            ("export", "Export"),
                            ("sendout", "Sendout"),
                        ],
                        max_length=20,
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
                ("label", models.CharField(max_length=300)),
                ("done", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(null=True)),
                ("token", models.BigIntegerField(default=0)),
                ("worker", models.CharField(default="", max_length=100)),
                ("lease_until", models.DateTimeField(null=True)),
                ("started_at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(null=True)),
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
                "db_table": "processes",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "running")), fields=["id"], name="processes_running"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["running", "finished", "failed", "cancelled"])),
                        name="processes_state",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="GroupLock",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("group_id", models.BigIntegerField()),
                (
                    "mode",
                    models.CharField(
                        choices=[("shared", "Shared"), ("exclusive", "Exclusive")], max_length=9
                    ),
                ),
                ("slot", django.contrib.postgres.fields.ranges.BigIntegerRangeField()),
                ("taken_at", models.DateTimeField(auto_now_add=True)),
                (
                    "process",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="locks", to="locks.process"
                    ),
                ),
            ],
            options={
                "db_table": "group_locks",
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("group_id", "="), ("slot", "&&")], name="group_locks_compatible"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mode__in", ["shared", "exclusive"])), name="group_locks_mode"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Waiter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("import", "Import"),
                            ("dry_run", "Dry run"),
                            ("blacklist_import", "Blacklist import"),
                            ("transfer", "Transfer"),
                            ("deletion", "Deletion"),
                            ("subgroups", "Change of subgroups"),
                            ("export", "Export"),
                            ("sendout", "Sendout"),
                        ],
                        max_length=20,
                    ),
                ),
                ("label", models.CharField(max_length=300)),
                (
                    "group_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                (
                    "modes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=9), size=None
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("alive_until", models.DateTimeField()),
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
                "db_table": "lock_waiters",
            },
        ),
    ]
