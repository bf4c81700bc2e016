import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="StoredFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.TextField()),
                ("size", models.BigIntegerField(default=0)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "db_table": "files",
                "constraints": [models.UniqueConstraint(models.F("name"), name="files_name_once")],
            },
        ),
        migrations.CreateModel(
            name="Chunk",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "file_id", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.IntegerField()),
                ("data", models.BinaryField()),
                (
                    "file",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="files.storedfile",
                    ),
                ),
            ],
            options={
                "db_table": "file_chunks",
            },
        ),
        # Uploads are often zipped already, and compressing 1 MB a chunk costs more than it saves.
        migrations.RunSQL(
            "ALTER TABLE file_chunks ALTER data SET STORAGE EXTERNAL",
            "ALTER TABLE file_chunks ALTER data SET STORAGE EXTENDED",
        ),
    ]
