"""What the queue runs for contacts."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from tidings.contacts.models import Erasure
from tidings.contacts.scrub import run_erasure
from tidings.kernel.workers import this_worker
from tidings.locks.queries import forgotten

LOOK_AGAIN_SECONDS = 5


@app.task(name="contacts.scrub_logs", queue="long", retry=RetryStrategy(max_attempts=100, wait=5))
def scrub_logs(erasure_id: int) -> None:
    """Cleans the logs of an erased person; if the last worker's lease still holds, looks again later."""
    if not run_erasure(erasure_id, this_worker()):
        scrub_logs.configure(schedule_in={"seconds": LOOK_AGAIN_SECONDS}).defer(erasure_id=erasure_id)


@app.periodic(cron="* * * * *")
@app.task(name="contacts.find_forgotten", queue="long", queueing_lock="contacts.find_forgotten")
def find_forgotten(timestamp: int) -> None:  # noqa: ARG001 - the queue tells when it was due
    """Gives a job to each erasure that has lost its own. One too many does no harm."""
    for lost in forgotten(Erasure.objects.all(), task=scrub_logs.name, argument="erasure_id"):
        scrub_logs.defer(erasure_id=lost.pk)
