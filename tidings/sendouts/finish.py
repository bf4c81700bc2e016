"""Moving a sendout on when its batches are through."""

from django.db import transaction
from django.db.models import Q

from tidings.journal.actions import record
from tidings.kernel import clock, db, sql
from tidings.locks import actions as locks
from tidings.locks.models import Process
from tidings.sendouts.models import Batch, Sendout
from tidings.sendouts.queries import counts

statements = sql.load(__package__)

CANCELLED_BATCHES_AT_ONCE = 50  # of 1,000 people: a transaction of about a second


def move_on(sendout_id: int) -> str:
    """Tells the progress, and ends the sendout or its first round if no batch is open any more; returns its state.

    The row is locked first: of two workers that end the last two batches at once, the second sees both.
    """
    with transaction.atomic():
        sendout = Sendout.objects.select_for_update().get(pk=sendout_id)
        open_states = set(
            Batch.objects.filter(sendout=sendout)
            .exclude(state=Batch.State.DONE)
            .values_list("state", flat=True)
        )
        if sendout.state == Sendout.State.SENDING and sendout.process_id:
            locks.progress(
                sendout.process_id, done=counts([sendout])[sendout.pk].attempted, total=sendout.audience
            )
        if sendout.state == Sendout.State.SENDING and open_states == {Batch.State.WAITING}:
            _end_first_round(sendout)
        elif not open_states and sendout.ended_at is None:
            _end(sendout)
        return sendout.state


def _end_first_round(sendout: Sendout) -> None:
    """Everyone was attempted once. Later retries need no lock."""
    sendout.state = Sendout.State.RETRYING
    sendout.save(update_fields=["state"])
    locks.end_if_begun(sendout.process_id, Process.State.FINISHED)


def _end(sendout: Sendout) -> None:
    if sendout.state in {Sendout.State.SENDING, Sendout.State.RETRYING}:
        sendout.state = Sendout.State.FINISHED
    elif sendout.state != Sendout.State.CANCELLED:
        return
    sendout.ended_at = clock.now()
    sendout.save(update_fields=["state", "ended_at"])
    finished = sendout.state == Sendout.State.FINISHED
    locks.end_if_begun(sendout.process_id, Process.State.FINISHED if finished else Process.State.CANCELLED)
    record(f"sendout.{sendout.state}", sendout.pk)


def skip_rest(sendout_id: int) -> bool:
    """Skips everyone of a cancelled sendout who isn't served; False while a worker still holds some of them."""
    params = {"sendout": sendout_id, "batches": CANCELLED_BATCHES_AT_ONCE}
    while _skip_some(params):
        pass
    move_on(sendout_id)
    return not Batch.objects.filter(~Q(state=Batch.State.DONE), sendout=sendout_id).exists()


def _skip_some(params: dict[str, int]) -> int:
    with transaction.atomic():
        db.execute(statements.doubts_of_dead, params)
        return db.execute(statements.skip_rest, params)
