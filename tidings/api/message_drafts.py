"""Drafts of messages: what the next version will say."""

from datetime import datetime

from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from tidings.api.auth import Call
from tidings.api.messages import Format, VersionOut
from tidings.api.problems import answers
from tidings.messaging import drafts
from tidings.messaging.models import Draft
from tidings.messaging.queries import find, find_version

router = Router(tags=["messages"])

REVISION = Field(
    description="The one that was read, 0 if there was no draft: so nobody writes over somebody else's.",
    examples=[3],
)


class RevisionIn(Schema):
    """Which draft is meant."""

    model_config = ConfigDict(extra="forbid")
    revision: int = REVISION


class DraftIn(RevisionIn):
    """What the draft says from now on; it may be unfinished. What is left out stays."""

    subject: str | None = Field(default=None, examples=["Hello in May"])
    preview_text: str | None = Field(default=None, examples=["All that is new in May"])
    format: Format | None = Field(default=None, examples=["markdown"])
    source: str | None = Field(default=None, examples=["# Hello"])
    text: str | None = Field(default=None, examples=[""])
    attachments: list[int] | None = Field(default=None, examples=[[12]])


class DraftOut(Schema):
    """The draft; without one what the current version says, with the revision 0."""

    revision: int = Field(examples=[3])
    base: int = Field(description="The version it began from; 0 if there was none.", examples=[1])
    subject: str = Field(examples=["Hello in May"])
    preview_text: str = Field(examples=["All that is new in May"])
    format: Format = Field(examples=["markdown"])
    source: str = Field(examples=["# Hello"])
    text: str = Field(examples=[""])
    attachments: list[int] = Field(examples=[[12]])
    changed_at: datetime | None


@router.get("/messages/{int:message}/draft", response=answers({200: DraftOut}, 404))
def get_draft(request: Call, message: int) -> Draft:  # noqa: ARG001 - ninja passes the request
    """Gets the draft of a message."""
    return drafts.current(find(message))


@router.put("/messages/{int:message}/draft", response=answers({200: DraftOut}, 400, 404, 409))
def save_draft(request: Call, message: int, payload: DraftIn) -> Draft:
    """Saves the draft. Answers 409 `draft_changed` if somebody saved another one since `revision`."""
    written = payload.dict(exclude_none=True)
    return drafts.save(find(message), written, revision=written.pop("revision"), by=request.auth)


@router.delete("/messages/{int:message}/draft", response=answers({204: None}, 404, 409))
def discard_draft(request: Call, message: int, revision: int) -> Status[None]:
    """Throws the draft of that revision away; the versions stay."""
    drafts.discard(find(message), revision=revision, by=request.auth)
    return Status(204, None)


@router.post("/messages/{int:message}/draft/version", response=answers({201: VersionOut}, 400, 404, 409))
def save_draft_as_version(request: Call, message: int, payload: RevisionIn) -> Status[VersionOut]:
    """Makes the draft the next version. What is wrong with it is told, and it stays."""
    version = drafts.save_version(find(message), revision=payload.revision, by=request.auth)
    return Status(201, VersionOut.from_orm(version))


@router.post(
    "/messages/{int:message}/versions/{int:number}/restore", response=answers({200: DraftOut}, 400, 404, 409)
)
def restore_version(request: Call, message: int, number: int, payload: RevisionIn) -> Draft:
    """Makes what an old version says the draft, instead of the draft of that revision."""
    return drafts.restore(find_version(message, number), revision=payload.revision, by=request.auth)
