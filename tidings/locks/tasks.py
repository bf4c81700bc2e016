"""What the queue runs for processes of all kinds."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from tidings.kernel.workers import this_worker
from tidings.locks import work
from tidings.locks.queries import forgotten

LOOK_AGAIN_SECONDS = 5


@app.task(name="locks.run", queue="long", retry=RetryStrategy(max_attempts=100, wait=5))
def run(process_id: int) -> None:
    """Runs a process to its end; if its last worker's lease still holds, looks again when it may have ended."""
    if not work.run(process_id, this_worker()):
        run.configure(schedule_in={"seconds": LOOK_AGAIN_SECONDS}).defer(process_id=process_id)


@app.periodic(cron="* * * * *")
@app.task(name="locks.find_forgotten", queue="long", queueing_lock="locks.find_forgotten")
def find_forgotten(timestamp: int) -> None:  # noqa: ARG001 - the queue tells when it was due
    """Gives a job to each process that has lost its own, however that came about. One too many does no harm."""
    for lost in forgotten(work.works(), task=run.name):
        run.defer(process_id=lost)
