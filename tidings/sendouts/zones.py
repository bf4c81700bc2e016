"""One time on everybody's clock: when each zone gets there. Pure: every function is told what time it is."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

DAY = timedelta(days=1)
# Who gets there a little before the sendout starts is served at once; who got there earlier, a day later: nobody wants
# the mail for the morning at night.
LATE = timedelta(minutes=60)


def moment(clock: datetime, zone: ZoneInfo) -> datetime:
    """When clocks of the zone show that time: for the first time, where they show it twice; where they skip it, as
    much later as they were put on.
    """
    return clock.replace(tzinfo=zone, fold=0).astimezone(UTC)


def coming(clock: datetime, zone: ZoneInfo, now: datetime) -> datetime:
    """The same on the first day on which it isn't over by more than an hour."""
    days = max(0, (now - LATE - moment(clock, zone)).days)
    return next(at for at in _daily(clock + days * DAY, zone) if at >= now - LATE)


def _daily(clock: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    while True:
        yield moment(clock, zone)
        clock += DAY


def moments(clock: datetime, now: datetime, zones: Iterable[str] = ()) -> Mapping[str, datetime]:
    """When each zone gets there, by its name in lower case: all that there are, unless some are named."""
    found = _all() if not zones else {name.lower(): ZoneInfo(name) for name in zones}
    return {name: coming(clock, zone, now) for name, zone in found.items()}


@cache
def _all() -> dict[str, ZoneInfo]:
    return {name.lower(): ZoneInfo(name) for name in available_timezones()}
