"""Who gets a sendout when, if everybody gets it at the same time of their own zone."""

import json
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from tidings.groups.models import Group
from tidings.kernel import db, sql
from tidings.selections.language import Compiled
from tidings.sendouts.judge import ask, target_of
from tidings.sendouts.models import Sendout
from tidings.sendouts.zones import coming, moments

statements = sql.load(__package__)

BATCHES = {"timed": statements.timed, "batches": statements.timed_batches}
"""Parts of a statement that reads `copies` and makes a batch for each moment; they want `params`."""


@dataclass(frozen=True)
class Moment:
    """When so many get theirs; `planned` of them are still to be served."""

    at: datetime
    people: int
    planned: int


def params(clock: datetime, now: datetime) -> dict[str, object]:
    """When it is that time in each zone."""
    found = [{"zone": zone, "moment": at.isoformat()} for zone, at in moments(clock, now).items()]
    return {"moments": json.dumps(found), "otherwise": coming(clock, ZoneInfo(settings.TIME_ZONE), now)}


def forecast(
    group: Group, clock: datetime, now: datetime, *, picked: Compiled | None = None, is_marketing: bool = True
) -> list[Moment]:
    """How many would get it at what moment if it started in time; looks at every member."""
    target = target_of(group)
    asked = {**params(clock, now), "is_one_per_subgroup": target.is_one_per_subgroup}
    is_limited = is_marketing and bool(settings.ENVIRONMENT.smtp_url)
    rows = ask(
        target,
        {"timed": statements.timed},
        statements.people_by_moment,
        asked,
        picked=picked,
        is_marketing=is_marketing,
        is_limited=is_limited,
    )
    return [Moment(row["at"], row["people"], row["people"]) for row in rows]


def moments_of(sendout: Sendout) -> list[Moment]:
    """How many of a sendout get theirs at what moment; empty before it has its audience, and if all get it at once."""
    if not sendout.local_time:
        return []
    return [Moment(**row) for row in db.rows(statements.moments_of, {"sendout": sendout.pk})]
