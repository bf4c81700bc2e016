"""One time on everybody's clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.sendouts.zones import LATE, coming, moment, moments

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ZONES = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
CLOCKS = st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1))  # noqa: DTZ001 - a clock's time has no zone
LONGEST_JUMP = timedelta(days=1)  # Samoa left out a day


def at(*parts):
    return datetime(*parts)  # noqa: DTZ001 - a clock's time has no zone


def test_each_zone_gets_there_at_its_own_moment():
    found = moments(at(2026, 11, 25, 9), NOW, ["Asia/Tokyo", "Europe/Berlin", "America/New_York"])
    assert {name: f"{moment:%d %H:%M}" for name, moment in found.items()} == {
        "asia/tokyo": "25 00:00", "europe/berlin": "25 08:00", "america/new_york": "25 14:00",
    }  # fmt: skip


def test_who_got_there_over_an_hour_ago_gets_it_a_day_later():
    assert coming(at(2026, 11, 24, 12, 59), BERLIN, NOW) == datetime(2026, 11, 24, 11, 59, tzinfo=UTC)
    assert coming(at(2026, 11, 24, 11, 59), BERLIN, NOW) == datetime(2026, 11, 25, 10, 59, tzinfo=UTC)


def test_a_time_that_is_long_over_is_that_time_today_or_tomorrow():
    assert coming(at(2020, 1, 1, 18), BERLIN, NOW) == datetime(2026, 11, 24, 17, tzinfo=UTC)


def test_a_time_that_clocks_skip_comes_as_much_later_as_they_are_put_on():
    found = moment(at(2026, 3, 29, 2, 30), BERLIN).astimezone(BERLIN)
    assert f"{found:%H:%M}" == "03:30"


def test_a_time_that_clocks_show_twice_is_the_first_one():
    assert moment(at(2026, 10, 25, 2, 30), BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@given(CLOCKS, ZONES)
def test_clocks_show_that_time_then_or_were_just_put_on(clock, zone):
    shown = moment(clock, zone).astimezone(zone).replace(tzinfo=None)
    if shown != clock:
        before = moment(clock, zone) - LONGEST_JUMP
        jump = moment(clock, zone).astimezone(zone).utcoffset() - before.astimezone(zone).utcoffset()
        assert shown - clock == jump > timedelta()


@given(CLOCKS, ZONES)
def test_no_earlier_moment_of_the_day_shows_the_same(clock, zone):
    found = moment(clock, zone)
    for hours in (0.5, 1, 2):
        assert (found - timedelta(hours=hours)).astimezone(zone).replace(tzinfo=None) != clock


@given(CLOCKS, ZONES, st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_nobody_is_served_over_an_hour_late_or_a_day_too_late(clock, zone, now):
    found = coming(clock, zone, now)
    assert found >= now - LATE
    assert found == moment(clock, zone) or found <= now + timedelta(days=1, hours=3)


@pytest.mark.parametrize("name", ["Europe/Berlin", "EUROPE/BERLIN"])
def test_all_zones_are_known_whatever_their_case(name):
    assert name.lower() in moments(at(2026, 11, 25, 9), NOW)
