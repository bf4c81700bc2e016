"""What the queue runs for limits."""

from datetime import datetime

from django.utils.timezone import localdate
from procrastinate.contrib.django import app

from tidings.attributes.rules import LIMIT_DAYS_AT_MOST
from tidings.kernel import clock, db, sql

statements = sql.load(__package__)

ROWS_AT_ONCE = 10_000  # a transaction of some 100 ms


@app.periodic(cron="23 3 * * *")
@app.task(name="limits.sweep", queue="long", queueing_lock="limits.sweep")
def sweep_counters(timestamp: int) -> None:  # noqa: ARG001 - the queue tells when it was due
    """Removes counters that no limit asks for any more."""
    sweep(clock.now())


def sweep(now: datetime) -> None:
    """The same, for any time."""
    params = {"today": localdate(now), "days": LIMIT_DAYS_AT_MOST, "rows": ROWS_AT_ONCE}
    while db.execute(statements.sweep, params):
        pass
