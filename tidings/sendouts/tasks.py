"""What the queue runs for sendouts. `sending` has a worker process per core, which takes
what somebody waits for from `prompt` at the same time; `long` is for work on many rows.
"""

from collections.abc import Iterable, Sequence
from typing import cast

from asgiref.sync import sync_to_async
from django.db import transaction
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.types import JSONDict, JSONValue

from tidings.kernel import clock, db, sql
from tidings.sendouts.begin import begin_scheduled
from tidings.sendouts.deliver import Visit, deliver
from tidings.sendouts.expand import expand
from tidings.sendouts.finish import halt_hopeless, move_on, skip_rest
from tidings.sendouts.gather import gather
from tidings.sendouts.letters import send_each
from tidings.sendouts.models import Sendout
from tidings.sendouts.notices import due_again, mail_each
from tidings.sendouts.standing import close_those_of_yesterday

statements = sql.load(__package__)

LOCK_POLL_SECONDS = 5
SWEEP_PAUSE_SECONDS = 2
LETTERS_FIRST = 10  # the higher, the earlier a job is taken
LETTERS_PER_JOB = 200  # seconds of work, so that others get their turn
# Whatever goes wrong, the work stays to be done: after 1, 6, 11, … seconds the job runs again.
AGAIN = RetryStrategy(max_attempts=200, wait=1, linear_wait=5)


@app.task(name="sendouts.start_scheduled", queue="long", retry=AGAIN)
def start_scheduled(sendout_id: int) -> None:
    """Starts a sendout at its time; while its group is written, looks again."""
    with transaction.atomic():
        match begin_scheduled(sendout_id, clock.now()):
            case Sendout.State.PREPARING:
                expand_audience.defer(sendout_id=sendout_id)
            case Sendout.State.WAITING:
                later = start_scheduled.configure(schedule_in={"seconds": LOCK_POLL_SECONDS})
                later.defer(sendout_id=sendout_id)


@app.task(name="sendouts.expand_audience", queue="long", retry=AGAIN)
def expand_audience(sendout_id: int) -> None:
    """Freezes the audience and puts its batches in the queue, both or none."""
    with transaction.atomic():
        queue_batches(expand(sendout_id))


def queue_singles(sendout_id: int) -> None:
    """Puts a job for a sendout's single sends in the queue, unless one waits there, which finds all that are stored.

    They have to be committed by now: of a job that was taken meanwhile nobody knows what it has seen.
    """
    if not db.value(statements.is_gathering_queued, {"sendout": sendout_id}):
        deliver_singles.defer(sendout_id=sendout_id)


@app.task(name="sendouts.deliver_singles", queue="prompt", pass_context=True, retry=AGAIN)
async def deliver_singles(context: JobContext, sendout_id: int) -> None:
    """Delivers the single sends of a sendout that wait, many at once."""
    while batch := await sync_to_async(gather)(sendout_id):
        await _deliver_gathered(context, batch)


async def _deliver_gathered(context: JobContext, batch: int) -> None:
    """A batch that has no job of its own gets one if this goes wrong."""
    try:
        visit = await _deliver(context, batch)
    except Exception:
        await sync_to_async(queue_batches)([batch])
        raise
    if visit:
        await _follow(batch, visit)


def queue_batches(batches: Iterable[int]) -> None:
    """Puts a job for each of these batches in the queue."""
    deliver_batch.batch_defer(*[cast("JSONDict", {"batch_id": batch}) for batch in batches])


@app.task(name="sendouts.deliver_batch", queue="sending", pass_context=True, retry=AGAIN)
async def deliver_batch(context: JobContext, batch_id: int) -> None:
    """Delivers a batch; leaves a job for the next look at it, if one is due."""
    visit = await _deliver(context, batch_id)
    if visit:
        await _follow(batch_id, visit)


async def _deliver(context: JobContext, batch_id: int) -> Visit | None:
    try:
        return await deliver(batch_id, context.additional_context["worker"])
    except Exception as error:
        await sync_to_async(halt_hopeless)(batch_id, context.job.attempts, error)
        raise


async def _follow(batch_id: int, visit: Visit) -> None:
    """What comes after a look at a batch: another one later, or the sendout moves on. A cancelled one is swept."""
    if visit.sendout_state == Sendout.State.CANCELLED:
        return
    if visit.look_again_at and visit.sendout_state in {Sendout.State.SENDING, Sendout.State.RETRYING}:
        await deliver_batch.configure(schedule_at=visit.look_again_at).defer_async(batch_id=batch_id)
    if not visit.is_standing:
        await sync_to_async(move_on)(visit.sendout_id)


@app.task(name="sendouts.skip_the_rest", queue="long", retry=AGAIN)
def skip_the_rest(sendout_id: int) -> None:
    """Skips whoever a cancelled sendout didn't serve; looks again while workers still hold some."""
    if not skip_rest(sendout_id):
        skip_the_rest.configure(schedule_in={"seconds": SWEEP_PAUSE_SECONDS}).defer(sendout_id=sendout_id)


def queue_letters(letter_ids: Sequence[int]) -> None:
    """Puts letters in the queue: one alone before batches, since somebody waits for it; many behind them, in shares."""
    shares = [letter_ids[at : at + LETTERS_PER_JOB] for at in range(0, len(letter_ids), LETTERS_PER_JOB)]
    job = send_letters.configure(priority=LETTERS_FIRST if len(letter_ids) == 1 else 0)
    job.batch_defer(*[cast("JSONDict", {"letter_ids": list(share)}) for share in shares])


@app.task(name="sendouts.send_letters", queue="sending", pass_context=True, retry=AGAIN)
async def send_letters(context: JobContext, letter_ids: list[int]) -> None:
    """Sends letters; leaves a job for those that are due again."""
    due = await send_each(letter_ids, context.additional_context["worker"])
    if due:
        again = send_letters.configure(schedule_at=min(due.values()), priority=context.job.priority)
        await again.defer_async(letter_ids=list(due))


def queue_notices(notice_ids: Sequence[int]) -> None:
    """Puts the mails of notices in the queue."""
    mail_notices.configure(priority=LETTERS_FIRST).defer(notice_ids=list(notice_ids))


@app.task(name="sendouts.mail_notices", queue="sending", pass_context=True, retry=AGAIN)
async def mail_notices(context: JobContext, notice_ids: list[int]) -> None:
    """Mails notices to users; leaves a job for those that are to be tried again."""
    left: list[JSONValue] = list(await mail_each(notice_ids, context.additional_context["worker"]))
    if left:
        await mail_notices.configure(schedule_at=due_again()).defer_async(notice_ids=left)


# What a sendout needs a job for, by its state.
_JOB_OF_STATE = {
    Sendout.State.SCHEDULED: start_scheduled,
    Sendout.State.WAITING: start_scheduled,
    Sendout.State.PREPARING: expand_audience,
    Sendout.State.CANCELLED: skip_the_rest,
}


@app.periodic(cron="* * * * *")
@app.task(name="sendouts.find_forgotten", queue="long", queueing_lock="sendouts.find_forgotten")
def find_forgotten(timestamp: int) -> None:  # noqa: ARG001 - the queue tells when it was due
    """Gives a job to whatever has lost its own, however that came about. One too many does no harm."""
    close_those_of_yesterday(clock.now())
    _queue_forgotten_people()
    for row in db.rows(statements.sendouts_without_job):
        job = _JOB_OF_STATE[row["state"]].configure(schedule_at=row["scheduled_at"])
        job.defer(sendout_id=row["id"])


def _queue_forgotten_people() -> None:
    queue_batches(row["id"] for row in db.rows(statements.batches_without_job))
    for row in db.rows(statements.ungathered):
        queue_singles(row["id"])


@app.periodic(cron="* * * * *")
@app.task(
    name="sendouts.find_forgotten_letters", queue="long", queueing_lock="sendouts.find_forgotten_letters"
)
def find_forgotten_letters(timestamp: int) -> None:  # noqa: ARG001 - the queue tells when it was due
    """Gives a job to letters that have lost their own."""
    queue_letters([row["id"] for row in db.rows(statements.letters_without_job)])


@app.periodic(cron="* * * * *")
@app.task(
    name="sendouts.find_forgotten_notices", queue="long", queueing_lock="sendouts.find_forgotten_notices"
)
def find_forgotten_notices(timestamp: int) -> None:  # noqa: ARG001 - the queue tells when it was due
    """Gives a job to notices whose mail has lost its own."""
    forgotten = [row["id"] for row in db.rows(statements.notices_without_job)]
    if forgotten:
        queue_notices(forgotten)
