"""The speed of a sendout and the hours it keeps, over any number of workers.

What holds is computed anew each time from the settings of the group and from what was chosen for the sendout: the
database is the one truth. A batch that wants to go on books a slot: a moment, and how many may go then. Slots follow
each other, because booking locks the sendout's row. So nobody has to ask again and again, and workers add up to one
speed.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from pydantic import ValidationError

from tidings.groups.models import Group
from tidings.groups.settings import Sending, Speed
from tidings.sendouts.errors import BadPace
from tidings.sendouts.models import Batch, Sendout
from tidings.sendouts.timetable import Hours, Timetable

CHOICES = frozenset({"speed", "per_hour", "spread_hours", "window_begins", "window_ends", "window_time_zone"})
"""What may be chosen for one sendout, instead of its group's settings."""


@dataclass(frozen=True)
class Slot:
    """When a batch may go on, how many of it then (None: all), and until when (None: without end)."""

    at: datetime
    quota: int | None
    until: datetime | None


def checked(choice: Mapping[str, Any]) -> dict[str, Any]:
    """What was chosen for a sendout, as it is stored. Raises `BadPace`."""
    try:
        chosen = Sending.model_validate(choice)
    except ValidationError as error:
        raise BadPace(why=error.errors()[0]["msg"].removeprefix("Value error, ")) from error
    return chosen.model_dump(mode="json", include=set(CHOICES & choice.keys()))


def standing(sendout: Sendout, now: datetime) -> dict[str, Any]:
    """What speed and hours hold for a sendout now, for pages and programs; `opens_at` while it waits for its hours."""
    timetable = timetable_of(sendout, sendout.group)
    opens = timetable.opens(now)
    return {
        "pace": sendout.pace,
        "per_hour": timetable.per_hour,
        "window": str(timetable.window or ""),
        "quiet_hours": str(timetable.quiet or ""),
        "opens_at": opens.isoformat() if opens > now else None,
    }


def timetable_of(sendout: Sendout, group: Group) -> Timetable:
    """What holds for a sendout now."""
    wish = group.all_settings.sending.model_dump(mode="json") | sendout.pace
    sending = Sending.model_validate(wish)
    zone = ZoneInfo(sending.window_time_zone or group.time_zone or "UTC")
    return Timetable(
        _per_hour(sending, sendout.audience),
        _hours(sending.window_begins, sending.window_ends, zone),
        _hours(sending.quiet_from, sending.quiet_until, ZoneInfo(group.time_zone or "UTC")),
    )


def _per_hour(sending: Sending, audience: int) -> float | None:
    match sending.speed:
        case Speed.PER_HOUR:
            return sending.per_hour
        case Speed.SPREAD if sending.spread_hours:
            return max(1, audience / sending.spread_hours)
    return None


def _hours(begin: Any, end: Any, zone: ZoneInfo) -> Hours | None:
    return Hours(begin, end, zone) if begin is not None and end is not None else None


def next_slot(batch_id: int, now: datetime) -> Slot | None:
    """When the batch may go on; None: nothing holds it up. Books a slot if it has none that is still good."""
    with transaction.atomic():
        batch = Batch.objects.defer("contact_ids").select_related("sendout__group").get(pk=batch_id)
        timetable = timetable_of(batch.sendout, batch.sendout.group)
        if timetable.is_free:
            return None
        people = batch.size - batch.accepted - batch.failed - batch.skipped
        if (
            batch.state == Batch.State.TAKEN
        ):  # if its holder died, it is given back first, and books like any other
            return Slot(now, 0, None)
        quota, at = timetable.at_once(people), batch.slot_at
        if at is None or (at <= now and timetable.opens(now) > now):
            at = _book(batch, timetable, quota or people, now)
        return Slot(at, quota, timetable.closes(now))


def _book(batch: Batch, timetable: Timetable, people: int, now: datetime) -> datetime:
    sendout = Sendout.objects.select_for_update(no_key=True, of=("self",)).get(pk=batch.sendout_id)
    at = timetable.opens(max(now, sendout.booked_until or now))
    Sendout.objects.filter(pk=sendout.pk).update(booked_until=at + timetable.lasts(people))
    Batch.objects.filter(pk=batch.pk).update(slot_at=at)
    return at


def forget_slots(sendouts: Collection[int]) -> None:
    """Lets open batches book anew, and calls back those that workers hold: they go on as it is wanted now."""
    Sendout.objects.filter(pk__in=sendouts).update(booked_until=None)
    open_batches = Batch.objects.filter(sendout__in=sendouts).exclude(state=Batch.State.DONE)
    open_batches.filter(state=Batch.State.TAKEN).update(slot_at=None, is_recalled=True)
    open_batches.update(slot_at=None)


def running_in(group_id: int) -> list[int]:
    """The sendouts of a group that a new speed or window concerns."""
    running = (Sendout.State.SENDING, Sendout.State.RETRYING)
    return list(Sendout.objects.filter(group=group_id, state__in=running).values_list("pk", flat=True))
