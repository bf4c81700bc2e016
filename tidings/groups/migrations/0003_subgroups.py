import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("groups", "0002_supergroups_and_settings")]

    operations = [
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
                    models.CheckConstraint(condition=~Q(supergroup=F("group")), name="subgroups_not_itself"),
                ],
            },
        ),
    ]
