"""Approvals: what awaits one, and deciding."""

from datetime import datetime
from typing import Literal

from ninja import Router, Schema
from pydantic import ConfigDict, Field

from tidings.api.auth import Call
from tidings.api.paging import BEGINNING_OF_NEWEST, After, Limit, Page, cut
from tidings.api.problems import answers
from tidings.moderation import actions, queries
from tidings.moderation.models import Request
from tidings.sendouts.approval import fingerprint

router = Router(tags=["approvals"])


class ApprovalOut(Schema):
    """Somebody wants a sendout to go."""

    id: int = Field(examples=[5])
    sendout: int = Field(examples=[12])
    state: str = Field(description="open, approved or rejected", examples=["open"])
    group: int = Field(examples=[7])
    group_name: str = Field(examples=["Newsletter"])
    asks: int = Field(
        description="The group whose approvers decide: `group`, or a moderated subgroup if that is a SuperGroup.",
        examples=[7],
    )
    asks_name: str = Field(examples=["Newsletter"])
    message: int = Field(examples=[31])
    subject: str = Field(examples=["Hello in May"])
    asked_by: str | None = Field(examples=["anna@example.org"])
    asked_at: datetime
    scheduled_at: datetime | None
    decided_by: str | None = Field(examples=["berta@example.org"])
    decided_at: datetime | None
    comment: str = Field(examples=[""])
    fingerprint: str = Field(
        description="Of what would be sent now: content, group and its settings. An approval names it.",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    )


class ApproveIn(Schema):
    """What is approved."""

    model_config = ConfigDict(extra="forbid")
    fingerprint: str = Field(
        max_length=64, examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"]
    )


class RejectIn(Schema):
    """Why it may not go."""

    model_config = ConfigDict(extra="forbid")
    comment: str = Field(examples=["The price is last year's."])


@router.get("/approvals", response=answers({200: Page[ApprovalOut]}))
def list_approvals(
    request: Call,  # noqa: ARG001 - ninja passes the request
    *,
    state: Literal["open", "approved", "rejected"] = "open",
    after: After = BEGINNING_OF_NEWEST,
    limit: Limit = 50,
) -> Page[ApprovalOut]:
    """Lists requests, the newest first: those to be decided, or the decided ones."""
    found = queries.open_requests() if state == "open" else queries.requests().filter(state=state)
    rows, following = cut(found.filter(pk__lt=int(after)).order_by("-pk"), limit, lambda asked: asked.pk)
    return Page(items=[_out(row) for row in rows], next=following)


@router.get("/approvals/{int:number}", response=answers({200: ApprovalOut}, 404))
def get_approval(request: Call, number: int) -> ApprovalOut:  # noqa: ARG001 - ninja passes the request
    """Gets a request."""
    return _out(queries.find(number))


@router.post("/approvals/{int:number}/approve", response=answers({200: ApprovalOut}, 400, 403, 404, 409))
def approve_sendout(request: Call, number: int, payload: ApproveIn) -> ApprovalOut:
    """Lets the sendout go, if it would still send what has that fingerprint. The first decision counts.

    A SuperMessage goes when each moderated group among its SuperGroup and subgroups has agreed; a call decides for all
    of those in which the caller may.
    """
    actions.approve(queries.find(number), payload.fingerprint, by=request.auth)
    return _out(queries.find(number))


@router.post("/approvals/{int:number}/reject", response=answers({200: ApprovalOut}, 400, 403, 404, 409))
def reject_sendout(request: Call, number: int, payload: RejectIn) -> ApprovalOut:
    """Ends the sendout for good; its author is told why."""
    actions.reject(queries.find(number), payload.comment, by=request.auth)
    return _out(queries.find(number))


def _out(asked: Request) -> ApprovalOut:
    sendout = asked.sendout
    return ApprovalOut(
        id=asked.pk,
        sendout=sendout.pk,
        state=asked.state,
        group=sendout.group_id,
        group_name=sendout.group_name,
        asks=asked.group_id,
        asks_name=asked.group.name,
        message=sendout.version.message_id,
        subject=sendout.version.subject,
        asked_by=asked.asked_by.email if asked.asked_by else None,
        asked_at=asked.asked_at,
        scheduled_at=sendout.scheduled_at,
        decided_by=asked.decided_by.email if asked.decided_by else None,
        decided_at=asked.decided_at,
        comment=asked.comment,
        fingerprint=fingerprint(sendout),
    )
