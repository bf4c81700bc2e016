import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("contacts", "0001_initial"),
        ("groups", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ConsentText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.BinaryField(max_length=32)),
                ("subject", models.TextField(default="")),
                ("body", models.TextField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "db_table": "consent_texts",
                "constraints": [models.UniqueConstraint(models.F("digest"), name="consent_texts_once")],
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("added", "Joined"),
                            ("asked", "Asked to confirm"),
                            ("confirmed", "Confirmed"),
                            ("approved", "Approved"),
                            ("refused", "Refused"),
                            ("expired", "Not confirmed in time"),
                            ("removed", "Removed"),
                            ("unsubscribed", "Unsubscribed"),
                            ("opted_out", "Opted out"),
                            ("returned", "Took an opt-out back"),
                            ("overridden", "Opt-out overridden"),
                            ("complained", "Complained"),
                            ("deactivated", "Deactivated"),
                            ("reactivated", "Reactivated"),
                        ],
                        max_length=12,
                    ),
                ),
                ("contact", models.BigIntegerField(null=True)),
                (
                    "contact_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), null=True, size=None
                    ),
                ),
                ("group", models.BigIntegerField(null=True)),
                ("channel", models.CharField(default="", max_length=5)),
                ("source", models.CharField(max_length=20)),
                ("by_id", models.BigIntegerField(null=True)),
                ("ip", models.GenericIPAddressField(null=True)),
                ("reason", models.TextField(default="")),
                (
                    "request",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="memberships.consent",
                    ),
                ),
                (
                    "text",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="memberships.consenttext",
                    ),
                ),
            ],
            options={
                "db_table": "consents",
                "indexes": [
                    models.Index(
                        condition=models.Q(("contact__isnull", False)),
                        fields=["contact", "id"],
                        name="consents_of_a_contact",
                    ),
                    models.Index(fields=["group", "id"], name="consents_of_a_group"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "act__in",
                                [
                                    "added",
                                    "asked",
                                    "confirmed",
                                    "approved",
                                    "refused",
                                    "expired",
                                    "removed",
                                    "unsubscribed",
                                    "opted_out",
                                    "returned",
                                    "overridden",
                                    "complained",
                                    "deactivated",
                                    "reactivated",
                                ],
                            )
                        ),
                        name="consents_act",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FormRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("client", models.TextField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "form_requests",
                "indexes": [models.Index(fields=["client", "at"], name="form_requests_by_client")],
            },
        ),
        migrations.CreateModel(
            name="Letter",
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
                            ("confirm", "Please confirm"),
                            ("welcome", "Welcome"),
                            ("goodbye", "Goodbye"),
                        ],
                        max_length=7,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("accepted", "Accepted"),
                            ("deferred", "Deferred"),
                            ("failed", "Failed"),
                            ("skipped", "Skipped"),
                        ],
                        default="planned",
                        max_length=8,
                    ),
                ),
                ("message_id", models.TextField(default="")),
                ("attempt", models.SmallIntegerField(default=0)),
                ("doubts", models.SmallIntegerField(default=0)),
                ("token", models.BigIntegerField(default=0)),
                ("worker", models.CharField(default="", max_length=100)),
                ("lease_until", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("code", models.SmallIntegerField(default=0)),
                ("reason", models.TextField(default="")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "contact",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="contacts.contact",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="groups.group",
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="letters",
                        to="memberships.consent",
                    ),
                ),
                (
                    "text",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="memberships.consenttext",
                    ),
                ),
            ],
            options={
                "db_table": "letters",
                "indexes": [
                    models.Index(fields=["group", "-id"], name="letters_of_a_group"),
                    models.Index(fields=["group", "kind", "state"], name="letters_counted"),
                    models.Index(
                        condition=models.Q(("settled_at", None)), fields=["id"], name="letters_unsettled"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["confirm", "welcome", "goodbye"])),
                        name="letters_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["planned", "accepted", "deferred", "failed", "skipped"])
                        ),
                        name="letters_state",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "group_id",
                        "contact_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("pending", "Pending"),
                            ("awaiting_approval", "Awaiting approval"),
                            ("deactivated", "Deactivated"),
                        ],
                        default="active",
                        max_length=20,
                    ),
                ),
                ("attributes", models.JSONField(db_default={}, default=dict)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("page", "Page"),
                            ("import", "Import"),
                            ("api", "API"),
                            ("shell", "Command line"),
                            ("form", "Form"),
                            ("transfer", "Transfer"),
                        ],
                        max_length=10,
                    ),
                ),
                ("joined_at", models.DateTimeField(auto_now_add=True)),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="contacts.contact",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="memberships",
                        to="groups.group",
                    ),
                ),
            ],
            options={
                "db_table": "memberships",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "active"), _negated=True),
                        fields=["group", "contact"],
                        name="memberships_not_active",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["active", "pending", "awaiting_approval", "deactivated"])
                        ),
                        name="memberships_state",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OptOut",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("group", "A group"),
                            ("supergroup", "Messages of a SuperGroup"),
                            ("channel", "A channel"),
                            ("everything", "Everything"),
                        ],
                        default="group",
                        max_length=10,
                    ),
                ),
                ("channel", models.CharField(default="", max_length=5)),
                (
                    "reason",
                    models.CharField(
                        choices=[("own_act", "Own act"), ("complaint", "Complaint")],
                        default="own_act",
                        max_length=9,
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("source", models.CharField(max_length=20)),
                (
                    "contact",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="opt_outs",
                        to="contacts.contact",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="groups.group",
                    ),
                ),
            ],
            options={
                "db_table": "opt_outs",
                "indexes": [
                    models.Index(
                        condition=models.Q(("group", None)), fields=["contact"], name="opt_outs_above_groups"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("contact", "group", "scope", "channel"),
                        name="opt_outs_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("channel", ""),
                                ("group__isnull", False),
                                ("scope__in", ["group", "supergroup"]),
                            ),
                            models.Q(
                                ("channel__in", ["email", "sms", "push"]),
                                ("group__isnull", True),
                                ("scope", "channel"),
                            ),
                            models.Q(("channel", ""), ("group__isnull", True), ("scope", "everything")),
                            _connector="OR",
                        ),
                        name="opt_outs_of_one_thing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("scope__in", ["group", "supergroup", "channel", "everything"])),
                        name="opt_outs_scope",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason__in", ["own_act", "complaint"])), name="opt_outs_reason"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Tally",
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
                            ("active", "Active"),
                            ("pending", "Pending"),
                            ("awaiting_approval", "Awaiting approval"),
                            ("deactivated", "Deactivated"),
                        ],
                        max_length=20,
                    ),
                ),
                ("members", models.BigIntegerField()),
                (
                    "group",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="tallies",
                        to="groups.group",
                    ),
                ),
            ],
            options={
                "db_table": "membership_tallies",
            },
        ),
    ]
