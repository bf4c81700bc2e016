"""Which days a relation means, and when they begin."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tidings.selections.rules.days import Moment, Span, anniversaries, shifted, span
from tidings.selections.rules.parse import parse
from tidings.selections.rules.tree import Period, Unit

NOW = datetime(2027, 3, 3, 12, 30, 15, 999_999, tzinfo=UTC)
AROUND = range(-4, 5)

# Days from today, of those from four days ago to four days ahead.
MEANT = {
    "before today": {-4, -3, -2, -1},
    "until today": {-4, -3, -2, -1, 0},
    "after today": {1, 2, 3, 4},
    "since today": {0, 1, 2, 3, 4},
    "= today": {0},
    "= 2027-03-01": {-2},
    "between 2027-03-01 and today": {-2, -1, 0},
    "between today and 2027-03-01": set(),
    "within 2 days": {-2, -1, 0},
    "within 0 days": {0},
    "more than 2 days ago": {-4, -3},
    "2 days ago": {-2},
    "0 days ago": {0},
    "within next 2 days": {0, 1, 2},
    "in more than 2 days": {3, 4},
    "in 2 days": {2},
    "within 1 week": {-4, -3, -2, -1, 0},
    "in more than 10000 years": set(),
    "after 9999-12-31": set(),
    "before 0001-01-01": set(),
    "more than 10000 years ago": set(),
}


def inside(found: Span, day: date) -> bool:
    return (found.first is None or found.first <= day) and (found.end is None or day < found.end)


@pytest.mark.parametrize("relation", MEANT)
def test_a_relation_means_these_days(catalogue, relation):
    moment = Moment(NOW, ZoneInfo("UTC"))
    found = span(parse(f"date_of_birth {relation}", catalogue), moment)
    assert {n for n in AROUND if inside(found, moment.today + timedelta(days=n))} == MEANT[relation]


def test_hours_are_counted_from_this_second(catalogue):
    second = datetime(2027, 3, 3, 12, 30, 15, tzinfo=UTC)
    hours, later = timedelta(hours=6), timedelta(seconds=1)

    def of(relation: str) -> Span:
        return span(parse(f"visit {relation}", catalogue), Moment(NOW, ZoneInfo("Europe/Berlin")))

    assert of("within 6 hours") == Span(second - hours, second + later)
    assert of("more than 6 hours ago") == Span(None, second - hours)
    assert of("within next 6 hours") == Span(second, second + hours + later)
    assert of("in more than 6 hours") == Span(second + hours + later)


def test_a_minute_is_one_of_the_time_zone(catalogue):
    noon, later = datetime(2027, 7, 1, 10, 0, tzinfo=UTC), timedelta(minutes=1)

    def of(relation: str) -> Span:
        return span(parse(f"visit {relation}", catalogue), Moment(NOW, ZoneInfo("Europe/Berlin")))

    assert of("= 2027-07-01 12:00") == Span(noon, noon + later)
    assert of("before 2027-07-01 12:00") == Span(None, noon)
    assert of("until 2027-07-01 12:00") == Span(None, noon + later)
    assert of("after 2027-07-01 12:00") == Span(noon + later)
    assert of("since 2027-07-01 12:00") == Span(noon)
    assert of("between 2027-06-30 and 2027-07-01 12:00") == Span(date(2027, 6, 30), noon + later)


def test_a_minute_that_clocks_pass_twice_is_the_first_and_one_that_they_skip_is_an_hour_later(catalogue):
    moment = Moment(NOW, ZoneInfo("Europe/Berlin"))
    twice = span(parse("visit since 2027-10-31 02:30", catalogue), moment)
    assert twice.first == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    skipped = span(parse("visit since 2027-03-28 02:30", catalogue), moment)
    assert skipped.first == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "count", "unit", "sign", "wanted"),
    [
        ("2027-01-31", 1, Unit.MONTHS, 1, "2027-02-28"),
        ("2028-01-31", 1, Unit.MONTHS, 1, "2028-02-29"),
        ("2027-03-31", 1, Unit.MONTHS, -1, "2027-02-28"),
        ("2028-02-29", 1, Unit.YEARS, -1, "2027-02-28"),
        ("2028-02-29", 4, Unit.YEARS, 1, "2032-02-29"),
        ("2027-12-31", 2, Unit.MONTHS, 1, "2028-02-29"),
        ("2027-01-01", 1, Unit.DAYS, -1, "2026-12-31"),
        ("2027-01-01", 2, Unit.WEEKS, 1, "2027-01-15"),
        ("2027-01-01", 9_999, Unit.YEARS, -1, "0001-01-01"),
        ("2027-01-01", 9_999, Unit.MONTHS, 10, "9999-12-31"),
    ],
)
def test_a_period_ahead_or_ago_is_this_day(day, count, unit, sign, wanted):
    assert shifted(date.fromisoformat(day), Period(count, unit), sign) == date.fromisoformat(wanted)


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        ("UTC", "2027-03-28", "2027-03-28T00:00"),
        ("Europe/Berlin", "2027-03-28", "2027-03-27T23:00"),
        ("Europe/Berlin", "2027-03-29", "2027-03-28T22:00"),
        (
            "America/Havana",
            "2027-03-14",
            "2027-03-14T05:00",
        ),  # there is no midnight: clocks go from 0:00 to 1:00
        (
            "America/Havana",
            "2026-11-01",
            "2026-11-01T04:00",
        ),  # there are two midnights: from 1:00 back to 0:00
        ("Pacific/Kiritimati", "2027-01-01", "2026-12-31T10:00"),
    ],
)
def test_a_day_begins_at_its_first_midnight(zone, day, begins):
    moment = Moment(NOW, ZoneInfo(zone))
    assert moment.utc(date.fromisoformat(day)) == datetime.fromisoformat(begins).replace(tzinfo=UTC)


def test_today_is_that_of_the_zone():
    late = datetime(2027, 12, 31, 23, 30, tzinfo=UTC)
    assert Moment(late, ZoneInfo("Europe/Berlin")).today == date(2028, 1, 1)
    assert Moment(late, ZoneInfo("America/Havana")).today == date(2027, 12, 31)


@pytest.mark.parametrize(
    ("text", "today", "wanted"),
    [
        ("birthday today", "2027-02-28", ["02-28", "02-29"]),
        ("birthday today", "2028-02-28", ["02-28"]),
        ("birthday today", "2028-02-29", ["02-29"]),
        ("birthday in 1 day", "2027-02-27", ["02-28", "02-29"]),
        ("birthday in 1 day", "2028-02-28", ["02-29"]),
        ("birthday in 1 month", "2027-01-31", ["02-28", "02-29"]),
        ("birthday within 2 days", "2027-12-30", ["01-01", "12-30", "12-31"]),
        ("birthday within 0 days", "2027-05-05", ["05-05"]),
    ],
)
def test_an_anniversary_is_on_these_days(catalogue, text, today, wanted):
    assert anniversaries(parse(text, catalogue), date.fromisoformat(today)) == wanted


def test_everybody_has_a_birthday_within_a_year(catalogue):
    assert len(anniversaries(parse("birthday within 366 days", catalogue), date(2026, 3, 1))) == 366
