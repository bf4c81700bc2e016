"""Messages and their versions."""

from datetime import datetime

from django.http import HttpResponse
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from tidings.api.auth import Call
from tidings.api.paging import BEGINNING_OF_NEWEST, After, Limit, Page, cut
from tidings.api.problems import answers
from tidings.kernel.errors import NotFound
from tidings.messaging.actions import write
from tidings.messaging.models import Message, Version

router = Router(tags=["messages"])


class ContentIn(Schema):
    """What is said: a subject, and HTML, plain text or both, with placeholders."""

    model_config = ConfigDict(extra="forbid")
    subject: str = Field(examples=['Hello {{ contact.first_name | default("friend") }}'])
    html: str = Field(default="", examples=["<p>Hello {{ contact.first_name }}</p>"])
    text: str = Field(default="", examples=["Hello {{ contact.first_name }}"])


class MessageIn(ContentIn):
    """A new message with its first version."""

    name: str = Field(min_length=1, max_length=150, examples=["May newsletter"])


class VersionOut(Schema):
    """Content that never changes again."""

    number: int = Field(examples=[1])
    subject: str = Field(examples=["Hello in May"])
    html: str = Field(examples=["<p>Hello</p>"])
    text: str = Field(examples=["Hello"])
    created_at: datetime


class MessageSummary(Schema):
    """A message without its content."""

    id: int = Field(examples=[31])
    name: str = Field(examples=["May newsletter"])
    created_at: datetime


class MessageOut(MessageSummary):
    """A message with its versions, the current one first."""

    versions: list[VersionOut]


@router.get("/messages", response=answers({200: Page[MessageSummary]}))
def list_messages(
    request: Call,  # noqa: ARG001 - ninja passes the request
    *,
    after: After = BEGINNING_OF_NEWEST,
    limit: Limit = 50,
) -> Page[MessageSummary]:
    """Lists messages, newest first."""
    rows, following = cut(
        Message.objects.filter(pk__lt=int(after)).order_by("-pk"), limit, lambda message: message.pk
    )
    return Page(items=[MessageSummary.from_orm(row) for row in rows], next=following)


@router.post("/messages", response=answers({201: MessageOut}, 400))
def create_message(request: Call, response: HttpResponse, payload: MessageIn) -> Status[MessageOut]:
    """Creates a message. Its placeholders are checked."""
    version = write(
        payload.name, subject=payload.subject, html=payload.html, text=payload.text, by=request.auth
    )
    response["Location"] = f"{request.path}/{version.message_id}"
    return Status(201, message_out(version.message))


@router.get("/messages/{int:message}", response=answers({200: MessageOut}, 404))
def get_message(request: Call, message: int) -> MessageOut:  # noqa: ARG001 - ninja passes the request
    """Gets a message with all its versions."""
    return message_out(message_of(message))


@router.post("/messages/{int:message}/versions", response=answers({201: MessageOut}, 400, 404))
def create_version(request: Call, message: int, payload: ContentIn) -> Status[MessageOut]:
    """Adds a version, which becomes the current one. Sendouts keep the version they began with."""
    found = message_of(message)
    write(found.name, **payload.dict(), by=request.auth, message=found)
    return Status(201, message_out(found))


def message_of(number: int) -> Message:
    """The message with that id; raises `NotFound`."""
    found = Message.objects.filter(pk=number).first()
    if found is None:
        raise NotFound(thing="message", ref=number)
    return found


def version_of(message: Message, number: int | None) -> Version:
    """The version with that number, or the current one; raises `NotFound`."""
    versions = message.versions.order_by("-number")
    found = versions.first() if number is None else versions.filter(number=number).first()
    if found is None:
        raise NotFound(thing="version", ref=f"{number} of message {message.pk}")
    return found


def message_out(message: Message) -> MessageOut:
    """A message as programs see it."""
    versions = [VersionOut.from_orm(version) for version in message.versions.order_by("-number")]
    return MessageOut(id=message.pk, name=message.name, created_at=message.created_at, versions=versions)
