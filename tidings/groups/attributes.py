"""Changing a group's attributes. Single actions: none of them waits for a lock, so a price feed goes on always."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from tidings.accounts.models import User
from tidings.groups import rules
from tidings.groups.attribute_files import FileMode, Row, read
from tidings.groups.models import Group, GroupAttribute
from tidings.journal.actions import record, record_all
from tidings.kernel.errors import NotFound

SET, REMOVED = "group.attribute_set", "group.attribute_removed"


@dataclass
class Change:
    """One attribute that comes (nothing before), changes, or goes (nothing after)."""

    name: str
    before: str | None
    after: str | None


@dataclass
class Outcome:
    """What a file does. Skipped are names that are there already (mode add) or aren't there (mode delete)."""

    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0
    skipped: list[str] = field(default_factory=list)

    @property
    def added(self) -> int:
        """How many are new."""
        return sum(change.before is None for change in self.changes)

    @property
    def removed(self) -> int:
        """How many go."""
        return sum(change.after is None for change in self.changes)

    @property
    def changed(self) -> int:
        """How many get another value."""
        return len(self.changes) - self.added - self.removed


def put(group: Group, name: str, value: str, *, by: User | None) -> GroupAttribute:
    """Sets one value for all contacts of the group."""
    name, value = rules.attribute_name(name), rules.attribute_value(value)
    with transaction.atomic():
        _take_turns(group)
        attribute = find(group, name) or GroupAttribute(group=group, name=name, key=rules.attribute_key(name))
        before, attribute.value = attribute.value or None, value
        if before != value:
            attribute.save()
            record(SET, group.pk, by=by, name=attribute.name, before=before, after=value)
    return attribute


def remove(group: Group, name: str, *, by: User | None) -> None:
    """Removes a group attribute by its name, whatever its case."""
    with transaction.atomic():
        _take_turns(group)
        attribute = find(group, name)
        if attribute is None:
            raise NotFound(thing="group attribute", ref=name)
        attribute.delete()
        record(REMOVED, group.pk, by=by, name=attribute.name, before=attribute.value, after=None)


def find(group: Group, name: str) -> GroupAttribute | None:
    """The group's attribute of that name, whatever its case."""
    if rules.UNSTORABLE.search(name):
        return None
    return group.attributes.filter(key=rules.attribute_key(name)).first()


def load(
    group: Group, data: bytes, *, mode: FileMode = FileMode.SET, by: User | None, dry_run: bool = False
) -> Outcome:
    """Does what a CSV file of up to 1,000 attributes says, all of it or, raising `BadAttributeFile`, nothing.

    A dry run only tells what would come of it now.
    """
    rows = read(data, mode)
    with transaction.atomic():
        _take_turns(group)
        there = {attribute.key: attribute for attribute in group.attributes.all()}
        outcome = _outcome(rows, there, mode)
        if not dry_run:
            _store(group, outcome.changes, by=by)
    return outcome


def _outcome(rows: Sequence[Row], there: Mapping[str, GroupAttribute], mode: FileMode) -> Outcome:
    outcome, named = Outcome(), set()
    for row in rows:
        key = rules.attribute_key(row.name)
        named.add(key)
        _judge(row, there.get(key), mode, outcome)
    if mode == FileMode.REPLACE:
        gone = (attribute for key, attribute in there.items() if key not in named)
        outcome.changes += [Change(attribute.name, attribute.value, None) for attribute in gone]
    return outcome


def _judge(row: Row, attribute: GroupAttribute | None, mode: FileMode, outcome: Outcome) -> None:
    if mode == FileMode.DELETE and attribute:
        outcome.changes.append(Change(attribute.name, attribute.value, None))
    elif mode == FileMode.DELETE or (mode == FileMode.ADD and attribute):
        outcome.skipped.append(row.name)
    elif attribute is None:
        outcome.changes.append(Change(row.name, None, row.value))
    elif attribute.value != row.value:
        outcome.changes.append(Change(attribute.name, attribute.value, row.value))
    else:
        outcome.unchanged += 1


def _store(group: Group, changes: Sequence[Change], *, by: User | None) -> None:
    stay = [(one, after) for one in changes if (after := one.after) is not None]
    gone = [one for one in changes if one.after is None]
    GroupAttribute.objects.bulk_create(
        [
            GroupAttribute(group=group, name=one.name, key=rules.attribute_key(one.name), value=after)
            for one, after in stay
        ],
        update_conflicts=True,
        unique_fields=["group", "key"],
        update_fields=["value", "updated_at"],
    )
    group.attributes.filter(key__in=[rules.attribute_key(one.name) for one in gone]).delete()
    record_all(SET, group.pk, by=by, data=[vars(one) for one, _ in stay])
    record_all(REMOVED, group.pk, by=by, data=[vars(one) for one in gone])


def _take_turns(group: Group) -> None:
    """Two who write the same new name at once don't meet."""
    Group.objects.select_for_update(no_key=True).get(pk=group.pk)
