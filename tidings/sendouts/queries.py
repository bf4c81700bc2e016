"""How sendouts stand, for pages, API and command line."""

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from tidings.groups.models import Group
from tidings.kernel import clock, db, sql
from tidings.kernel.errors import NotFound
from tidings.sendouts.models import Doubt, Portion, Sendout
from tidings.sendouts.moments import Moment, moments_of
from tidings.sendouts.pacing import standing, timetable_of
from tidings.sendouts.rules import Accounting
from tidings.sendouts.timetable import Timetable

statements = sql.load(__package__)

NEWEST = 2**63 - 1  # above all ids
COUNTS = ("audience", "planned", "accepted", "deferred", "failed", "skipped")


def find(sendout_id: int) -> Sendout:
    """The sendout with that id; raises `NotFound`."""
    found = Sendout.objects.select_related("version__message", "created_by", "process", "group").filter(
        pk=sendout_id
    )
    sendout = found.first()
    if sendout is None:
        raise NotFound(thing="sendout", ref=sendout_id)
    return sendout


def counts(sendouts: Iterable[Sendout]) -> dict[int, Accounting]:
    """The counts of several sendouts at once, cheap: sums over batches, without reasons."""
    found = db.rows(statements.sums, {"sendouts": [sendout.pk for sendout in sendouts]})
    return {row.pop("sendout_id"): Accounting(**row) for row in found}


def by_subgroup(sendout: Sendout) -> list[tuple[Portion, Accounting]]:
    """The counts of a SuperMessage for each of its subgroups, in its order; of a sendout to one group none."""
    portions = list(Portion.objects.filter(sendout=sendout).order_by("position"))
    found = db.rows(statements.sums_by_group, {"sendout": sendout.pk}) if portions else []
    counted = {row.pop("group_id"): Accounting(**row) for row in found}
    return [(portion, counted.get(portion.group_id, Accounting(0))) for portion in portions]


def supermessages_to(group: Group) -> QuerySet[Sendout]:
    """The SuperMessages, and tests of such, that went to the group as a subgroup, the newest first."""
    found = Sendout.objects.filter(portions__group=group).select_related("version__message", "group")
    return found.order_by("-pk")


def counts_in(group: Group, sendouts: Iterable[Sendout]) -> dict[int, Accounting]:
    """What of these SuperMessages went to the members of one subgroup."""
    ids = [sendout.pk for sendout in sendouts]
    found = db.rows(statements.sums_in_group, {"sendouts": ids, "group": group.pk})
    counted = {row.pop("sendout_id"): Accounting(**row) for row in found}
    return {pk: counted.get(pk, Accounting(0)) for pk in ids}


def accounting(sendout: Sendout) -> Accounting:
    """The counts of one sendout, from one moment, with reasons and the number of doubts, read after that."""
    basic = counts([sendout])[sendout.pk]
    doubts = db.value(statements.in_doubt_count, {"sendout": sendout.pk})
    reasons = db.rows(statements.reasons, {"sendout": sendout.pk})
    return Accounting(
        **{**asdict(basic), "in_doubt": doubts}
        | {"reasons": [(r["outcome"], r["code"], r["reason"], r["people"]) for r in reasons]}
    )


def in_doubt(sendout: Sendout) -> list[Doubt]:
    """Everyone whose copy was in doubt, with how that was dealt with."""
    doubts = Doubt.objects.filter(batch__sendout=sendout)
    return list(doubts.select_related("contact", "batch").order_by("id"))


def single_sends(
    *,
    only: int | None = None,
    sendout: int | None = None,
    contact: int | None = None,
    after: int = NEWEST,
    limit: int = 1,
) -> list[dict[str, Any]]:
    """Single sends with what became of each, the newest first, those before the id `after`."""
    asked = {"only": only, "sendout": sendout, "contact": contact, "after": after, "limit": limit}
    return db.rows(statements.singles, asked)


def single_send(single: int) -> dict[str, Any]:
    """The same of one; raises `NotFound`."""
    found = single_sends(only=single)
    if not found:
        raise NotFound(thing="single send", ref=single)
    return found[0]


def verify(sendout: Sendout) -> list[str]:
    """What stands against the equation, counted from every single row; empty if it holds."""
    faults = [
        "batch {number}: {size} people, counted {accepted}/{deferred}/{failed}/{skipped}, found {found_accepted}/"
        "{found_deferred}/{found_failed}/{found_skipped}, {strangers} strangers".format_map(row)
        for row in db.rows(statements.verify, {"sendout": sendout.pk})
    ]
    total = counts([sendout])[sendout.pk]
    if sendout.kind == Sendout.Kind.SINGLE:
        total = replace(total, audience=db.value(statements.singles_of, {"sendout": sendout.pk}))
    if not total.holds:
        faults.append(
            f"the counts add up to {total.planned + total.attempted}, the audience is {total.audience}"
        )
    return faults


def summary(sendout: Sendout, *, brief: bool = False) -> dict[str, Any]:
    """Everything about a sendout that fits in one JSON object; times are ISO 8601.

    `brief` leaves the reasons out, for lists and for who looks again and again.
    """
    account = counts([sendout])[sendout.pk] if brief else accounting(sendout)
    rate, now = rate_of(sendout, account), clock.now()
    return {
        "id": sendout.pk,
        "kind": sendout.kind,
        "state": sendout.state,
        "state_reason": sendout.state_reason,
        "group": sendout.group_id,
        "group_name": sendout.group_name,
        "message": sendout.version.message_id,
        "subject": sendout.version.subject,
        **{name: getattr(account, name) for name in COUNTS},
        "in_doubt": account.in_doubt,
        "holds": account.holds,
        "reasons": [
            {"outcome": outcome, "code": code, "reason": reason, "people": people}
            for outcome, code, reason, people in account.reasons
        ],
        "where": sendout.rule,
        "selection": sendout.selection_id,
        "waterfall": sendout.waterfall,
        **({} if brief else {"subgroups": _subgroups(sendout)}),
        "to_mailbox": sendout.to_mailbox,
        **({} if brief else standing(sendout, now)),
        "rate": rate,
        "eta_seconds": seconds_left(sendout, account, now),
        "local_time": sendout.local_time or None,
        "moments": [] if brief else [_moment(one) for one in moments_of(sendout)],
        "scheduled_at": _iso(sendout.scheduled_at),
        "created_at": _iso(sendout.created_at),
        "started_at": _iso(sendout.started_at),
        "ended_at": _iso(sendout.ended_at),
    }


def seconds_left(sendout: Sendout, account: Accounting, now: datetime) -> int | None:
    """Until everyone was tried once, at the speed chosen or else that so far, in its hours; None: it isn't known."""
    if sendout.started_at is None or not account.planned:
        return None
    timetable = timetable_of(sendout, sendout.group)
    each = _time_for_one(timetable, sendout.started_at, now, account)
    last = max((one.at for one in moments_of(sendout) if one.planned), default=None)
    if each is None and last is None:
        return None
    ends = timetable.ends(now, (each or timedelta()) * account.planned)
    return round((max(ends, timetable.opens(last or now)) - now).total_seconds()) if ends else None


def _time_for_one(
    timetable: Timetable, begun: datetime, now: datetime, account: Accounting
) -> timedelta | None:
    if timetable.per_hour:
        return timetable.lasts(1)
    open_for = timetable.open_time(begun, now)
    return open_for / account.attempted if account.attempted and open_for else None


def _moment(one: Moment) -> dict[str, Any]:
    return {"at": _iso(one.at), "people": one.people, "planned": one.planned}


def _subgroups(sendout: Sendout) -> list[dict[str, Any]]:
    return [
        {
            "group": portion.group_id,
            "group_name": portion.group_name,
            **{name: getattr(account, name) for name in COUNTS},
            "waterfall": portion.waterfall,
        }
        for portion, account in by_subgroup(sendout)
    ]


def rate_of(sendout: Sendout, account: Accounting) -> float | None:
    """People attempted per second since the start, or None before it."""
    if sendout.started_at is None:
        return None
    seconds = ((sendout.ended_at or clock.now()) - sendout.started_at).total_seconds()
    return round(account.attempted / seconds, 1) if seconds > 0 else None


def _iso(time: Any) -> str | None:
    return time.isoformat() if time else None
