"""Messages: what is known about them, and their versions."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from tidings.api.auth import Call
from tidings.api.paging import BEGINNING, After, Limit, Page, cut_in_order
from tidings.api.problems import answers
from tidings.messaging import actions
from tidings.messaging.builtin import TEMPLATES
from tidings.messaging.difference import difference
from tidings.messaging.models import Message, Version
from tidings.messaging.queries import ORDERS, find, find_version, listed, ordered

router = Router(tags=["messages"])

Format = Literal["html", "markdown", "mjml", "blocks"]
Purpose = Literal["marketing", "service", "system"]
Sort = Literal["newest", "oldest", "name", "written"]


class ContentIn(Schema):
    """What is said: a subject, and a content in one of the formats, plain text or both, with placeholders."""

    model_config = ConfigDict(extra="forbid")
    subject: str = Field(examples=['Hello {{ contact.first_name | default("friend") }}'])
    preview_text: str = Field(
        default="", description="Shown in lists behind the subject.", examples=["All that is new in May"]
    )
    format: Format = Field(default="html", description="What `source` is written in.", examples=["markdown"])
    source: str = Field(default="", examples=["# Hello {{ contact.first_name }}"])
    html: str = Field(default="", description="Short for a `source` in HTML.", examples=[""])
    text: str = Field(
        default="", description="Empty: made from the HTML.", examples=["Hello {{ contact.first_name }}"]
    )
    attachments: list[int] = Field(default=[], description="Ids of files.", examples=[[12]])


class AboutIn(Schema):
    """What is known about a message besides its content; what is left out stays."""

    model_config = ConfigDict(extra="forbid")
    name: str | None = Field(default=None, examples=["May newsletter"])
    description: str | None = Field(default=None, examples=["Goes out on the first Monday."])
    purpose: Purpose | None = Field(default=None, examples=["marketing"])
    language: str | None = Field(default=None, examples=["en"])


class MessageIn(ContentIn):
    """A new message with its first version."""

    name: str = Field(min_length=1, max_length=150, examples=["May newsletter"])
    description: str = Field(default="", examples=["Goes out on the first Monday."])
    purpose: Purpose = Field(
        default="marketing",
        description="`service` answers something the person did: opt-outs and limits of marketing don't apply.",
    )
    language: str = Field(
        default="", description="Of the text; screen readers and dates use it.", examples=["en"]
    )
    is_template: bool = Field(default=False, description="A start for other messages; it can't be sent.")


class MessageCopyIn(Schema):
    """What the copy is called, and which version it says."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(examples=["June newsletter"])
    version: int | None = Field(default=None, description="Without it the current one.", examples=[1])
    is_template: bool = False


class VersionOut(Schema):
    """Content that never changes again. `html` is the source compiled."""

    number: int = Field(examples=[1])
    subject: str = Field(examples=["Hello in May"])
    preview_text: str = Field(examples=["All that is new in May"])
    format: Format = Field(examples=["markdown"])
    source: str = Field(examples=["Hello"])
    html: str = Field(examples=["<p>Hello</p>"])
    text: str = Field(examples=["Hello"])
    text_is_own: bool = Field(description="False: it was made from the HTML.")
    attachments: list[int] = Field(description="Ids of files.", examples=[[12]])
    created_at: datetime


class MessageSummary(Schema):
    """A message without its content."""

    id: int = Field(examples=[31])
    name: str = Field(examples=["May newsletter"])
    description: str = Field(examples=["Goes out on the first Monday."])
    purpose: Purpose = Field(examples=["marketing"])
    language: str = Field(examples=["en"])
    is_template: bool
    archived_at: datetime | None
    created_at: datetime


class MessageOut(MessageSummary):
    """A message with its versions, the current one first."""

    versions: list[VersionOut]


class PieceOut(Schema):
    """Some text of a part: it stayed, was added or removed; or how much that stayed is left out here."""

    kind: Literal["same", "added", "removed", "left out"] = Field(examples=["added"])
    text: str = Field(examples=["Hello"])


class DifferenceOut(Schema):
    """A part that differs between two versions."""

    part: str = Field(examples=["subject"])
    pieces: list[PieceOut]


class TemplateOut(Schema):
    """A template that comes with Tidings; its source is MJML."""

    key: str = Field(examples=["newsletter"])
    name: str = Field(examples=["Newsletter"])
    description: str = Field(examples=["A lead story and two shorter ones."])
    subject: str = Field(examples=["News of this month"])
    preview_text: str = Field(examples=["What happened, and what comes next."])
    format: Format = Field(examples=["mjml"])
    source: str = Field(examples=["<mjml>…</mjml>"])


@router.get("/messages", response=answers({200: Page[MessageSummary]}))
def list_messages(
    request: Call,  # noqa: ARG001 - ninja passes the request
    *,
    search: Annotated[str, Query(description="A part of the name or of the current subject.")] = "",
    purpose: Annotated[Purpose | None, Query(description="Only those of one purpose.")] = None,
    template: Annotated[bool | None, Query(description="Only templates, or only others.")] = None,
    archived: Annotated[bool, Query(description="Archived ones instead of the others.")] = False,
    sort: Annotated[Sort, Query(description="By when they were made, by name, or written last.")] = "newest",
    after: After = BEGINNING,
    limit: Limit = 50,
) -> Page[MessageSummary]:
    """Lists messages, newest first unless another order is asked for."""
    found = listed(search, purpose=purpose or "", is_template=template, is_archived=archived)
    rows, following = cut_in_order(ordered(found, sort), ORDERS[sort], after, limit)
    return Page(items=[MessageSummary.from_orm(row) for row in rows], next=following)


@router.post("/messages", response=answers({201: MessageOut}, 400, 404))
def create_message(request: Call, response: HttpResponse, payload: MessageIn) -> Status[MessageOut]:
    """Creates a message. Its placeholders are checked, and its source is compiled."""
    about = {field: getattr(payload, field) for field in ("description", "purpose", "language")}
    with transaction.atomic():
        message = actions.create(payload.name, **about, is_template=payload.is_template, by=request.auth)
        _write(message, payload, request)
    response["Location"] = f"{request.path}/{message.pk}"
    return Status(201, message_out(message))


@router.get("/messages/templates", response=answers({200: list[TemplateOut]}))
def list_builtin_templates(request: Call) -> list[TemplateOut]:  # noqa: ARG001 - ninja passes the request
    """Lists the templates that come with Tidings, to begin a message with."""
    return [TemplateOut.from_orm(one) for one in TEMPLATES]


@router.get("/messages/{int:message}", response=answers({200: MessageOut}, 404))
def get_message(request: Call, message: int) -> MessageOut:  # noqa: ARG001 - ninja passes the request
    """Gets a message with all its versions."""
    return message_out(find(message))


@router.patch("/messages/{int:message}", response=answers({200: MessageOut}, 400, 404))
def change_message(request: Call, message: int, payload: AboutIn) -> MessageOut:
    """Changes what is known about a message. Its versions stay as they are."""
    found = find(message)
    now = {field: getattr(found, field) for field in ("name", "description", "purpose", "language")}
    given = {field: value for field, value in payload.dict().items() if value is not None}
    return message_out(actions.describe(found, **(now | given), by=request.auth))


@router.delete("/messages/{int:message}", response=answers({204: None}, 404, 409))
def delete_message(request: Call, message: int) -> Status[None]:
    """Deletes a message that was never sent."""
    actions.delete(find(message), by=request.auth)
    return Status(204, None)


@router.post("/messages/{int:message}/versions", response=answers({201: MessageOut}, 400, 404))
def create_version(request: Call, message: int, payload: ContentIn) -> Status[MessageOut]:
    """Adds a version, which becomes the current one. Sendouts keep the version they began with."""
    found = find(message)
    _write(found, payload, request)
    return Status(201, message_out(found))


@router.get("/messages/{int:message}/versions/{int:number}", response=answers({200: VersionOut}, 404))
def get_version(request: Call, message: int, number: int) -> VersionOut:  # noqa: ARG001 - ninja passes the request
    """Gets one version."""
    return VersionOut.from_orm(find_version(message, number))


@router.get("/messages/{int:message}/differences", response=answers({200: list[DifferenceOut]}, 404))
def compare_versions(
    request: Call,  # noqa: ARG001 - ninja passes the request
    message: int,
    old: Annotated[int, Query(description="The number of a version.", examples=[1])],
    new: Annotated[int, Query(description="The number of another one.", examples=[2])],
) -> list[dict[str, Any]]:
    """Says what changed from one version to another, word by word."""
    differences = difference(find_version(message, old), find_version(message, new))
    return [{"part": one.part, "pieces": [piece._asdict() for piece in one.pieces]} for one in differences]


@router.post("/messages/{int:message}/copy", response=answers({201: MessageOut}, 400, 404))
def copy_message(
    request: Call, response: HttpResponse, message: int, payload: MessageCopyIn
) -> Status[MessageOut]:
    """Creates a message, or a template, that says the same."""
    version = find_version(message, payload.version)
    made = actions.copy(version, payload.name, is_template=payload.is_template, by=request.auth).message
    response["Location"] = f"/api/v1/messages/{made.pk}"
    return Status(201, message_out(made))


@router.post("/messages/{int:message}/archive", response=answers({200: MessageOut}, 404))
def archive_message(request: Call, message: int) -> MessageOut:
    """Archives a message: it can't be sent. Again changes nothing."""
    return message_out(actions.archive(find(message), by=request.auth))


@router.post("/messages/{int:message}/activate", response=answers({200: MessageOut}, 404))
def activate_message(request: Call, message: int) -> MessageOut:
    """Undoes archiving. Again changes nothing."""
    return message_out(actions.activate(find(message), by=request.auth))


def _write(message: Message, payload: ContentIn, request: Call) -> Version:
    return actions.write(
        message.name,
        subject=payload.subject,
        preview_text=payload.preview_text,
        form=payload.format,
        source=payload.source,
        html=payload.html,
        text=payload.text,
        attachments=payload.attachments,
        by=request.auth,
        message=message,
    )


def message_out(message: Message) -> MessageOut:
    """A message as programs see it."""
    summary = MessageSummary.from_orm(message)
    versions = [VersionOut.from_orm(version) for version in message.versions.order_by("-number")]
    return MessageOut(**summary.dict(), versions=versions)
