"""The start of a sendout: its locks, and what it freezes."""

from datetime import datetime

from django.db import transaction

from tidings.groups.errors import GroupArchived
from tidings.groups.queries import hold_active
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
from tidings.sendouts.errors import MessageBroken, NotApproved
from tidings.sendouts.expand import picked_by
from tidings.sendouts.models import Sendout
from tidings.sendouts.snapshot import compile_version, freeze, mark_as_test
from tidings.sendouts.zones import LATE


def begin(sendout: Sendout) -> None:
    """Takes the locks and moves the sendout to `preparing`; raises `GroupLocked`, `NotApproved`, or `TemplateError` or
    `MessageBroken` for what can't be sent any more, and then changes nothing.
    """
    with transaction.atomic():
        demand_no_archived(sendout.version)
        if approval.is_missing(sendout):
            raise NotApproved(sendout=sendout.pk)
        sendout.process = locks.begin(
            Process.Kind.SENDOUT,
            [sendout.group_id],
            label=_label(sendout),
            by=sendout.created_by,
            waiter=_waiter(sendout),
        )
        group = hold_active(sendout.group_id)
        chosen = sendout.frozen
        frozen = freeze(
            group, sender_name=chosen.get("sender_name", ""), sender_address=chosen.get("sender_address", "")
        )
        sendout.frozen = mark_as_test(frozen) if sendout.kind == Sendout.Kind.TEST else frozen
        sendout.frozen["purpose"] = sendout.version.message.purpose
        compile_version(sendout.version, sendout.frozen)  # an attribute may be gone since it was planned
        demand_sound(sendout.version, sendout.frozen)
        picked_by(sendout)  # so may something that its rule names
        sendout.state, sendout.state_reason = Sendout.State.PREPARING, ""
        sendout.save(update_fields=["process", "frozen", "state", "state_reason"])


def begin_scheduled(sendout_id: int, now: datetime) -> str:
    """Starts a sendout whose time has come; its state then: `preparing`, `waiting` (for a lock), `paused` (late) or
    `awaiting_approval` (again, since what was approved has changed).
    """
    with transaction.atomic():
        sendout = Sendout.objects.select_for_update(of=("self",)).select_related("version").get(pk=sendout_id)
        if sendout.state not in {Sendout.State.SCHEDULED, Sendout.State.WAITING}:
            return sendout.state
        if sendout.scheduled_at and now - sendout.scheduled_at > LATE:
            reason = "It would have started over an hour late. Resume it to send it now, or cancel it."
            return _stay(sendout, Sendout.State.PAUSED, reason)
        try:
            begin(sendout)
        except GroupLocked as locked:
            _wait_in_line(sendout)
            return _stay(sendout, Sendout.State.WAITING, str(locked))
        except NotApproved:
            approval.ask(sendout)
        except (TemplateError, MessageBroken) as error:
            reason = f"It can't be sent as it is. {error} Then resume it, or cancel it."
            return _stay(sendout, Sendout.State.PAUSED, reason)
        except (GroupArchived, ArchivedAttribute, BadRule, NotFound) as gone:
            return _stay(sendout, Sendout.State.FAILED, str(gone))
        return sendout.state


def _label(sendout: Sendout) -> str:
    kind = "Test sendout" if sendout.kind == Sendout.Kind.TEST else "Sendout"
    return f"{kind} {sendout.pk} of “{sendout.version.subject}”"


def _waiter(sendout: Sendout) -> str:
    return f"sendout {sendout.pk}"


def _wait_in_line(sendout: Sendout) -> None:
    locks.wait_in_line(
        _waiter(sendout),
        Process.Kind.SENDOUT,
        [sendout.group_id],
        label=_label(sendout),
        by=sendout.created_by,
    )


def _stay(sendout: Sendout, state: Sendout.State, reason: str) -> str:
    sendout.state, sendout.state_reason = state, reason
    sendout.save(update_fields=["state", "state_reason"])
    return state
