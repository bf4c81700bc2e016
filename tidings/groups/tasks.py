"""What the queue runs for groups."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from tidings.groups.models import Deletion
from tidings.groups.purge import run_deletion
from tidings.kernel.workers import this_worker
from tidings.locks.queries import forgotten

LOOK_AGAIN_SECONDS = 5


@app.task(name="groups.delete", queue="long", retry=RetryStrategy(max_attempts=100, wait=5))
def delete_group(deletion_id: int) -> None:
    """Deletes a group; if its last worker's lease still holds, looks again when it may have ended."""
    if not run_deletion(deletion_id, this_worker()):
        delete_group.configure(schedule_in={"seconds": LOOK_AGAIN_SECONDS}).defer(deletion_id=deletion_id)


@app.periodic(cron="* * * * *")
@app.task(name="groups.find_forgotten", queue="long", queueing_lock="groups.find_forgotten")
def find_forgotten(timestamp: int) -> None:  # noqa: ARG001 - the queue tells when it was due
    """Gives a job to each deletion that has lost its own, however that came about. One too many does no harm."""
    for lost in forgotten(Deletion.objects.all(), task=delete_group.name, argument="deletion_id"):
        delete_group.defer(deletion_id=lost.pk)
