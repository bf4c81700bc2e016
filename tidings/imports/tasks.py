"""What the queue runs for imports."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from tidings.imports.run import run_import
from tidings.kernel.workers import this_worker

LOOK_AGAIN_SECONDS = 5


@app.task(name="imports.run_import", queue="long", retry=RetryStrategy(max_attempts=100, wait=5))
def import_file(import_id: int) -> None:
    """Runs an import; if its last worker's lease still holds, looks again when it may have ended."""
    if not run_import(import_id, this_worker()):
        import_file.configure(schedule_in={"seconds": LOOK_AGAIN_SECONDS}).defer(import_id=import_id)
