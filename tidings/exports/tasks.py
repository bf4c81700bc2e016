"""What the queue runs for exports."""

from procrastinate.contrib.django import app

from tidings.exports.discard import discard_old
from tidings.kernel import clock


@app.periodic(cron="17 * * * *")
@app.task(name="exports.discard_old", queue="long", queueing_lock="exports.discard_old")
def discard_old_files(timestamp: int) -> None:  # noqa: ARG001 - the queue tells when it was due
    """Deletes the files of exports that nobody can download any more."""
    discard_old(clock.now())
