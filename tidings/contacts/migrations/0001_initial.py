import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("locks", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Contact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email", models.TextField(db_collation="C", null=True)),
                ("mobile", models.TextField(db_collation="C", null=True)),
                ("external_id", models.TextField(db_collation="C", null=True)),
                ("language", models.TextField(default="")),
                ("attributes", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "db_table": "contacts",
                "constraints": [
                    models.UniqueConstraint(models.F("email"), name="contacts_email_once"),
                    models.UniqueConstraint(models.F("mobile"), name="contacts_mobile_once"),
                    models.UniqueConstraint(models.F("external_id"), name="contacts_external_id_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("email__isnull", False),
                            ("mobile__isnull", False),
                            ("external_id__isnull", False),
                            _connector="OR",
                        ),
                        name="contacts_reachable",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("identities", models.JSONField(default=list)),
                ("started_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "db_table": "erasures",
            },
        ),
        migrations.CreateModel(
            name="NeverAgain",
            fields=[
                ("hash", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "db_table": "never_again",
            },
        ),
        migrations.CreateModel(
            name="PushEndpoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("app", models.CharField(max_length=100)),
                ("endpoint", models.TextField(db_collation="C")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "db_table": "push_endpoints",
            },
        ),
        migrations.CreateModel(
            name="Gone",
            fields=[
                (
                    "contact",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="gone",
                        serialize=False,
                        to="contacts.contact",
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "db_table": "gone_contacts",
            },
        ),
        migrations.AddField(
            model_name="erasure",
            name="contact",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="contacts.contact"
            ),
        ),
        migrations.AddField(
            model_name="erasure",
            name="process",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="locks.process"
            ),
        ),
        migrations.AddField(
            model_name="pushendpoint",
            name="contact",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="push_endpoints",
                to="contacts.contact",
            ),
        ),
        migrations.AddField(
            model_name="gone",
            name="into",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="merged",
                to="contacts.contact",
            ),
        ),
        migrations.AddConstraint(
            model_name="pushendpoint",
            constraint=models.UniqueConstraint(models.F("endpoint"), name="push_endpoints_once"),
        ),
    ]
