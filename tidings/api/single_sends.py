"""Single sends: one message to one contact, for programs that confirm an order or reset a password."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from tidings.api import idempotency
from tidings.api.auth import Call
from tidings.api.paging import BEGINNING_OF_NEWEST, After, Limit, Page
from tidings.api.problems import answers
from tidings.contacts.queries import find as find_contact
from tidings.kernel.errors import TidingsError
from tidings.sendouts import queries
from tidings.sendouts.parameters import Scalar
from tidings.sendouts.singles import SINGLES_AT_MOST, Asked, Result, send_many, send_one

router = Router(tags=["single sends"])


class SingleSendIn(Schema):
    """One message for one contact, sent within a group: its sender, header, footer and rules."""

    model_config = ConfigDict(extra="forbid")
    message: int = Field(examples=[31])
    version: int | None = Field(default=None, description="Without it the current one.", examples=[1])
    email: str = Field(
        description="Who isn't known yet becomes a contact in no group.", examples=["anna@example.com"]
    )
    group: int | str | None = Field(
        default=None,
        description="The group's id or address; not needed while there is only one.",
        examples=["shop@example.org"],
    )
    params: dict[str, Scalar | list[Scalar]] = Field(
        default_factory=dict,
        description="What the message shows as `param.NAME`: texts, numbers, and lists of them.",
        examples=[{"order": "A-1042", "items": ["Tea", "Cups"]}],
    )


class SingleSendOfManyIn(SingleSendIn):
    """The same with a key of its own."""

    idempotency_key: str | None = Field(
        None,
        description="The same key again is the same single send.",
        examples=["order-A-1042"],
    )


class SingleSendsIn(Schema):
    """Single sends, each as `POST /single-sends` takes it."""

    model_config = ConfigDict(extra="forbid")
    single_sends: list[SingleSendOfManyIn] = Field(min_length=1, max_length=SINGLES_AT_MOST)


class ResultOut(Schema):
    """What became of the single send at this place of the list, counted from 0: it is stored, or has a reason."""

    place: int = Field(examples=[0])
    result: Literal["accepted", "refused"]
    id: int | None = Field(None, examples=[70_112])
    sendout: int | None = Field(None, description="Which accounts for it.", examples=[3])
    contact: int | None = Field(None, examples=[4711])
    code: str = Field("", examples=["bad_address"])
    message: str = Field("", examples=["“anna” can't be used as an e-mail address: …"])


class ResultsOut(Schema):
    """What became of each, in their order."""

    accepted: int = Field(examples=[1])
    refused: int = Field(examples=[0])
    results: list[ResultOut]


class AcceptedOut(Schema):
    """A single send that is stored; workers send it."""

    id: int = Field(examples=[70_112])
    sendout: int = Field(description="Which accounts for it.", examples=[3])
    contact: int = Field(examples=[4711])
    created_at: datetime


class SingleSendOut(AcceptedOut):
    """A single send with what became of it."""

    group: int = Field(examples=[7])
    group_name: str = Field(examples=["Shop"])
    message: int = Field(examples=[31])
    version: int = Field(examples=[1])
    subject: str = Field(examples=["Your order {{ param.order }}"])
    email: str | None = Field(examples=["anna@example.com"])
    sendout_state: str = Field(
        description="`awaiting_approval` and `paused` say why nothing happens yet.", examples=["sending"]
    )
    outcome: str = Field(
        description="planned, accepted (by the carrier), deferred, failed or skipped", examples=["accepted"]
    )
    attempt: int = Field(examples=[1])
    code: int = Field(description="The carrier's, 0 where none was asked.", examples=[250])
    reason: str = Field(examples=[""])
    in_doubt: int = Field(description="How often it may have gone out without an answer.", examples=[0])
    at: datetime | None = Field(description="When the outcome came.")
    due_at: datetime | None = Field(description="When a deferred one is tried again.")


@router.post("/single-sends", response=answers({202: AcceptedOut}, 400, 404, 409))
def start_single_send(
    request: Call, response: HttpResponse, payload: SingleSendIn, *, idempotency_key: idempotency.Key = None
) -> Status[dict[str, Any]]:
    """Sends a message to one contact. Repeated with the same key it is the same single send, for ever."""
    made = send_one(
        payload.message,
        payload.email,
        payload.params,
        group=payload.group,
        number=payload.version,
        by=request.auth,
        key=idempotency_key,
    )
    response["Location"] = f"{request.path}/{made.pk}"
    facts = {"id": made.pk, "sendout": made.sendout_id, "contact": made.contact_id}
    return Status(202, facts | {"created_at": made.created_at})


@router.post("/single-sends/bulk", response=answers({200: ResultsOut}, 400))
def start_single_sends(request: Call, payload: SingleSendsIn) -> ResultsOut:
    """Sends up to 1,000 single sends, each on its own: one that is refused hinders no other.

    Asked for again, those with the same key are the same, for ever.
    """
    wishes = [
        Asked(one.message, one.email, one.params, one.group, one.version, one.idempotency_key)
        for one in payload.single_sends
    ]
    results = [_result(place, made) for place, made in enumerate(send_many(wishes, by=request.auth))]
    counts = {what: sum(one.result == what for one in results) for what in ("accepted", "refused")}
    return ResultsOut(**counts, results=results)


def _result(place: int, made: Result) -> ResultOut:
    if isinstance(made, TidingsError):
        facts: dict[str, Any] = {"result": "refused", "code": made.code, "message": str(made)}
    else:
        facts = {"result": "accepted", "id": made.pk, "sendout": made.sendout_id, "contact": made.contact_id}
    return ResultOut(place=place, **facts)


@router.get("/single-sends", response=answers({200: Page[SingleSendOut]}, 404))
def list_single_sends(
    request: Call,  # noqa: ARG001 - ninja passes the request
    *,
    sendout: Annotated[int | None, Query(description="Only those of one sendout.", examples=[3])] = None,
    contact: Annotated[
        str | None, Query(description="Only those to one contact: the address or external id.")
    ] = None,
    after: After = BEGINNING_OF_NEWEST,
    limit: Limit = 50,
) -> Page[SingleSendOut]:
    """Lists single sends, newest first, with what became of each."""
    person = find_contact(contact).pk if contact is not None else None
    found = queries.single_sends(sendout=sendout, contact=person, after=int(after), limit=limit + 1)
    shown = [SingleSendOut(**row) for row in found[:limit]]
    return Page(items=shown, next=str(shown[-1].id) if len(found) > limit else None)


@router.get("/single-sends/{int:number}", response=answers({200: SingleSendOut}, 404))
def get_single_send(request: Call, number: int) -> SingleSendOut:  # noqa: ARG001 - ninja passes the request
    """Gets a single send: what became of it."""
    return SingleSendOut(**queries.single_send(number))
