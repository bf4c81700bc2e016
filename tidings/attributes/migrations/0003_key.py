from typing import Any

from django.db import migrations, models


def fill_keys(apps: Any, _schema_editor: Any) -> None:
    """Attributes whose names fold to one key have shared their values all along; the first of them stays."""
    attributes = apps.get_model("attributes", "Attribute").objects
    seen: set[tuple[str, str]] = set()
    for attribute in attributes.order_by("pk"):
        attribute.key = " ".join(attribute.name.casefold().split())
        if (attribute.scope, attribute.key) in seen:
            attribute.delete()
        else:
            seen.add((attribute.scope, attribute.key))
            attribute.save(update_fields=["key"])


class Migration(migrations.Migration):
    dependencies = [("attributes", "0002_scope_and_archive")]

    operations = [
        migrations.RemoveConstraint(model_name="attribute", name="attributes_name_once"),
        migrations.AddField(
            model_name="attribute", name="key", field=models.TextField(default=""), preserve_default=False
        ),
        migrations.RunPython(fill_keys, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="attribute",
            constraint=models.UniqueConstraint(fields=("scope", "key"), name="attributes_key_once"),
        ),
    ]
