"""Times: aware, in UTC; schedules get `now` as a parameter so that tests can say what time it is."""

from datetime import UTC, datetime


def now() -> datetime:
    """This process' time. Leases never use it: they ask the database."""
    return datetime.now(UTC)
