"""Sendouts and their accounting."""

from datetime import datetime
from typing import Annotated, Any, Self

from django.http import HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import AwareDatetime, ConfigDict, Field, NaiveDatetime, model_validator

from tidings.accounts.models import User
from tidings.api import idempotency
from tidings.api.auth import Call
from tidings.api.paging import BEGINNING_OF_NEWEST, After, Limit, Page, cut
from tidings.api.problems import answers
from tidings.contacts.queries import find as find_contact
from tidings.groups.kinds import TimeOfDay
from tidings.groups.queries import find as find_group
from tidings.groups.settings import Speed
from tidings.messaging.queries import find_version
from tidings.selections.choosing import chosen
from tidings.sendouts import actions, queries
from tidings.sendouts.checks import demand_read
from tidings.sendouts.models import Doubt, Sendout
from tidings.sendouts.recipients import BEGINNING, Place, recipients

router = Router(tags=["sendouts"])


class PaceIn(Schema):
    """Speed and daily window of one sendout; what isn't given is as the group's settings of sending say."""

    model_config = ConfigDict(extra="forbid")
    speed: Speed | None = Field(None, examples=["per_hour"])
    per_hour: int | None = Field(None, description="For the speed `per_hour`.", examples=[20_000])
    spread_hours: int | None = Field(None, description="For the speed `spread`.", examples=[6])
    window_begins: TimeOfDay = Field(
        None, description="With `window_ends`; null for both: no window.", examples=["08:00"]
    )
    window_ends: TimeOfDay = Field(None, examples=["20:00"])
    window_time_zone: str | None = Field(None, examples=["Europe/Berlin"])

    def chosen(self) -> dict[str, Any]:
        """What was given."""
        return self.model_dump(mode="json", exclude_unset=True)


class SendoutIn(Schema):
    """What to send to whom, and when; without `at` it starts now."""

    model_config = ConfigDict(extra="forbid")
    group: int | str = Field(
        description="The group's or SuperGroup's id or address.", examples=["news@example.org"]
    )
    message: int = Field(examples=[31])
    version: int | None = Field(default=None, description="Without it the current one.", examples=[1])
    at: AwareDatetime | None = Field(
        None, description="With its zone.", examples=["2026-11-24T09:00:00+01:00"]
    )
    local_time: NaiveDatetime | None = Field(
        None,
        description="Instead of `at`, without a zone: each recipient gets it when it is that time in the zone of their "
        "profile, or else of their group.",
        examples=[None],
    )
    sender_name: str = Field(
        default="", max_length=150, description="Instead of the group's.", examples=["Anna"]
    )
    sender_address: str = Field(default="", max_length=300, examples=["anna@example.org"])
    pace: PaceIn | None = Field(None, description="Speed and window, instead of the group's.")
    where: str = Field(
        default="", description="Only those members whom this rule picks.", examples=['city = "Berlin"']
    )
    selection: int | str | None = Field(
        default=None, description="Instead of a rule: the id or name of a saved one.", examples=[None]
    )
    despite_warnings: bool = Field(
        default=False,
        description="Whether the warnings of the message's check were read; without it they keep it from being sent "
        "(409 `message_warns`). A test needs it not.",
        examples=[True],
    )
    test: bool = Field(
        default=False,
        description="To the group's test recipients instead, marked as a test and counted nowhere else. "
        "Starts at once, with the group's sender.",
    )
    shown_as: str | None = Field(
        default=None,
        description="With `test`: the contact whose values the copies show; without it each recipient's own.",
        examples=["anna@example.com"],
    )
    subgroup: int | str = Field(
        default="",
        description="With `test` in a SuperGroup: as which subgroup, by its id or address; without it the first.",
        examples=["berlin@example.org"],
    )

    @model_validator(mode="after")
    def _has_one_time(self) -> Self:
        if self.at and self.local_time:
            raise ValueError("Give at or local_time, not both.")
        return self


class MomentOut(Schema):
    """When so many get theirs, by the time of their zone; `planned` of them are still to be served."""

    at: datetime
    people: int = Field(examples=[12_000])
    planned: int = Field(examples=[12_000])


class CountsOut(Schema):
    """Where everyone of the audience stands: the five outcomes add up to `audience`, always."""

    audience: int = Field(examples=[94_310])
    planned: int = Field(examples=[0])
    accepted: int = Field(examples=[94_200])
    deferred: int = Field(examples=[30])
    failed: int = Field(examples=[50])
    skipped: int = Field(examples=[30])
    in_doubt: int = Field(description="Of those planned: a copy may have gone to them.", examples=[0])
    holds: bool = Field(description="Whether the outcomes add up to the audience.")


class ReasonOut(Schema):
    """Why how many people have an outcome; `code` is the carrier's, 0 where none was asked."""

    outcome: str = Field(examples=["failed"])
    code: int = Field(examples=[550])
    reason: str = Field(examples=["No such user here"])
    people: int = Field(examples=[50])


class SubgroupCountsOut(Schema):
    """Where those stand who get a SuperMessage as members of one subgroup: the five outcomes add up to `audience`."""

    group: int = Field(examples=[7])
    group_name: str = Field(examples=["Newsletter Berlin"])
    audience: int = Field(examples=[31_000])
    planned: int = Field(examples=[0])
    accepted: int = Field(examples=[30_960])
    deferred: int = Field(examples=[10])
    failed: int = Field(examples=[20])
    skipped: int = Field(examples=[10])


class SubgroupOut(SubgroupCountsOut):
    """The same, with how its audience came about."""

    waterfall: dict[str, int] = Field(
        examples=[{"members": 32_000, "not_active": 400, "duplicates": 600, "will_receive": 31_000}]
    )


class SendoutOut(CountsOut):
    """The act of sending one version of a message to one group or SuperGroup."""

    id: int = Field(examples=[3])
    kind: str = Field(
        description="`group`, `test`: to test recipients, or `single`: the single sends of a day.",
        examples=["group"],
    )
    state: str = Field(
        description="awaiting_approval, scheduled, waiting, preparing, sending, paused, retrying, finished, cancelled, "
        "failed or rejected",
        examples=["sending"],
    )
    state_reason: str = Field(examples=[""])
    group: int = Field(examples=[7])
    group_name: str = Field(examples=["Newsletter"])
    message: int = Field(examples=[31])
    subject: str = Field(examples=["Hello in May"])
    where: str = Field(description="The rule that narrows it, with numbers instead of names.", examples=[""])
    selection: int | None = Field(description="Where that comes from.", examples=[None])
    waterfall: dict[str, int] = Field(
        description="How the audience came about.",
        examples=[{"members": 95_000, "not_active": 690, "will_receive": 94_310}],
    )
    subgroups: list[SubgroupOut] = Field(
        description="Of a SuperMessage, in the order of its SuperGroup when it started; else empty."
    )
    to_mailbox: bool = Field(description="Caught by the built-in mailbox, because there is no relay.")
    pace: dict[str, Any] = Field(
        description="What of speed and window was chosen for it.",
        examples=[{"speed": "per_hour", "per_hour": 20_000}],
    )
    per_hour: float | None = Field(
        description="The speed it keeps; null: as fast as possible.", examples=[20_000]
    )
    window: str = Field(description="The daily window it keeps.", examples=["08:00-20:00 Europe/Berlin"])
    quiet_hours: str = Field(examples=["22:00-07:00 Europe/Berlin"])
    opens_at: datetime | None = Field(description="When it goes on, while it waits for its hours.")
    rate: float | None = Field(description="People per second.", examples=[9_800.5])
    eta_seconds: int | None = Field(examples=[4])
    local_time: str | None = Field(
        description="What the clock of each recipient shows when they get it; null: all get it at once.",
        examples=["2026-11-24T09:00"],
    )
    moments: list[MomentOut] = Field(description="With `local_time`, once the audience is fixed.")
    scheduled_at: datetime | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class AccountingOut(CountsOut):
    """The counts with their reasons, most frequent first, and by subgroup."""

    id: int = Field(examples=[3])
    reasons: list[ReasonOut]
    subgroups: list[SubgroupCountsOut] = Field(
        description="Of a SuperMessage, in the order of its SuperGroup; else empty."
    )


class DoubtOut(Schema):
    """Someone to whom a copy may or may not have gone, and how that was dealt with."""

    contact: int = Field(examples=[4711])
    email: str | None = Field(examples=["anna@example.com"])
    attempt: int = Field(examples=[1])
    cause: str = Field(examples=["The worker host-4711 died."])
    noticed_at: datetime
    resolution: str = Field(description="Empty while it is open; `resend` or `skip`.", examples=["resend"])
    resolved_at: datetime | None


@router.get("/sendouts", response=answers({200: Page[SendoutOut]}, 404))
def list_sendouts(
    request: Call,  # noqa: ARG001 - ninja passes the request
    *,
    group: Annotated[str | None, Query(description="Only those of one group: its id or address.")] = None,
    subgroup: Annotated[
        str | None, Query(description="Only SuperMessages that went to this subgroup.")
    ] = None,
    after: After = BEGINNING_OF_NEWEST,
    limit: Limit = 50,
) -> Page[SendoutOut]:
    """Lists sendouts, newest first."""
    found = Sendout.objects.select_related("version", "group").filter(pk__lt=int(after)).order_by("-pk")
    if group is not None:
        found = found.filter(group=find_group(group))
    if subgroup is not None:
        found = found.filter(portions__group=find_group(subgroup))
    rows, following = cut(found, limit, lambda sendout: sendout.pk)
    return Page(items=[sendout_out(row) for row in rows], next=following)


@router.post("/sendouts", response=answers({202: SendoutOut}, 400, 404, 409, 423))
def start_sendout(
    request: Call,
    response: HttpResponse,
    payload: SendoutIn,
    *,
    idempotency_key: idempotency.Key = None,
) -> Status[dict[str, Any]]:
    """Starts or schedules a sendout."""

    def start() -> idempotency.Started:
        made = _test(payload, request.auth) if payload.test else _sendout(payload, request.auth)
        return idempotency.Started(f"{request.path}/{made.pk}", sendout_out(queries.find(made.pk)).dict())

    started = idempotency.once(idempotency_key, payload.dict(), start, by=request.auth)
    response["Location"] = started.location
    return Status(202, started.body)


def _sendout(payload: SendoutIn, by: User) -> Sendout:
    group, version = find_group(payload.group), find_version(payload.message, payload.version)
    whom = chosen(payload.where, payload.selection)
    if not payload.despite_warnings:
        demand_read(version, group, how="send `despite_warnings`")
    return actions.start(
        group,
        version,
        by=by,
        at=payload.at,
        local_time=payload.local_time,
        sender_name=payload.sender_name,
        sender_address=payload.sender_address,
        pace=payload.pace.chosen() if payload.pace else None,
        whom=whom,
    )


def _test(payload: SendoutIn, by: User) -> Sendout:
    return actions.start_test(
        find_group(payload.group),
        find_version(payload.message, payload.version),
        shown_as=find_contact(payload.shown_as) if payload.shown_as else None,
        subgroup=payload.subgroup,
        by=by,
    )


@router.get("/sendouts/{int:number}", response=answers({200: SendoutOut}, 404))
def get_sendout(request: Call, number: int) -> SendoutOut:  # noqa: ARG001 - ninja passes the request
    """Gets a sendout: its state and what became of its recipients."""
    return sendout_out(queries.find(number))


@router.get("/sendouts/{int:number}/accounting", response=answers({200: AccountingOut}, 404))
def get_accounting(request: Call, number: int) -> AccountingOut:  # noqa: ARG001 - ninja passes the request
    """Accounts for every recipient: outcomes with their reasons and by subgroup, each counted at one moment."""
    sendout = queries.find(number)
    account = queries.accounting(sendout)
    counts = {name: getattr(account, name) for name in CountsOut.model_fields}
    reasons = [
        ReasonOut(outcome=outcome, code=code, reason=reason, people=people)
        for outcome, code, reason, people in account.reasons
    ]
    return AccountingOut(id=number, **counts, reasons=reasons, subgroups=_portions(sendout))


def _portions(sendout: Sendout) -> list[SubgroupCountsOut]:
    own = ("group", "group_name")
    counted = [name for name in SubgroupCountsOut.model_fields if name not in own]
    return [
        SubgroupCountsOut(
            group=portion.group_id,
            group_name=portion.group_name,
            **{name: getattr(part, name) for name in counted},
        )
        for portion, part in queries.by_subgroup(sendout)
    ]


@router.get("/sendouts/{int:number}/in-doubt", response=answers({200: list[DoubtOut]}, 404))
def list_in_doubt(request: Call, number: int) -> list[DoubtOut]:  # noqa: ARG001 - ninja passes the request
    """Lists everyone whose copy was in doubt because a worker or a connection died at that moment."""
    return [_doubt(doubt) for doubt in queries.in_doubt(queries.find(number))]


def _doubt(doubt: Doubt) -> DoubtOut:
    return DoubtOut(
        contact=doubt.contact_id,
        email=doubt.contact.email,
        attempt=doubt.attempt,
        cause=doubt.cause,
        noticed_at=doubt.noticed_at,
        resolution=doubt.resolution,
        resolved_at=doubt.resolved_at,
    )


class RecipientOut(Schema):
    """Someone of a sendout's audience, and what became of their copy so far."""

    contact: int = Field(examples=[4711])
    email: str | None = Field(description="Null: the contact was erased.", examples=["anna@example.com"])
    group: int = Field(description="As whose member they get it.", examples=[7])
    outcome: str = Field(
        description="planned, accepted (by the carrier), deferred, failed or skipped", examples=["failed"]
    )
    attempt: int = Field(examples=[1])
    code: int = Field(description="The carrier's, 0 where none was asked.", examples=[550])
    reason: str = Field(examples=["5.1.1 no such user"])
    at: datetime | None = Field(description="When the outcome came.")
    due_at: datetime | None = Field(description="When a deferred one is tried again.")


@router.get("/sendouts/{int:number}/recipients", response=answers({200: Page[RecipientOut]}, 404))
def list_recipients(
    request: Call,  # noqa: ARG001 - ninja passes the request
    number: int,
    *,
    after: Annotated[
        str,
        Query(
            pattern=r"^[0-9]{1,10}\.[0-9]{1,10}$",
            description="The `next` of the page before.",
            examples=["1.50"],
        ),
    ] = str(BEGINNING),
    limit: Limit = 50,
) -> Page[RecipientOut]:
    """Lists everyone of the audience with what became of each, in the order in which they are served."""
    sendout = queries.find(number)
    begin = Place(*map(int, after.split(".")))
    found = recipients(sendout.pk, after=begin, limit=limit + 1)
    following = str(found[limit - 1][0]) if len(found) > limit else None
    return Page(items=[RecipientOut(**row) for _, row in found[:limit]], next=following)


@router.post("/sendouts/{int:number}/pause", response=answers({200: SendoutOut}, 404, 409))
def pause_sendout(request: Call, number: int) -> SendoutOut:
    """Pauses a sendout. It keeps its lock; nobody is lost."""
    actions.pause(queries.find(number), by=request.auth)
    return sendout_out(queries.find(number))


@router.post("/sendouts/{int:number}/resume", response=answers({200: SendoutOut}, 404, 409))
def resume_sendout(request: Call, number: int) -> SendoutOut:
    """Lets a paused sendout go on."""
    actions.resume(queries.find(number), by=request.auth)
    return sendout_out(queries.find(number))


@router.post("/sendouts/{int:number}/cancel", response=answers({200: SendoutOut}, 404, 409))
def cancel_sendout(request: Call, number: int) -> SendoutOut:
    """Cancels the rest of a sendout: whoever is still planned is skipped."""
    actions.cancel(queries.find(number), by=request.auth)
    return sendout_out(queries.find(number))


@router.put("/sendouts/{int:number}/pace", response=answers({200: SendoutOut}, 400, 404, 409))
def put_pace(request: Call, number: int, payload: PaceIn) -> SendoutOut:
    """Gives a sendout its own speed and window, also while it runs; an empty object makes it follow its group."""
    actions.change_pace(queries.find(number), payload.chosen(), by=request.auth)
    return sendout_out(queries.find(number))


def sendout_out(sendout: Sendout) -> SendoutOut:
    """A sendout as programs see it."""
    return SendoutOut(**queries.summary(sendout))
