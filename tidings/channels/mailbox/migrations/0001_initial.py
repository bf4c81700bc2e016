from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="CaughtMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("received_at", models.DateTimeField()),
                ("sender", models.TextField()),
                ("recipient", models.TextField()),
                ("subject", models.TextField(default="")),
                ("size", models.IntegerField()),
                ("data", models.BinaryField()),
            ],
            options={
                "db_table": "mailbox_messages",
                "indexes": [models.Index(fields=["recipient"], name="mailbox_by_recipient")],
            },
        ),
    ]
