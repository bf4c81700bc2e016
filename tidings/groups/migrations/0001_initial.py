import django.db.models.deletion
import django.db.models.fields.json
import django.db.models.functions.text
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
            name="Category",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "db_table": "categories",
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"), name="categories_name_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Group",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=150)),
                ("address", models.CharField(max_length=300, null=True)),
                ("description", models.TextField(blank=True, default="")),
                (
                    "channel",
                    models.CharField(
                        choices=[("email", "E-mail"), ("sms", "SMS"), ("push", "Push")],
                        default="email",
                        max_length=5,
                    ),
                ),
                ("language", models.CharField(blank=True, default="", max_length=10)),
                ("country", models.CharField(blank=True, default="", max_length=2)),
                ("time_zone", models.CharField(default="UTC", max_length=60)),
                ("is_supergroup", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("archived_at", models.DateTimeField(null=True)),
                ("deleted_at", models.DateTimeField(null=True)),
                ("settings", models.JSONField(db_default={}, default=dict)),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="groups",
                        to="groups.category",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "groups",
                "indexes": [models.Index(fields=["name", "id"], name="groups_by_name")],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("address"), name="groups_address_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["email", "sms", "push"])), name="groups_channel"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("address__isnull", False), ("channel", "email")),
                            models.Q(
                                models.Q(("channel", "email"), _negated=True), ("address__isnull", True)
                            ),
                            models.Q(("address__isnull", True), ("deleted_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="groups_address_of_email",
                    ),
                    models.UniqueConstraint(
                        django.db.models.fields.json.KeyTextTransform(
                            "inbound_number",
                            django.db.models.fields.json.KeyTextTransform("sending", "settings"),
                        ),
                        django.db.models.fields.json.KeyTextTransform(
                            "keyword", django.db.models.fields.json.KeyTextTransform("sending", "settings")
                        ),
                        name="groups_keyword_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Deletion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("error", models.TextField(default="")),
                (
                    "process",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="locks.process"
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="groups.group"
                    ),
                ),
            ],
            options={
                "db_table": "group_deletions",
            },
        ),
        migrations.CreateModel(
            name="GroupAttribute",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("key", models.CharField(max_length=300)),
                ("value", models.CharField(max_length=2000)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "group",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attributes",
                        to="groups.group",
                    ),
                ),
            ],
            options={
                "db_table": "group_attributes",
                "constraints": [
                    models.UniqueConstraint(fields=("group", "key"), name="group_attributes_key_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Subgroup",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="supergroups",
                        to="groups.group",
                    ),
                ),
                (
                    "supergroup",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="subgroups",
                        to="groups.group",
                    ),
                ),
            ],
            options={
                "db_table": "subgroups",
                "ordering": ["supergroup", "position"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("supergroup", "position"), name="subgroups_position_once"
                    ),
                    models.UniqueConstraint(fields=("supergroup", "group"), name="subgroups_group_once"),
                    models.CheckConstraint(
                        condition=models.Q(("supergroup", models.F("group")), _negated=True),
                        name="subgroups_not_itself",
                    ),
                ],
            },
        ),
    ]
