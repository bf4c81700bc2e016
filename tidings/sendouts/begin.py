"""The start of a sendout: its locks, and what it freezes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from tidings.groups.errors import GroupArchived
from tidings.groups.models import Group
from tidings.groups.queries import hold, hold_active, receiving
from tidings.kernel.errors import NotFound
from tidings.locks import actions as locks
from tidings.locks.errors import GroupLocked
from tidings.locks.models import Process
from tidings.messaging.errors import ArchivedAttribute
from tidings.messaging.personalization.errors import TemplateError
from tidings.messaging.queries import demand_no_archived
from tidings.selections.errors import BadRule
from tidings.sendouts import approval
from tidings.sendouts.checks import demand_sound
from tidings.sendouts.errors import MessageBroken, NoSubgroups, NotApproved, SubgroupsChanged
from tidings.sendouts.expand import picked_by
from tidings.sendouts.models import Sendout
from tidings.sendouts.served import Part, chosen_parts, keep
from tidings.sendouts.snapshot import freeze, mark_as_test
from tidings.sendouts.zones import LATE


def begin(sendout: Sendout, *, subgroup: Group | None = None, sound: Sequence[Part] = ()) -> None:
    """Takes the locks and moves the sendout to `preparing`; raises `GroupLocked`, `NotApproved`, or `TemplateError`,
    `MessageBroken` or `NoSubgroups` for what can't be sent any more, and then changes nothing.

    A SuperGroup is locked together with all its subgroups, or for a test with the one `subgroup` that is tested. What
    was just found to be `sound` isn't looked at again.
    """
    with transaction.atomic():
        demand_no_archived(sendout.version)
        if approval.is_missing(sendout):
            raise NotApproved(sendout=sendout.pk)
        used = _used(sendout.group, subgroup)
        sendout.process = locks.begin(
            Process.Kind.SENDOUT,
            used,
            label=_label(sendout),
            by=sendout.created_by,
            waiter=_waiter(sendout),
        )
        hold(used)
        sendout.group = hold_active(sendout.group_id)
        if _used(sendout.group, subgroup) != used:
            raise SubgroupsChanged(group=sendout.group.name)
        parts = chosen_parts(sendout, subgroup=subgroup)
        if parts != sound:
            demand_sound(sendout.version, parts)  # an attribute may be gone since it was planned
        picked_by(sendout)  # so may something that its rule names
        sendout.frozen = _frozen(sendout)
        keep(sendout, parts)
        sendout.state, sendout.state_reason = Sendout.State.PREPARING, ""
        sendout.save(update_fields=["process", "frozen", "state", "state_reason"])


def _used(group: Group, subgroup: Group | None = None) -> list[int]:
    """The groups that a sendout locks: its own and, of a SuperGroup, its subgroups or the one that is tested."""
    parts = receiving(group) if subgroup is None else [subgroup]
    return list(dict.fromkeys([group.pk, *(part.pk for part in parts)]))


def _frozen(sendout: Sendout) -> dict[str, Any]:
    chosen, group = sendout.frozen, sendout.group
    frozen = freeze(
        group, sender_name=chosen.get("sender_name", ""), sender_address=chosen.get("sender_address", "")
    )
    if sendout.kind == Sendout.Kind.TEST:
        frozen = mark_as_test(frozen)
    duplicates = group.all_settings.supergroup.duplicates
    return frozen | {"purpose": sendout.version.message.purpose, "duplicates": duplicates}


def begin_scheduled(sendout_id: int, now: datetime) -> str:
    """Starts a sendout whose time has come; its state then: `preparing`, `waiting` (for a lock), `paused` (late) or
    `awaiting_approval` (again, since what was approved has changed).
    """
    with transaction.atomic():
        sendout = Sendout.objects.select_for_update(of=("self",)).select_related("version").get(pk=sendout_id)
        if sendout.state not in {Sendout.State.SCHEDULED, Sendout.State.WAITING}:
            return sendout.state
        if sendout.scheduled_at and now - sendout.scheduled_at > LATE:
            return _stay(sendout, Sendout.State.PAUSED, _why_late(sendout))
        try:
            begin(sendout)
        except GroupLocked as locked:
            _wait_in_line(sendout)
            return _stay(sendout, Sendout.State.WAITING, str(locked))
        except NotApproved:
            approval.ask(sendout)
        except (TemplateError, MessageBroken, NoSubgroups) as error:
            reason = f"It can't be sent as it is. {error} Then resume it, or cancel it."
            return _stay(sendout, Sendout.State.PAUSED, reason)
        except (GroupArchived, ArchivedAttribute, BadRule, NotFound) as gone:
            return _stay(sendout, Sendout.State.FAILED, str(gone))
        return sendout.state


def _why_late(sendout: Sendout) -> str:
    if not sendout.local_time:
        return "It would have started over an hour late. Resume it to send it now, or cancel it."
    time = sendout.local_time.partition("T")[2]
    return (
        f"It would have started over an hour late: in the first zones {time} is over. Resume it, and whoever had that "
        "time over an hour ago gets it a day later, everybody else at their time. Or cancel it."
    )


def _label(sendout: Sendout) -> str:
    kind = "Test sendout" if sendout.kind == Sendout.Kind.TEST else "Sendout"
    return f"{kind} {sendout.pk} of “{sendout.version.subject}”"


def _waiter(sendout: Sendout) -> str:
    return f"sendout {sendout.pk}"


def _wait_in_line(sendout: Sendout) -> None:
    locks.wait_in_line(
        _waiter(sendout),
        Process.Kind.SENDOUT,
        _used(sendout.group),
        label=_label(sendout),
        by=sendout.created_by,
    )


def _stay(sendout: Sendout, state: Sendout.State, reason: str) -> str:
    sendout.state, sendout.state_reason = state, reason
    sendout.save(update_fields=["state", "state_reason"])
    return state
