"""Moving a sendout on when its batches are through."""

import time

from django.conf import settings
from django.db import transaction

from tidings.journal.actions import record
from tidings.kernel import clock, db, sql
from tidings.limits.charging import forgetting
from tidings.locks import leases
from tidings.locks.models import Process
from tidings.sendouts import rules
from tidings.sendouts.gather import gather, is_any_waiting
from tidings.sendouts.models import Batch, Sendout, Single
from tidings.sendouts.queries import counts

statements = sql.load(__package__)

# What didn't reach somebody doesn't count against their limits.
FORGET = forgetting(statements.unreached, statements.ended_batches)
CANCELLED_BATCHES_AT_ONCE = 50  # of 1,000 people: a transaction of about a second
PROGRESS_SECONDS = 1.0
ABANDONED = (
    Sendout.State.CANCELLED,
    Sendout.State.REJECTED,
)  # their single sends that wait are skipped as well
# Failures in a row of one batch's job, over some 30 s: longer than a restart of the database.
HOPELESS_ATTEMPTS = 5


# When this process told the progress of which sendout.
_told_at: dict[int, float] = {}


def move_on(sendout_id: int) -> None:
    """Ends the sendout, or its first round, if no batch is open any more; tells the progress now and then.

    Most batches aren't the last one, and then nothing is locked. Of two workers that end the last two at once, the
    second waits for the row and sees both.
    """
    batches = Batch.objects.filter(sendout=sendout_id)
    if batches.filter(state__in=[Batch.State.READY, Batch.State.TAKEN]).exists():
        _tell_progress(sendout_id)
        return
    with transaction.atomic():
        sendout = Sendout.objects.select_for_update(no_key=True).get(pk=sendout_id)
        if sendout.standing_for or is_any_waiting(sendout_id):
            return
        open_states = set(batches.exclude(state=Batch.State.DONE).values_list("state", flat=True).distinct())
        if sendout.state == Sendout.State.SENDING and open_states == {Batch.State.WAITING}:
            _end_first_round(sendout)
        elif not open_states and sendout.ended_at is None:
            _end(sendout)


def _tell_progress(sendout_id: int) -> None:
    """Sums over all batches, so at most once a second for each process."""
    now = time.monotonic()
    if now - _told_at.get(sendout_id, 0.0) < PROGRESS_SECONDS:
        return
    _told_at[sendout_id] = now
    sendout = Sendout.objects.get(pk=sendout_id)
    if sendout.process_id is not None:
        account = counts([sendout])[sendout_id]
        leases.progress(sendout.process_id, done=account.attempted, total=account.audience)


def halt(sendout_id: int, reason: str) -> bool:
    """Pauses a sendout that can go on; False if its state doesn't allow that. Nobody is lost."""
    running = Sendout.objects.filter(pk=sendout_id, state__in=rules.sources(Sendout.State.PAUSED))
    return running.update(state=Sendout.State.PAUSED, state_reason=reason) == 1


def halt_hopeless(batch_id: int, attempts: int, error: Exception) -> None:
    """Pauses the sendout of a batch that can't be worked on again and again, so that a person learns of it."""
    if attempts < HOPELESS_ATTEMPTS:
        return
    sendout_id = Batch.objects.values_list("sendout_id", flat=True).get(pk=batch_id)
    if halt(sendout_id, f"It can't go on: {error}. Mend the cause, then resume it."):
        record("sendout.paused", sendout_id, reason=str(error))


def _end_first_round(sendout: Sendout) -> None:
    """Everyone was attempted once. Later retries need no lock."""
    sendout.state = Sendout.State.RETRYING
    sendout.save(update_fields=["state"])
    leases.end_if_begun(sendout.process_id, Process.State.FINISHED)


def _end(sendout: Sendout) -> None:
    if sendout.state in {Sendout.State.SENDING, Sendout.State.RETRYING}:
        sendout.state = Sendout.State.FINISHED
    elif sendout.state != Sendout.State.CANCELLED:
        return
    sendout.ended_at = clock.now()
    sendout.save(update_fields=["state", "ended_at"])
    db.execute(FORGET, {"sendout": sendout.pk, "sign": -1})
    finished = sendout.state == Sendout.State.FINISHED
    leases.end_if_begun(sendout.process_id, Process.State.FINISHED if finished else Process.State.CANCELLED)
    record(f"sendout.{sendout.state}", sendout.pk)


def skip_rest(sendout_id: int) -> bool:
    """Skips everyone of a cancelled sendout who isn't served; False while a worker still holds some of them."""
    params = {
        "sendout": sendout_id,
        "batches": CANCELLED_BATCHES_AT_ONCE,
        "lease": settings.ENVIRONMENT.lease_seconds,
    }
    while gather(sendout_id, ABANDONED):
        pass
    while db.execute(statements.skip_rest, params):
        pass
    Single.objects.filter(sendout=sendout_id).exclude(params={}).update(params={})
    move_on(sendout_id)
    return not Batch.objects.filter(sendout=sendout_id).exclude(state=Batch.State.DONE).exists()
