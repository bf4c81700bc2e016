"""What a relation of dates means: from when to when, seen from a moment in the organisation's time zone."""

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tidings.selections.rules.tree import Condition, Day, Minute, Period, Relation, Unit

R = Relation
End = date | datetime | None
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_SECOND = timedelta(seconds=1)
_MONTHS = {Unit.MONTHS: 1, Unit.YEARS: 12}
_DAYS = {Unit.DAYS: 1, Unit.WEEKS: 7}
_LEAP_DAY, _DAY_BEFORE = "02-29", "02-28"


@dataclass(frozen=True, slots=True)
class Span:
    """From its first moment until before its end; None is open. Days begin at midnight of the time zone."""

    first: End = None
    end: End = None


@dataclass(frozen=True, slots=True)
class Moment:
    """When a rule is asked. All relative dates are seen from here."""

    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        """The day that it is in the time zone."""
        return self.now.astimezone(self.zone).date()

    def utc(self, end: date | datetime) -> datetime:
        """When a day begins, or the moment itself."""
        begin = end if isinstance(end, datetime) else datetime.combine(end, time.min, self.zone)
        try:
            return begin.astimezone(UTC)
        except OverflowError:  # the first and last days of the calendar
            return begin.replace(tzinfo=UTC)

    def start(self, value: Day | Minute) -> date | datetime:
        """The day, or when the minute begins. One that clocks pass twice is the first of both."""
        if isinstance(value, Minute):
            return self.utc(value.at.replace(tzinfo=self.zone))
        return value.on or self.today


def span(condition: Condition, moment: Moment) -> Span:
    """The span in which the value of a condition over dates has to be."""
    match condition.values:
        case (Period(count, Unit.HOURS),):
            return _of_hours(condition.relation, timedelta(hours=count), moment.now)
        case (Period() as period,):
            return _of_period(condition.relation, period, moment.today)
    starts = [moment.start(value) for value in condition.values if isinstance(value, Day | Minute)]
    return _between(condition.relation, starts[0], starts[-1])


def _between(relation: Relation, first: date | datetime, last: date | datetime) -> Span:
    match relation:
        case R.BEFORE:
            return Span(end=first)
        case R.UNTIL:
            return Span(end=_next(first))
        case R.AFTER:
            return _from(_next(first))
        case R.SINCE:
            return Span(first)
    return Span(first, _next(last))


def _of_hours(relation: Relation, length: timedelta, now: datetime) -> Span:
    """In whole seconds, since stored times compare as texts."""
    now = now.replace(microsecond=0)
    match relation:
        case R.WITHIN:
            return Span(now - length, now + _SECOND)
        case R.LONG_AGO:
            return Span(end=now - length)
        case R.WITHIN_NEXT:
            return Span(now, now + length + _SECOND)
    return Span(now + length + _SECOND)


def _of_period(relation: Relation, period: Period, today: date) -> Span:
    past, future = shifted(today, period, -1), shifted(today, period, 1)
    match relation:
        case R.WITHIN:
            return Span(past, _next(today))
        case R.LONG_AGO:
            return Span(end=past)
        case R.AGO:
            return Span(past, _next(past))
        case R.WITHIN_NEXT:
            return Span(today, _next(future))
        case R.FAR_AHEAD:
            return _from(_next(future))
    return Span(future, _next(future))


def _from(first: End) -> Span:
    """Never, if the calendar has ended by then."""
    return Span(first) if first else Span(date.max, date.max)


def _next(start: date | datetime) -> End:
    """The day or minute after; None, an open end, after the last of the calendar."""
    try:
        return start + (_MINUTE if isinstance(start, datetime) else _DAY)
    except OverflowError:
        return None


def shifted(day: date, period: Period, sign: int) -> date:
    """The day a period later (1) or earlier (-1). A month later than 31 January is the last of February.

    What lies beyond the calendar becomes its first or last day.
    """
    try:
        if period.unit in _DAYS:
            return day + sign * timedelta(days=period.count * _DAYS[period.unit])
        months = day.year * 12 + day.month - 1 + sign * period.count * _MONTHS[period.unit]
        year, month = months // 12, months % 12 + 1
        return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
    except (OverflowError, ValueError):
        return date.max if sign > 0 else date.min


def anniversaries(condition: Condition, today: date) -> list[str]:
    """The months and days, such as `02-28`, of dates whose anniversary is meant.

    29 February has it on the 28th in years without one.
    """
    last = max((shifted(today, one, 1) for one in condition.values if isinstance(one, Period)), default=today)
    first = last if condition.relation is R.ANNIVERSARY_IN else today
    count = min((last - first).days, 366)
    ahead = [shifted(first, Period(n, Unit.DAYS), 1) for n in range(count + 1)]
    stands_in = any(f"{day:%m-%d}" == _DAY_BEFORE and not calendar.isleap(day.year) for day in ahead)
    return sorted({f"{day:%m-%d}" for day in ahead} | ({_LEAP_DAY} if stands_in else set()))
