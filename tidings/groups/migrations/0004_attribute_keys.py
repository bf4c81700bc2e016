"""Names of group attributes compare as they do in messages, and not as the database's locale says."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def fill(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    for attribute in apps.get_model("groups", "GroupAttribute").objects.iterator():
        attribute.key = attribute.name.casefold()
        attribute.save(update_fields=["key"])


class Migration(migrations.Migration):
    dependencies = [("groups", "0003_subgroups")]

    operations = [
        migrations.AddField(
            "groupattribute", "key", models.CharField(max_length=300, default=""), preserve_default=False
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RemoveConstraint("groupattribute", "group_attributes_name_once"),
        migrations.AddConstraint(
            "groupattribute",
            models.UniqueConstraint(fields=["group", "key"], name="group_attributes_key_once"),
        ),
    ]
