from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Attribute",
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
                        choices=[("profile", "Profile"), ("member", "Member")],
                        default="profile",
                        max_length=7,
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("key", models.TextField()),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("text", "Text"),
                            ("number", "Number"),
                            ("boolean", "Yes or no"),
                            ("date", "Date"),
                            ("date_time", "Date and time"),
                            ("choice", "Choice"),
                        ],
                        default="text",
                        max_length=10,
                    ),
                ),
                ("choices", models.JSONField(default=list)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("archived_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "attributes",
                "constraints": [
                    models.UniqueConstraint(fields=("scope", "key"), name="attributes_key_once"),
                    models.CheckConstraint(
                        condition=models.Q(("scope__in", ["profile", "member"])), name="attributes_scope"
                    ),
                ],
            },
        ),
    ]
