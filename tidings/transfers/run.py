"""Running a transfer to its end. Safe to run again at any moment: who was moved stays moved."""

from django.conf import settings
from django.db import transaction

from tidings.journal.actions import record
from tidings.kernel import clock
from tidings.locks.holding import Holding
from tidings.locks.models import Process
from tidings.locks.work import Work
from tidings.memberships.rules.replacing import is_too_many
from tidings.transfers.choose import freeze, members_before
from tidings.transfers.models import Slice, Transfer
from tidings.transfers.move import deed_of, move_slice
from tidings.transfers.tell import tell_starter


def choose_and_move(run: Transfer, holding: Holding) -> None:
    """Chooses people and moves them; behind an interruption, those of the same choice who are left."""
    if run.state == Transfer.State.QUEUED and not _choose(run, holding):
        _await_confirmation(run, holding)
        return
    _move(run, holding)
    with holding.ending():
        _end(run, Process.State.FINISHED)


def _choose(run: Transfer, holding: Holding) -> bool:
    """Freezes whom to move, in one transaction. False if a person has to confirm first how many would leave."""
    size = settings.ENVIRONMENT.slice_rows
    with holding.fenced():
        run.chosen = freeze(run, deed_of(run.mode), size=size)
        if run.mode == Transfer.Mode.REPLACE:
            run.absent, run.members_before = freeze(run, Slice.Deed.LEAVE, size=size), members_before(run)
        if is_too_many(run.absent, run.members_before) and not run.is_confirmed:
            transaction.set_rollback(True)  # the slices have told how many they are
            return False
        run.state, run.absent = Transfer.State.MOVING, 0
        run.save(update_fields=["state", "chosen", "members_before"])
    return True


def _await_confirmation(run: Transfer, holding: Holding) -> None:
    """Ends the process, so that the groups are free while nobody has decided; `actions.confirm` begins another one."""
    with holding.ending():
        run.state = Transfer.State.AWAITING_CONFIRMATION
        run.save(update_fields=["state", "chosen", "members_before", "absent"])
        record("transfer.asked", run.pk, by=None, group=run.target_id, absent=run.absent)
        tell_starter(run.pk)


def _move(run: Transfer, holding: Holding) -> None:
    """Who leaves comes after who joins, which is also the order of the words."""
    slices = list(run.slices.order_by("deed", "number").values_list("pk", "deed", "people"))
    holding.total = (
        run.chosen + run.absent + sum(people for _, deed, people in slices if deed == Slice.Deed.LEAVE)
    )
    holding.done = holding.total - sum(people for _, _, people in slices)
    for number, _, people in slices:
        with holding.fenced():
            move_slice(run, Slice.objects.get(pk=number))
        holding.done += people


def _fail(run: Transfer, state: Process.State, why: str) -> None:
    _end(run, state, error=why)


def _end(run: Transfer, state: Process.State, error: str = "") -> None:
    run.slices.all().delete()
    Transfer.objects.filter(pk=run.pk).update(state=state, error=error, ended_at=clock.now())
    record(f"transfer.{state}", run.pk, by=run.started_by, group=run.target_id)
    tell_starter(run.pk)


TRANSFER = Work((Process.Kind.TRANSFER,), Transfer.objects, choose_and_move, _fail)
