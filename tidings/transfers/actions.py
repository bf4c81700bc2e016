"""What a person or a program may command of a transfer: start, confirm, cancel."""

import secrets
from dataclasses import dataclass

from django.db import transaction

from tidings.accounts.models import User
from tidings.groups.actions import create
from tidings.groups.models import Group
from tidings.groups.queries import hold_active
from tidings.groups.settings import Joining
from tidings.journal.actions import record
from tidings.kernel import clock, db
from tidings.locks import actions as locks
from tidings.locks.models import Process
from tidings.memberships.errors import NoLetters
from tidings.memberships.letters import sends_letters
from tidings.memberships.queries import count_members
from tidings.selections.choosing import Chosen
from tidings.transfers.errors import (
    NobodyJoins,
    NobodyThere,
    NothingToDecide,
    SupergroupWithoutMembers,
    TransferEnded,
)
from tidings.transfers.models import Transfer
from tidings.transfers.move import forecast
from tidings.transfers.queries import Forecast
from tidings.transfers.rules import Share

GOING = (Transfer.State.QUEUED, Transfer.State.MOVING)
SEED_BITS = 62
ALL = Share()


@dataclass(frozen=True)
class NewGroup:
    """A group that is made for those who are chosen."""

    name: str
    address: str = ""


@dataclass(frozen=True)
class Wish:
    """Who goes where: the members of `source`, else everybody; of them those that `whom` picks; of these a share.
    They join silently, with a letter of welcome as notice, or pending until they have confirmed.

    A new group is made on the channel of the source.
    """

    source: Group | None
    target: Group | NewGroup
    whom: Chosen | None = None
    mode: Transfer.Mode = Transfer.Mode.ADD
    share: Share = ALL
    joining: Joining = Joining.SILENT


def start(wish: Wish, *, by: User | None, is_confirmed: bool = False) -> Transfer:
    """Begins a transfer. The target is written meanwhile and the source used: raises `GroupLocked`.

    `is_confirmed` lets `replace` remove any number of members without asking.
    """
    with transaction.atomic():
        run = _planned(wish, by=by)
        run.is_confirmed = is_confirmed
        _queue(run, by=by)
        facts = {
            "source": run.source_id,
            "rule": run.rule,
            "mode": run.mode,
            "joining": run.joining,
            "share": wish.share.words,
        }
        record("transfer.started", run.pk, by=by, group=run.target_id, **facts)
    return run


def preview(wish: Wish) -> Forecast:
    """What a transfer would come to now; changes nothing. Raises what would be wrong with a new group."""
    with transaction.atomic():
        run = _planned(wish, by=None)
        found = Forecast.of(forecast(run), count_members([run.target.pk])[run.target.pk].total)
        transaction.set_rollback(True)
    return found


def _planned(wish: Wish, *, by: User | None) -> Transfer:
    """The transfer, not stored yet, and its target, which may just have been made."""
    wish.share.check()
    target = _target(wish, by)
    _demand_letters(wish, target)
    return Transfer(
        source=wish.source and _with_members(wish.source),
        target=target,
        rule=wish.whom.text if wish.whom else "",
        selection=wish.whom.selection if wish.whom else None,
        mode=wish.mode,
        joining=wish.joining,
        percent=wish.share.percent,
        number=wish.share.number,
        began_at=db.now(),
        seed=secrets.randbits(SEED_BITS),
        started_by=by,
    )


def _with_members(group: Group) -> Group:
    if group.is_supergroup:
        raise SupergroupWithoutMembers(group=group.name)
    return group


def _target(wish: Wish, by: User | None) -> Group:
    if isinstance(wish.target, Group):
        return _with_members(wish.target)
    if wish.mode == Transfer.Mode.REMOVE:
        raise NobodyThere
    channel = wish.source.channel if wish.source else Group.Channel.EMAIL
    return create(wish.target.name, channel=channel, address=wish.target.address, by=by)


def _demand_letters(wish: Wish, target: Group) -> None:
    """Letters need somebody who joins, and a channel that carries them."""
    if wish.joining == Joining.SILENT:
        return
    if wish.mode == Transfer.Mode.REMOVE:
        raise NobodyJoins
    if not sends_letters(target):
        raise NoLetters(group=target.name)


def _queue(run: Transfer, *, by: User | None) -> None:
    """Locks the groups and gives the transfer to a worker."""
    run.process = locks.begin(
        Process.Kind.TRANSFER,
        [run.target_id],
        sources=[run.source_id] if run.source_id else [],
        label=run.label,
        by=by,
    )
    hold_active(run.target_id)
    run.state = Transfer.State.QUEUED
    run.save()


def confirm(run: Transfer, *, by: User | None) -> Transfer:
    """Lets `replace` remove as many members as it asked about. Raises `GroupLocked`: the groups were free meanwhile."""
    with transaction.atomic():
        run = _locked(run)
        if run.state != Transfer.State.AWAITING_CONFIRMATION:
            raise NothingToDecide(transfer=run.pk)
        record("transfer.confirmed", run.pk, by=by, group=run.target_id, absent=run.absent)
        run.is_confirmed, run.absent = True, 0
        _queue(run, by=by)
    return run


def cancel(run: Transfer, *, by: User | None) -> None:
    """Asks the transfer to stop at the end of its slice. Who was moved stays moved; the counts say how far it came."""
    with transaction.atomic():
        run = _locked(run)
        if run.state == Transfer.State.AWAITING_CONFIRMATION:
            _end_unconfirmed(run, by=by)
        elif run.state in GOING:
            locks.cancel(run.process_id)
            record("transfer.cancel_asked", run.pk, by=by, group=run.target_id)
        else:
            raise TransferEnded(transfer=run.pk)


def _locked(run: Transfer) -> Transfer:
    """The transfer as it is now, for this transaction alone."""
    found = Transfer.objects.select_for_update(of=("self",)).select_related("source", "target")
    return found.get(pk=run.pk)


def _end_unconfirmed(run: Transfer, *, by: User | None) -> None:
    """No worker holds it, and nothing was changed."""
    run.state, run.absent, run.ended_at = Transfer.State.CANCELLED, 0, clock.now()
    run.save(update_fields=["state", "absent", "ended_at"])
    record("transfer.cancelled", run.pk, by=by, group=run.target_id)
