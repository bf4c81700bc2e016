"""What the queue runs for blacklists."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from tidings.blacklists.models import BlacklistImport
from tidings.blacklists.run import run_import
from tidings.kernel.workers import this_worker
from tidings.locks.queries import forgotten

LOOK_AGAIN_SECONDS = 5


@app.task(name="blacklists.import", queue="long", retry=RetryStrategy(max_attempts=100, wait=5))
def import_list(import_id: int) -> None:
    """Reads a file onto a list; if its last worker's lease still holds, looks again when it may have ended."""
    if not run_import(import_id, this_worker()):
        import_list.configure(schedule_in={"seconds": LOOK_AGAIN_SECONDS}).defer(import_id=import_id)


@app.periodic(cron="* * * * *")
@app.task(name="blacklists.find_forgotten", queue="long", queueing_lock="blacklists.find_forgotten")
def find_forgotten(timestamp: int) -> None:  # noqa: ARG001 - the queue tells when it was due
    """Gives a job to each import of a blacklist that has lost its own. One too many does no harm."""
    for lost in forgotten(BlacklistImport.objects.all(), task=import_list.name, argument="import_id"):
        import_list.defer(import_id=lost.pk)
