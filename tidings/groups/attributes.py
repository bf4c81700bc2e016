"""Changing a group's attributes. Single actions: none of them waits for a lock, so a price feed goes on always."""

from django.db import transaction

from tidings.accounts.models import User
from tidings.groups import rules
from tidings.groups.models import Group, GroupAttribute
from tidings.journal.actions import record
from tidings.kernel.errors import NotFound


def put(group: Group, name: str, value: str, *, by: User | None) -> GroupAttribute:
    """Sets one value for all contacts of the group. A single action: it waits for no lock."""
    name, value = rules.attribute_name(name), rules.attribute_value(value)
    with transaction.atomic():
        Group.objects.select_for_update(no_key=True).get(
            pk=group.pk
        )  # two writers of one new name take turns
        attribute = group.attributes.filter(name__iexact=name).first() or GroupAttribute(
            group=group, name=name
        )
        before, attribute.value = attribute.value, value
        attribute.save()
        record("group.attribute_set", group.pk, by=by, name=attribute.name, before=before, after=value)
    return attribute


def remove(group: Group, name: str, *, by: User | None) -> None:
    """Removes a group attribute by its name, whatever its case."""
    with transaction.atomic():
        attribute = group.attributes.filter(name__iexact=name.strip()).first()
        if attribute is None:
            raise NotFound(thing="group attribute", ref=name)
        attribute.delete()
        record("group.attribute_removed", group.pk, by=by, name=attribute.name, before=attribute.value)
