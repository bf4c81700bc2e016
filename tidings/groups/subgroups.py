"""Changing which groups stand in a SuperGroup, and in which order.

A change writes the SuperGroup, so it takes its exclusive lock: no sendout to it may begin in between. The subgroups are
left as they are and need no lock.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.db import transaction

from tidings.accounts.models import User
from tidings.groups.actions import update_settings
from tidings.groups.errors import BadSubgroup, GroupArchived, NoSupergroup
from tidings.groups.models import Group, Subgroup
from tidings.groups.settings import Duplicates
from tidings.journal.actions import record
from tidings.kernel.errors import NotFound
from tidings.locks import actions as locks
from tidings.locks import leases
from tidings.locks.models import Process

Ids = list[int]


def put(supergroup: Group, groups: Sequence[Group], *, by: User | None) -> Ids:
    """Makes `groups` the subgroups, in this order; returns their ids. All actions here raise `GroupLocked`."""
    wanted = _ids(groups)
    return _change(supergroup, lambda _before: wanted, by=by)


def add(supergroup: Group, groups: Sequence[Group], *, by: User | None) -> Ids:
    """Puts `groups` behind the subgroups there are; who is one already stays in its place."""
    return _change(supergroup, lambda before: [*before, *_without(_ids(groups), before)], by=by)


def remove(supergroup: Group, groups: Sequence[Group], *, by: User | None) -> Ids:
    """Takes `groups` out; raises `NotFound` if one of them isn't in."""
    return _change(supergroup, lambda before: _without(before, _demand(_ids(groups), before)), by=by)


def order(supergroup: Group, groups: Sequence[Group], *, by: User | None) -> Ids:
    """Puts these subgroups first, in this order; the others follow as they did."""
    ids = _ids(groups)
    return _change(supergroup, lambda before: [*_demand(ids, before), *_without(before, ids)], by=by)


def move(supergroup: Group, group: Group, places: int, *, by: User | None) -> Ids:
    """Moves one subgroup by so many places, up if negative, to the end of the list at most."""

    def moved(before: Ids) -> Ids:
        _demand([group.pk], before)
        after = _without(before, [group.pk])
        after.insert(max(0, before.index(group.pk) + places), group.pk)
        return after

    return _change(supergroup, moved, by=by)


def set_duplicates(supergroup: Group, duplicates: Duplicates, *, by: User | None) -> Group:
    """Whether a contact of several subgroups gets one copy of a SuperMessage, or one per subgroup."""
    _demand_supergroup(supergroup)
    return update_settings(supergroup, {"supergroup": {"duplicates": duplicates}}, by=by)


def _change(supergroup: Group, changed: Callable[[Ids], Ids], *, by: User | None) -> Ids:
    _demand_supergroup(supergroup)
    with _written(supergroup, by=by):
        found = Subgroup.objects.filter(supergroup=supergroup).order_by("position")
        before = list(found.values_list("group_id", flat=True))
        after = changed(before)
        _check(supergroup, _without(after, before))
        if after != before:
            _store(supergroup, after)
            record("group.subgroups_changed", supergroup.pk, by=by, before=before, after=after)
    return after


@contextmanager
def _written(supergroup: Group, *, by: User | None) -> Iterator[None]:
    """The process that writes the SuperGroup; as short as its transaction, so nobody ever finds it dead."""
    label = f"Change of the subgroups of “{supergroup.name}”"
    with transaction.atomic():
        process = locks.begin(Process.Kind.SUBGROUPS, [supergroup.pk], label=label, by=by)
        yield
        leases.end(process.pk, Process.State.FINISHED)


def _check(supergroup: Group, added: Ids) -> None:
    # Locked, in one order for all: none of them is archived or deleted meanwhile.
    found = list(Group.objects.select_for_update(no_key=True).filter(pk__in=added).order_by("pk"))
    for missing in _without(added, _ids(found)):
        raise NotFound(thing="group", ref=missing)
    for group in found:
        if group.is_supergroup:
            raise BadSubgroup(why=f"{_told(group)} is a SuperGroup, and no SuperGroup can be in another one.")
        if group.channel != supergroup.channel:
            raise BadSubgroup(
                why=f"{_told(group)} is for {group.get_channel_display()}, and SuperGroup “{supergroup.name}” for"
                f" {supergroup.get_channel_display()}. All subgroups are of the SuperGroup's channel."
            )
        if group.archived_at:
            raise GroupArchived(group=group.name)


def _told(group: Group) -> str:
    return f"Group “{group.name}” ({group.address or f'id {group.pk}'})"


def _store(supergroup: Group, ids: Ids) -> None:
    Subgroup.objects.filter(supergroup=supergroup).delete()
    Subgroup.objects.bulk_create(
        Subgroup(supergroup=supergroup, group_id=group, position=position)
        for position, group in enumerate(ids, 1)
    )


def _demand_supergroup(group: Group) -> None:
    if not group.is_supergroup:
        raise NoSupergroup(group=group.name)
    if group.archived_at:
        raise GroupArchived(group=group.name)


def _demand(ids: Ids, before: Ids) -> Ids:
    for missing in _without(ids, before):
        raise NotFound(thing="subgroup", ref=missing)
    return ids


def _ids(groups: Iterable[Group]) -> Ids:
    """Each once, where it stands first."""
    return list(dict.fromkeys(group.pk for group in groups))


def _without(ids: Ids, others: Ids) -> Ids:
    gone = set(others)
    return [one for one in ids if one not in gone]
