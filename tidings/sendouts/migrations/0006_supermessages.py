import django.db.models.deletion
from django.db import migrations, models

# Sendouts before SuperMessages went to one group. A batch stands for 1,000 people, so these rows are few.
GROUPS = "UPDATE sendout_batches b SET group_id = s.group_id FROM sendouts s WHERE s.id = b.sendout_id"

GROUP = {
    "db_constraint": False,
    "on_delete": django.db.models.deletion.DO_NOTHING,
    "related_name": "+",
    "to": "groups.group",
}


class Migration(migrations.Migration):
    dependencies = [
        ("groups", "0001_initial"),
        ("sendouts", "0005_rules"),
    ]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="group",
            field=models.ForeignKey(db_index=False, null=True, **GROUP),
        ),
        migrations.RunSQL(GROUPS, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="batch",
            name="group",
            field=models.ForeignKey(db_index=False, **GROUP),
        ),
        migrations.CreateModel(
            name="Portion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.IntegerField()),
                ("group_name", models.CharField(max_length=150)),
                ("frozen", models.JSONField(default=dict)),
                ("waterfall", models.JSONField(default=dict)),
                ("group", models.ForeignKey(**GROUP)),
                (
                    "sendout",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="portions",
                        to="sendouts.sendout",
                    ),
                ),
            ],
            options={
                "db_table": "sendout_portions",
                "constraints": [
                    models.UniqueConstraint("sendout", "position", name="sendout_portions_position_once"),
                    models.UniqueConstraint("sendout", "group", name="sendout_portions_group_once"),
                ],
            },
        ),
    ]
