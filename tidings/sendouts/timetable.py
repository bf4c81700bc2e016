"""When copies may go out, and how many in an hour. Pure: every function is told what time it is."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

SECONDS_PER_HOUR = 3600
# A worker that keeps a speed hands over what is due in so many seconds at once, so few jobs keep it.
SECONDS_AT_ONCE = 5
# Window and quiet hours take turns in shutting; who finds no gap in so many turns has none.
MOST_TURNS = 8
DAYS_LOOKED_AHEAD = 732  # a window and quiet hours make two open times of a day


_SPEED = re.compile(r"([\d_,.]{1,15})\s*/\s*h", re.IGNORECASE)
_SPREAD = re.compile(r"(?:over\s+)?(\d{1,3})\s*h", re.IGNORECASE)
_WINDOW = re.compile(r"(\d{1,2}:\d\d)\s*-\s*(\d{1,2}:\d\d)")


def read_speed(text: str) -> dict[str, object] | None:
    """The settings that `fastest`, `20000/h` (so many in an hour) or `6h` (spread over so many) stand for."""
    if text.strip().lower() == "fastest":
        return {"speed": "fastest"}
    if found := _SPEED.fullmatch(text.strip()):
        return {"speed": "per_hour", "per_hour": int(re.sub(r"\D", "", found[1]) or 0)}
    if found := _SPREAD.fullmatch(text.strip()):
        return {"speed": "spread", "spread_hours": int(found[1])}
    return None


def read_window(text: str) -> dict[str, object] | None:
    """The settings that `08:00-20:00` or `always` stand for."""
    if text.strip().lower() == "always":
        return {"window_begins": None, "window_ends": None}
    if found := _WINDOW.fullmatch(text.strip()):
        return {"window_begins": found[1].zfill(5), "window_ends": found[2].zfill(5)}
    return None


@dataclass(frozen=True)
class Hours:
    """The same hours every day, in a zone; they may go over midnight."""

    begin: time
    end: time
    zone: ZoneInfo

    def __str__(self) -> str:
        return f"{self.begin:%H:%M}-{self.end:%H:%M} {self.zone.key}"

    def hold(self, at: datetime) -> bool:
        """Whether that moment is in them."""
        clock = at.astimezone(self.zone).time()
        if self.begin < self.end:
            return self.begin <= clock < self.end
        return clock >= self.begin or clock < self.end

    def next_begin(self, after: datetime) -> datetime:
        """When they begin for the first time after a moment."""
        return self._next(self.begin, after)

    def next_end(self, after: datetime) -> datetime:
        """When they end for the first time after a moment."""
        return self._next(self.end, after)

    def _next(self, clock: time, after: datetime) -> datetime:
        day = after.astimezone(self.zone).date()
        today = datetime.combine(day, clock, self.zone)
        return today if today > after else datetime.combine(day + timedelta(days=1), clock, self.zone)


@dataclass(frozen=True)
class Timetable:
    """When copies go out: within the daily window, outside of the quiet hours, so many in an hour.

    None for each means that nothing holds them up.
    """

    per_hour: float | None = None
    window: Hours | None = None
    quiet: Hours | None = None

    @property
    def is_free(self) -> bool:
        """Whether copies may go out at any time and speed."""
        return self == Timetable()

    def opens(self, at: datetime) -> datetime:
        """The first moment from `at` on at which copies may go out. Where quiet hours leave no gap they don't count."""
        found = at
        for _ in range(MOST_TURNS):
            if self.window and not self.window.hold(found):
                found = self.window.next_begin(found)
            elif self.quiet and self.quiet.hold(found):
                found = self.quiet.next_end(found)
            else:
                return found
        return Timetable(window=self.window).opens(at)

    def closes(self, at: datetime) -> datetime | None:
        """When the open time ends that `at` is in; None if it never does."""
        ends = [self.window.next_end(at)] if self.window else []
        ends += [self.quiet.next_begin(at)] if self.quiet else []
        return min(ends, default=None)

    def ends(self, start: datetime, work: timedelta) -> datetime | None:
        """When so much work is done that begins at `start` and goes on in open hours; None: not within a year."""
        at, left = self.opens(start), work
        for _ in range(DAYS_LOOKED_AHEAD):
            closes = self.closes(at)
            if closes is None or at + left <= closes:
                return at + left
            left -= closes - at
            at = self.opens(closes)
        return None

    def open_time(self, begin: datetime, end: datetime) -> timedelta:
        """For how long copies might go out between two moments."""
        open_for, at = timedelta(), self.opens(begin)
        while at < end:
            closes = self.closes(at) or end
            open_for += min(closes, end) - at
            at = max(self.opens(closes), closes)
        return open_for

    def at_once(self, people: int) -> int | None:
        """How many of so many may go out together; None: all of them."""
        if self.per_hour is None:
            return None
        return max(1, min(people, int(self.per_hour * SECONDS_AT_ONCE / SECONDS_PER_HOUR)))

    def lasts(self, people: int) -> timedelta:
        """How long so many take."""
        hours = people / self.per_hour if self.per_hour else 0
        return timedelta(hours=hours)
