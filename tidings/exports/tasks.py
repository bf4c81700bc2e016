"""What the queue runs for exports."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from tidings.exports.run import run_export
from tidings.kernel.workers import this_worker

LOOK_AGAIN_SECONDS = 5


@app.task(name="exports.write", queue="long", retry=RetryStrategy(max_attempts=100, wait=5))
def write_file(export_id: int) -> None:
    """Writes an export's file; if its last worker's lease still holds, looks again when it may have ended."""
    if not run_export(export_id, this_worker()):
        write_file.configure(schedule_in={"seconds": LOOK_AGAIN_SECONDS}).defer(export_id=export_id)
