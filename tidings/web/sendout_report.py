"""What a sendout's page tells: where everyone of the audience stands."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tidings.accounts.models import User
from tidings.journal.models import Fact
from tidings.kernel import clock
from tidings.sendouts.models import Sendout
from tidings.sendouts.queries import counts, rate_of, seconds_left
from tidings.sendouts.rules import FINAL, MOVES, Accounting
from tidings.web.progress import Progress

State = Sendout.State

# Nothing moves by itself in these; a page that shows them need not ask.
RESTING = FINAL | {State.PAUSED}

PARTS = (
    ("accepted", "Accepted", "The carrier took the copy", "green"),
    ("deferred", "Deferred", "Refused for now; tried again later", "amber"),
    ("failed", "Failed", "Refused for good, or no copy could be made", "red"),
    ("skipped", "Skipped", "Left out since the start: unsubscribed, removed, cancelled", "grey"),
    ("planned", "Planned", "Not tried yet", "blue"),
)

VERBS = {
    "sendout.created": "Created",
    "sendout.approved": "Approved",
    "sendout.rejected": "Rejected",
    "sendout.started": "Started",
    "sendout.paused": "Paused",
    "sendout.resumed": "Resumed",
    "sendout.pace_changed": "Speed or hours changed",
    "sendout.cancel_asked": "Cancelled by a person",
    "sendout.cancelled": "Cancelled; everyone is accounted for",
    "sendout.finished": "Finished",
    "sendout.failed": "Failed",
}


@dataclass(frozen=True)
class Part:
    """One part of the audience; `share` is in percent, `offset` where its piece of the bar begins."""

    name: str
    label: str
    sentence: str
    tone: str
    people: int
    share: float
    offset: float


@dataclass(frozen=True)
class Moment:
    """One line of the timeline; `by` is empty where nobody is known to have done it."""

    sentence: str
    at: datetime
    by: str
    reason: str


def parts(accounting: Accounting) -> list[Part]:
    """The audience by outcome; together they are everyone."""
    whole, offset, found = accounting.audience or 1, 0.0, []
    for name, label, sentence, tone in PARTS:
        people = getattr(accounting, name)
        share = people * 100 / whole
        found.append(Part(name, label, sentence, tone, people, round(share, 3), round(offset, 3)))
        offset += share
    return found


def live(sendout: Sendout) -> dict[str, Any]:
    """What changes while it runs, from one cheap query."""
    accounting = counts([sendout])[sendout.pk]
    return {
        "sendout": sendout,
        "accounting": accounting,
        "parts": parts(accounting),
        "progress": _progress(sendout, accounting),
        "rate": rate_of(sendout, accounting),
        "asks_again": sendout.state not in RESTING,
    }


def _progress(sendout: Sendout, accounting: Accounting) -> Progress | None:
    """How far the first round is; the time left is that of everyone who is still planned."""
    rate = rate_of(sendout, accounting)
    if sendout.started_at is None or sendout.state == State.SCHEDULED:
        return None
    seconds = accounting.attempted / rate if rate else 0.0
    left = seconds_left(sendout, accounting, clock.now())
    return Progress(accounting.attempted, accounting.audience or None, seconds, "people", left)


def timeline(sendout: Sendout) -> list[Moment]:
    """What the journal knows of it, the oldest first."""
    facts = list(Fact.objects.filter(verb__startswith="sendout.", subject=sendout.pk).order_by("pk"))
    people = User.objects.in_bulk({fact.by_id for fact in facts if fact.by_id is not None})
    return [
        Moment(
            _told(fact.verb), fact.at, str(people.get(fact.by_id or 0, "")), str(fact.data.get("reason", ""))
        )
        for fact in facts
    ]


def _told(verb: str) -> str:
    return VERBS.get(verb, verb.removeprefix("sendout.").replace("_", " ").capitalize())


def may(sendout: Sendout) -> dict[str, bool]:
    """Which of pause, resume and cancel its state allows."""
    moves = MOVES[sendout.state]
    return {
        "pause": State.PAUSED in moves,
        "resume": sendout.state == State.PAUSED,
        "cancel": State.CANCELLED in moves,
    }
