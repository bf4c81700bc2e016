from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tidings.sendouts.timetable import Hours, Timetable, read_speed, read_window

BERLIN = ZoneInfo("Europe/Berlin")
DAY = Hours(time(8), time(20), BERLIN)
NIGHT = Hours(time(22), time(7), BERLIN)


def berlin(day: int, hour: int, minute: int = 0, *, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN)


def test_within_the_window_copies_go_at_once_and_until_its_end():
    assert Timetable(window=DAY).opens(berlin(3, 12)) == berlin(3, 12)
    assert Timetable(window=DAY).closes(berlin(3, 12)) == berlin(3, 20)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        (berlin(3, 7, 59), berlin(3, 8)),
        (berlin(3, 20), berlin(4, 8)),
        (datetime(2026, 11, 3, 19, 30, tzinfo=UTC), berlin(4, 8)),
    ],
)
def test_outside_of_the_window_they_wait_for_its_next_begin(at, opens):
    assert Timetable(window=DAY).opens(at) == opens


def test_a_window_may_go_over_midnight():
    late = Timetable(window=Hours(time(20), time(2), BERLIN))
    assert late.opens(berlin(3, 1)) == berlin(3, 1)
    assert late.opens(berlin(3, 2)) == berlin(3, 20)
    assert late.closes(berlin(3, 21)) == berlin(4, 2)


def test_quiet_hours_end_before_anything_goes_out():
    assert Timetable(quiet=NIGHT).opens(berlin(3, 23)) == berlin(4, 7)
    assert Timetable(quiet=NIGHT).closes(berlin(3, 12)) == berlin(3, 22)


def test_window_and_quiet_hours_hold_together():
    both = Timetable(window=Hours(time(6), time(23), BERLIN), quiet=NIGHT)
    assert both.opens(berlin(3, 22, 30)) == berlin(4, 7)
    assert both.closes(berlin(3, 12)) == berlin(3, 22)


def test_quiet_hours_that_leave_no_gap_do_not_count():
    never = Timetable(window=Hours(time(23), time(5), BERLIN), quiet=NIGHT)
    assert never.opens(berlin(3, 12)) == berlin(3, 23)


def test_a_window_begins_by_the_clock_on_the_wall_on_the_day_the_clock_changes():
    opens = Timetable(window=DAY).opens(berlin(24, 21, month=10))
    assert opens.astimezone(UTC) == datetime(2026, 10, 25, 7, tzinfo=UTC)


def test_what_goes_together_is_due_within_seconds_and_never_more_than_there_are():
    assert Timetable(per_hour=7_200).at_once(1_000) == 10
    assert Timetable(per_hour=7_200).at_once(4) == 4
    assert Timetable(per_hour=1).at_once(1_000) == 1
    assert Timetable().at_once(1_000) is None


def test_so_many_last_as_long_as_the_speed_says():
    assert Timetable(per_hour=7_200).lasts(10) == timedelta(seconds=5)
    assert Timetable().lasts(10) == timedelta(0)


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("fastest", {"speed": "fastest"}),
        ("20000/h", {"speed": "per_hour", "per_hour": 20_000}),
        ("20,000 / H", {"speed": "per_hour", "per_hour": 20_000}),
        ("6h", {"speed": "spread", "spread_hours": 6}),
        ("soon", None),
        ("20000", None),
    ],
)
def test_a_speed_is_read(text, settings):
    assert read_speed(text) == settings


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("8:00-20:30", {"window_begins": "08:00", "window_ends": "20:30"}),
        ("always", {"window_begins": None, "window_ends": None}),
        ("8-20", None),
    ],
)
def test_a_window_is_read(text, settings):
    assert read_window(text) == settings


def test_work_of_more_than_a_day_ends_in_the_hours_of_a_later_one():
    assert Timetable(window=DAY).ends(berlin(3, 12), timedelta(hours=21)) == berlin(5, 9)
    assert Timetable().ends(berlin(3, 12), timedelta(hours=21)) == berlin(4, 9)


def test_the_open_time_between_two_moments_leaves_the_nights_out():
    assert Timetable(window=DAY).open_time(berlin(3, 12), berlin(5, 9)) == timedelta(hours=21)
    assert Timetable().open_time(berlin(3, 12), berlin(4, 12)) == timedelta(days=1)
    assert Timetable(window=DAY, quiet=Hours(time(12), time(14), BERLIN)).open_time(
        berlin(3, 6), berlin(4, 6)
    ) == timedelta(hours=10)
