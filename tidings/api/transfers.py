"""Transfers: people from one group to another."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from tidings.api import idempotency
from tidings.api.auth import Call
from tidings.api.imports import ProgressOut
from tidings.api.paging import BEGINNING_OF_NEWEST, After, Limit, Page, cut
from tidings.api.problems import answers
from tidings.groups.models import Group
from tidings.groups.queries import find as find_group
from tidings.groups.settings import Joining
from tidings.selections.choosing import chosen
from tidings.transfers import actions, queries
from tidings.transfers.actions import NewGroup, Wish
from tidings.transfers.errors import NoTarget
from tidings.transfers.models import Transfer
from tidings.transfers.queries import Forecast
from tidings.transfers.rules import LARGEST_NUMBER, Share

router = Router(tags=["transfers"])

WHERE = "Only those whom this rule picks."
SELECTION = "Instead of a rule: the id or name of a saved one."


class NewGroupIn(Schema):
    """A group that is made for those who are chosen, on the channel of the group they come from."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(examples=["Regulars"])
    address: str = Field(default="", description="Of an e-mail group.", examples=["regulars@example.org"])


class TransferIn(Schema):
    """Who goes where. Give either `to_group` or `to_new`."""

    model_config = ConfigDict(extra="forbid")
    from_group: int | str | None = Field(
        default=None,
        description="The id or address of the group whose members are chosen; everybody if null.",
        examples=["news@example.org"],
    )
    to_group: int | str | None = Field(
        default=None, description="The id or address of a group.", examples=[8]
    )
    to_new: NewGroupIn | None = Field(default=None, examples=[None])
    where: str = Field(default="", description=WHERE, examples=['city = "Berlin"'])
    selection: int | str | None = Field(default=None, description=SELECTION, examples=[None])
    mode: Transfer.Mode = Field(
        default=Transfer.Mode.ADD,
        description="`add` them, `replace` the members by them, or `remove` them.",
    )
    joining: Joining = Field(
        default=Joining.SILENT,
        description="How they join: silently, with a letter of welcome, or pending until they confirm.",
    )
    percent: Decimal | None = Field(
        default=None, gt=0, le=100, decimal_places=2, description="A random share.", examples=[None]
    )
    number: int | None = Field(
        default=None, gt=0, le=LARGEST_NUMBER, description="So many at random.", examples=[5_000]
    )
    confirmed: bool = Field(
        default=False, description="Let `replace` remove any number of members without asking."
    )


class TransferCountsOut(Schema):
    """What becomes of those who are chosen: each ends in exactly one of the counts."""

    chosen: int = Field(examples=[5_000])
    joined: int = Field(examples=[4_700])
    already: int = Field(description="Were members before.", examples=[200])
    removed: int = Field(description="Their membership ended, by the mode `remove`.", examples=[0])
    ignored: int = Field(description="No members, so there is nothing to `remove`.", examples=[0])
    kept_out: int = Field(description="May not be members.", examples=[100])
    kept_out_by: dict[str, int] = Field(
        description="By reason: opted_out, deactivated, blacklisted, erased, not_active, no_address, gone.",
        examples=[{"opted_out": 90, "not_active": 10}],
    )
    absent: int = Field(
        description="Members who weren't chosen and leave by the mode `replace`; they are none of the chosen.",
        examples=[0],
    )
    members_before: int = Field(description="With `replace`: members at the start.", examples=[0])


class ForecastOut(TransferCountsOut):
    """What a transfer would come to now; `asks` is whether it would wait for a confirmation."""

    asks: bool


class TransferOut(TransferCountsOut):
    """People on their way from one group to another."""

    id: int = Field(examples=[3])
    state: str = Field(
        description="queued, awaiting_confirmation, moving, finished, failed or cancelled",
        examples=["moving"],
    )
    from_group: int | None = Field(description="Everybody if null.", examples=[7])
    to_group: int = Field(examples=[8])
    where: str = Field(description="The rule, with numbers instead of names.", examples=['city = "Berlin"'])
    selection: int | None = Field(examples=[None])
    mode: str = Field(examples=["add"])
    joining: str = Field(examples=["silent"])
    letters: int = Field(description="That were written: of welcome, or to confirm.", examples=[0])
    percent: float | None = Field(examples=[None])
    number: int | None = Field(examples=[5_000])
    seed: int = Field(description="By which a random share is drawn.", examples=[4711])
    error: str = Field(examples=[""])
    progress: ProgressOut
    rate: float | None = Field(description="People per second.", examples=[50_000.0])
    eta_seconds: int | None = Field(examples=[1])
    created_at: datetime
    ended_at: datetime | None


@router.get("/transfers", response=answers({200: Page[TransferOut]}, 404))
def list_transfers(
    request: Call,  # noqa: ARG001 - ninja passes the request
    *,
    group: Annotated[str | None, Query(description="Only those into or out of one group.")] = None,
    after: After = BEGINNING_OF_NEWEST,
    limit: Limit = 50,
) -> Page[TransferOut]:
    """Lists transfers, newest first."""
    found = queries.transfers(None if group is None else find_group(group)).filter(pk__lt=int(after))
    rows, following = cut(found, limit, lambda run: run.pk)
    return Page(items=[transfer_out(run) for run in rows], next=following)


@router.post("/transfers", response=answers({202: TransferOut}, 404, 409, 423))
def start_transfer(
    request: Call, response: HttpResponse, payload: TransferIn, *, idempotency_key: idempotency.Key = None
) -> Status[dict[str, Any]]:
    """Starts a transfer: it uses the group that people come from, and writes the one that they go to."""

    def begin() -> idempotency.Started:
        run = actions.start(wish_of(payload), is_confirmed=payload.confirmed, by=request.auth)
        return idempotency.Started(f"{request.path}/{run.pk}", transfer_out(run).dict())

    started = idempotency.once(idempotency_key, payload.dict(), begin, by=request.auth)
    response["Location"] = started.location
    return Status(202, started.body)


@router.post("/transfers/preview", response=answers({200: ForecastOut}, 404, 409))
def preview_transfer(request: Call, payload: TransferIn) -> Forecast:  # noqa: ARG001 - ninja passes the request
    """Counts what a transfer would come to now, and changes nothing."""
    return actions.preview(wish_of(payload))


@router.get("/transfers/{int:number}", response=answers({200: TransferOut}, 404))
def get_transfer(request: Call, number: int) -> TransferOut:  # noqa: ARG001 - ninja passes the request
    """Gets a transfer: its state, its counts, how far it is."""
    return transfer_out(queries.find(number))


@router.post("/transfers/{int:number}/confirm", response=answers({200: TransferOut}, 404, 409, 423))
def confirm_transfer(request: Call, number: int) -> TransferOut:
    """Lets `replace` remove as many members as it asked about."""
    actions.confirm(queries.find(number), by=request.auth)
    return transfer_out(queries.find(number))


@router.post("/transfers/{int:number}/cancel", response=answers({200: TransferOut}, 404, 409))
def cancel_transfer(request: Call, number: int) -> TransferOut:
    """Cancels a transfer. Who was moved stays moved."""
    actions.cancel(queries.find(number), by=request.auth)
    return transfer_out(queries.find(number))


def wish_of(payload: TransferIn) -> Wish:
    """What a body asks for; raises `NotFound` and `NoTarget`."""
    return Wish(
        source=None if payload.from_group is None else find_group(payload.from_group),
        target=_target_of(payload),
        whom=chosen(payload.where, payload.selection),
        mode=payload.mode,
        joining=payload.joining,
        share=Share(payload.percent, payload.number),
    )


def _target_of(payload: TransferIn) -> Group | NewGroup:
    if payload.to_new and payload.to_group is None:
        return NewGroup(**payload.to_new.dict())
    if payload.to_group is None or payload.to_new:
        raise NoTarget
    return find_group(payload.to_group)


def transfer_out(run: Transfer) -> TransferOut:
    """A transfer as programs see it."""
    return TransferOut(**queries.summary(run))
