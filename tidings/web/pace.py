"""How a sendout went over time, as bars that the server draws."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tidings.kernel import db
from tidings.sendouts.models import Sendout

BARS = 48
HEIGHT = 100  # of the drawing, in its own units
STEPS_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400)

# The newest outcome of each recipient by when it came. Rides sendout_batches_once and deliveries_pkey.
_SPAN = """
SELECT min(d.at) AS begun, max(d.at) AS ended
FROM sendout_batches b JOIN deliveries d ON d.batch_id = b.id WHERE b.sendout_id = %(sendout)s
"""
_COUNTS = """
SELECT floor(extract(epoch FROM d.at - %(begun)s) / %(step)s)::int AS bar, count(*) AS people
FROM sendout_batches b JOIN deliveries d ON d.batch_id = b.id
WHERE b.sendout_id = %(sendout)s GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True)
class Bar:
    """People whose outcome came in one step of time; `height` is 0 to `HEIGHT`."""

    at: datetime
    people: int
    height: float
    x: float
    width: float


@dataclass(frozen=True)
class Pace:
    """The bars from the first outcome to the last, one per `step`; `peak` is the highest."""

    bars: list[Bar]
    step: timedelta
    peak: int

    @property
    def ended(self) -> datetime:
        """When the last step ended."""
        return self.bars[-1].at + self.step

    @property
    def peak_rate(self) -> float:
        """People per second in the best step."""
        return self.peak / self.step.total_seconds()


def pace_of(sendout: Sendout) -> Pace | None:
    """The pace so far; None while nobody has an outcome."""
    span = db.row(_SPAN, {"sendout": sendout.pk})
    if not span or span["begun"] is None:
        return None
    step = step_for((span["ended"] - span["begun"]).total_seconds())
    counted = db.rows(_COUNTS, {"sendout": sendout.pk, "begun": span["begun"], "step": step})
    return _drawn({row["bar"]: row["people"] for row in counted}, span["begun"], step)


def step_for(seconds: float) -> int:
    """The shortest even step of which at most `BARS` fill the span."""
    return next((step for step in STEPS_SECONDS if seconds / step < BARS), STEPS_SECONDS[-1])


def _drawn(people: dict[int, int], begun: datetime, step: int) -> Pace:
    count, peak = max(people) + 1, max(people.values())
    width = HEIGHT / max(count, 1)
    bars = [
        Bar(
            at=begun + timedelta(seconds=number * step),
            people=people.get(number, 0),
            height=round(people.get(number, 0) * HEIGHT / peak, 2),
            x=round(number * width, 3),
            width=round(width * 0.8, 3),
        )
        for number in range(count)
    ]
    return Pace(bars, timedelta(seconds=step), peak)
