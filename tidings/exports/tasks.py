"""What the queue runs for exports."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from tidings.exports.discard import discard_old
from tidings.exports.models import Export
from tidings.exports.run import run_export
from tidings.kernel import clock
from tidings.kernel.workers import this_worker
from tidings.locks.queries import forgotten

LOOK_AGAIN_SECONDS = 5


@app.task(name="exports.write", queue="long", retry=RetryStrategy(max_attempts=100, wait=5))
def write_file(export_id: int) -> None:
    """Writes an export's file; if its last worker's lease still holds, looks again when it may have ended."""
    if not run_export(export_id, this_worker()):
        write_file.configure(schedule_in={"seconds": LOOK_AGAIN_SECONDS}).defer(export_id=export_id)


@app.periodic(cron="* * * * *")
@app.task(name="exports.find_forgotten", queue="long", queueing_lock="exports.find_forgotten")
def find_forgotten(timestamp: int) -> None:  # noqa: ARG001 - the queue tells when it was due
    """Gives a job to each export that has lost its own, however that came about. One too many does no harm."""
    for lost in forgotten(Export.objects.all(), task=write_file.name, argument="export_id"):
        write_file.defer(export_id=lost.pk)


@app.periodic(cron="17 * * * *")
@app.task(name="exports.discard_old", queue="long", queueing_lock="exports.discard_old")
def discard_old_files(timestamp: int) -> None:  # noqa: ARG001 - the queue tells when it was due
    """Deletes the files of exports that nobody can download any more."""
    discard_old(clock.now())
