from django.db import migrations


class Migration(migrations.Migration):
    """A batch's row is updated many times while it is sent: its ids stay out of line, untouched and uncompressed,
    and the page keeps room for the new row version beside the old one."""

    dependencies = [("sendouts", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE sendout_batches ALTER contact_ids SET STORAGE EXTERNAL, "
            "ALTER contact_ids SET (n_distinct = -1), SET (fillfactor = 50, toast_tuple_target = 256)",
            migrations.RunSQL.noop,
        )
    ]
