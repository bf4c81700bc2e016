"""What the queue runs for imports."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from tidings.imports.models import Import
from tidings.imports.run import run_import
from tidings.kernel.workers import this_worker
from tidings.locks.queries import forgotten

LOOK_AGAIN_SECONDS = 5


@app.task(name="imports.run_import", queue="long", retry=RetryStrategy(max_attempts=100, wait=5))
def import_file(import_id: int) -> None:
    """Runs an import; if its last worker's lease still holds, looks again when it may have ended."""
    if not run_import(import_id, this_worker()):
        import_file.configure(schedule_in={"seconds": LOOK_AGAIN_SECONDS}).defer(import_id=import_id)


@app.periodic(cron="* * * * *")
@app.task(name="imports.find_forgotten", queue="long", queueing_lock="imports.find_forgotten")
def find_forgotten(timestamp: int) -> None:  # noqa: ARG001 - the queue tells when it was due
    """Gives a job to each import that has lost its own, however that came about. One too many does no harm."""
    for lost in forgotten(Import.objects.all(), task=import_file.name, argument="import_id"):
        import_file.defer(import_id=lost.pk)
