"""Changing a group's attributes. Single actions: none of them waits for a lock, so a price feed goes on always."""

from django.db import transaction

from tidings.accounts.models import User
from tidings.groups import rules
from tidings.groups.models import Group, GroupAttribute
from tidings.journal.actions import record
from tidings.kernel.errors import NotFound


def put(group: Group, name: str, value: str, *, by: User | None) -> GroupAttribute:
    """Sets one value for all contacts of the group."""
    name, value = rules.attribute_name(name), rules.attribute_value(value)
    with transaction.atomic():
        _take_turns(group)
        attribute = find(group, name) or GroupAttribute(group=group, name=name, key=rules.attribute_key(name))
        before, attribute.value = attribute.value, value
        if before != value:
            attribute.save()
            record("group.attribute_set", group.pk, by=by, name=attribute.name, before=before, after=value)
    return attribute


def remove(group: Group, name: str, *, by: User | None) -> None:
    """Removes a group attribute by its name, whatever its case."""
    with transaction.atomic():
        _take_turns(group)
        attribute = find(group, name)
        if attribute is None:
            raise NotFound(thing="group attribute", ref=name)
        attribute.delete()
        record("group.attribute_removed", group.pk, by=by, name=attribute.name, before=attribute.value)


def find(group: Group, name: str) -> GroupAttribute | None:
    """The group's attribute of that name, whatever its case."""
    return group.attributes.filter(key=rules.attribute_key(name)).first()


def _take_turns(group: Group) -> None:
    """Two who write the same new name at once don't meet."""
    Group.objects.select_for_update(no_key=True).get(pk=group.pk)
