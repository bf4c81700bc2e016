"""What the queue runs for memberships."""

from procrastinate.contrib.django import app

from tidings.kernel import clock, db, sql
from tidings.memberships.expire import expire_pending

statements = sql.load(__package__)


@app.periodic(cron="* * * * *")
@app.task(name="memberships.fold_tallies", queue="long", queueing_lock="fold_tallies")
def fold_tallies(timestamp: int) -> None:  # noqa: ARG001 - the queue tells when it was due
    """Sums up the tallies of members, so that counting stays a look at a few rows."""
    db.execute(statements.fold_tallies)


@app.periodic(cron="*/10 * * * *")
@app.task(name="memberships.end_late_requests", queue="long", queueing_lock="end_late_requests")
def end_late_requests(timestamp: int) -> None:  # noqa: ARG001 - the queue tells when it was due
    """Ends memberships that are pending for longer than their group allows."""
    expire_pending(clock.now())
