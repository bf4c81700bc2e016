from django.db import migrations


class Migration(migrations.Migration):
    """Uploads are often zipped already, and compressing 1 MB a chunk costs more than it saves."""

    dependencies = [("files", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE file_chunks ALTER data SET STORAGE EXTERNAL",
            "ALTER TABLE file_chunks ALTER data SET STORAGE EXTENDED",
        )
    ]
