import django.db.models.deletion
from django.db import migrations, models

GROUPS = "UPDATE approval_requests r SET group_id = s.group_id FROM sendouts s WHERE s.id = r.sendout_id"
# What was approved before is what its sendout names.
FINGERPRINTS = """
UPDATE approval_requests r SET fingerprint = s.approved_fingerprint FROM sendouts s
WHERE s.id = r.sendout_id AND r.state = 'approved'
"""
GROUP = {
    "db_constraint": False,
    "db_index": False,
    "on_delete": django.db.models.deletion.DO_NOTHING,
    "related_name": "+",
    "to": "groups.group",
}


class Migration(migrations.Migration):
    dependencies = [
        ("groups", "0001_initial"),
        ("moderation", "0001_initial"),
        ("sendouts", "0006_supermessages"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="request", name="approval_requests_one_open"),
        migrations.AddField(
            model_name="request",
            name="fingerprint",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AddField(
            model_name="request",
            name="group",
            field=models.ForeignKey(null=True, **GROUP),
        ),
        migrations.RunSQL(GROUPS, migrations.RunSQL.noop),
        migrations.RunSQL(FINGERPRINTS, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="request",
            name="group",
            field=models.ForeignKey(**GROUP),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.UniqueConstraint(
                "sendout", "group", condition=models.Q(("state", "open")), name="approval_requests_one_open"
            ),
        ),
    ]
