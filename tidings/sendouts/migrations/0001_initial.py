import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("contacts", "0001_initial"),
        ("groups", "0001_initial"),
        ("locks", "0001_initial"),
        ("messaging", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Batch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.IntegerField()),
                (
                    "contact_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                ("size", models.IntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ready", "Ready"),
                            ("taken", "Taken"),
                            ("waiting", "Waiting for a retry"),
                            ("done", "Done"),
                        ],
                        default="ready",
                        max_length=7,
                    ),
                ),
                ("attempt", models.SmallIntegerField(default=1)),
                ("due_at", models.DateTimeField(null=True)),
                ("token", models.BigIntegerField(default=0)),
                ("worker", models.CharField(default="", max_length=100)),
                ("lease_until", models.DateTimeField(null=True)),
                ("handed_to", models.IntegerField(default=0)),
                ("accepted", models.IntegerField(default=0)),
                ("deferred", models.IntegerField(default=0)),
                ("failed", models.IntegerField(default=0)),
                ("skipped", models.IntegerField(default=0)),
            ],
            options={
                "db_table": "sendout_batches",
            },
        ),
        migrations.CreateModel(
            name="Doubt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.IntegerField()),
                ("attempt", models.SmallIntegerField()),
                ("cause", models.TextField()),
                ("noticed_at", models.DateTimeField(auto_now_add=True)),
                (
                    "resolution",
                    models.CharField(
                        choices=[("resend", "Sent again with the same Message-ID"), ("skip", "Left out")],
                        default="",
                        max_length=6,
                    ),
                ),
                ("resolved_at", models.DateTimeField(null=True)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="sendouts.batch"
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="contacts.contact",
                    ),
                ),
            ],
            options={
                "db_table": "in_doubt_recipients",
            },
        ),
        migrations.CreateModel(
            name="Sendout",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("group_name", models.CharField(max_length=150)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("scheduled", "Scheduled"),
                            ("waiting", "Waiting for a lock"),
                            ("preparing", "Preparing"),
                            ("sending", "Sending"),
                            ("paused", "Paused"),
                            ("retrying", "Retrying"),
                            ("finished", "Finished"),
                            ("cancelled", "Cancelled"),
                            ("failed", "Failed"),
                        ],
                        max_length=10,
                    ),
                ),
                ("state_reason", models.TextField(default="")),
                ("scheduled_at", models.DateTimeField(null=True)),
                ("to_mailbox", models.BooleanField(default=False)),
                ("frozen", models.JSONField(default=dict)),
                ("waterfall", models.JSONField(default=dict)),
                ("audience", models.BigIntegerField(default=0)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
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
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="messaging.version"
                    ),
                ),
            ],
            options={
                "db_table": "sendouts",
                "indexes": [
                    models.Index(fields=["group", "-id"], name="sendouts_of_a_group"),
                    models.Index(
                        condition=models.Q(("ended_at", None)), fields=["state"], name="sendouts_unfinished"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "scheduled",
                                    "waiting",
                                    "preparing",
                                    "sending",
                                    "paused",
                                    "retrying",
                                    "finished",
                                    "cancelled",
                                    "failed",
                                ],
                            )
                        ),
                        name="sendouts_state",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="batch",
            name="sendout",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="batches",
                to="sendouts.sendout",
            ),
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "batch_id", "position", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.IntegerField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("accepted", "Accepted"),
                            ("deferred", "Deferred"),
                            ("failed", "Failed"),
                            ("skipped", "Skipped"),
                        ],
                        max_length=8,
                    ),
                ),
                ("attempt", models.SmallIntegerField(default=1)),
                ("code", models.SmallIntegerField(default=0)),
                ("reason", models.TextField(default="")),
                ("at", models.DateTimeField()),
                ("due_at", models.DateTimeField(null=True)),
                (
                    "batch",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="sendouts.batch",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="contacts.contact",
                    ),
                ),
            ],
            options={
                "db_table": "deliveries",
                "indexes": [
                    models.Index(
                        condition=models.Q(("outcome", "accepted"), _negated=True),
                        fields=["batch"],
                        name="deliveries_not_accepted",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["accepted", "deferred", "failed", "skipped"])),
                        name="deliveries_outcome",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(
                condition=models.Q(("state", "done"), _negated=True),
                fields=["sendout", "state"],
                name="sendout_batches_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="batch",
            constraint=models.UniqueConstraint(
                models.F("sendout"), models.F("number"), name="sendout_batches_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="batch",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["ready", "taken", "waiting", "done"])),
                name="sendout_batches_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="batch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "size__gte",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("accepted"), "+", models.F("deferred")
                                ),
                                "+",
                                models.F("failed"),
                            ),
                            "+",
                            models.F("skipped"),
                        ),
                    ),
                    ("accepted__gte", 0),
                    ("deferred__gte", 0),
                    ("failed__gte", 0),
                    ("skipped__gte", 0),
                ),
                name="sendout_batches_equation",
            ),
        ),
        # A batch's row is updated many times while it is sent: its ids stay out of line, untouched and uncompressed,
        # and the page keeps room for the new row version beside the old one.
        migrations.RunSQL(
            "ALTER TABLE sendout_batches ALTER contact_ids SET STORAGE EXTERNAL, "
            "ALTER contact_ids SET (n_distinct = -1), SET (fillfactor = 50, toast_tuple_target = 256)",
            migrations.RunSQL.noop,
        ),
    ]
