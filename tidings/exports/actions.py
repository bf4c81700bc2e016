"""Asking for exports, and cancelling them."""

from collections.abc import Sequence

from django.db import transaction

from tidings.accounts.models import User
from tidings.exports.errors import ExportEnded, NoSuchState
from tidings.exports.models import Export
from tidings.exports.queries import columns_there_are
from tidings.exports.rules import Encoding, Format, Packing, chosen_columns
from tidings.groups.models import Group
from tidings.journal.actions import record
from tidings.locks import actions as locks
from tidings.locks.models import Process
from tidings.memberships.models import Membership
from tidings.memberships.queries import count_members
from tidings.selections.choosing import Chosen

GOING = (Export.State.QUEUED, Export.State.RUNNING)


def start(
    group: Group,
    *,
    by: User | None,
    format: Format = Format.CSV,  # noqa: A002 - what everybody calls it
    columns: Sequence[str] = (),
    states: Sequence[str] = (),
    separator: str = ",",
    encoding: Encoding = Encoding.UTF_8_MARKED,
    is_defused: bool = True,
    packing: Packing = Packing.NONE,
    whom: Chosen | None = None,
) -> Export:
    """Writes the members of a group to a file, under a shared lock; raises `GroupLocked` while it is written.

    `columns` are what to tell of each, everything if none are named; `states` whose members, all if none are named;
    `whom` narrows them by a rule.
    """
    chosen = [column.name for column in chosen_columns(columns, columns_there_are())] if columns else []
    wanted = _states(states)
    with transaction.atomic():
        process = locks.begin(
            Process.Kind.EXPORT,
            [group.pk],
            label=f"Export of {group.name}",
            by=by,
            total=None if whom else _people(group, wanted),
        )
        export = Export.objects.create(
            process=process,
            group=group,
            format=format,
            columns=chosen,
            states=wanted,
            separator=separator,
            encoding=encoding,
            is_defused=is_defused,
            packing=packing,
            rule=whom.text if whom else "",
            selection=whom.selection if whom else None,
            started_by=by,
        )
        facts = {"columns": chosen, "states": wanted, "rule": export.rule}
        record("export.started", export.pk, by=by, group=group.pk, **facts)
    return export


def _states(states: Sequence[str]) -> list[str]:
    for state in states:
        if state not in Membership.State.values:
            raise NoSuchState(name=state, names=", ".join(Membership.State.values))
    return list(dict.fromkeys(states))


def _people(group: Group, states: list[str]) -> int:
    members = count_members([group.pk])[group.pk]
    return sum(members.by_state.get(state, 0) for state in states) if states else members.total


def cancel(export: Export, *, by: User | None) -> None:
    """Asks an export to stop; raises `ExportEnded`."""
    with transaction.atomic():
        if not locks.cancel(export.process_id):
            raise ExportEnded(export=export.pk)
        record("export.cancel_asked", export.pk, by=by, group=export.group_id)
