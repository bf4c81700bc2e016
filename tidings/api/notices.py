"""Notices: what Tidings tells the user in whose name a program acts."""

from datetime import datetime

from ninja import Router, Schema, Status
from pydantic import Field

from tidings.api.auth import Call
from tidings.api.paging import BEGINNING_OF_NEWEST, After, Limit, Page, cut
from tidings.api.problems import answers
from tidings.notices import actions, queries
from tidings.notices.models import Notice

router = Router(tags=["notices"])


class NoticeOut(Schema):
    """Something that a user is told, on their page and by mail."""

    id: int = Field(examples=[7])
    subject: str = Field(examples=["Sendout 12 has paused"])
    body: str = Field(
        examples=["The relay smtp://mail.example.org refuses everything. Resume it when it works."]
    )
    path: str = Field(description="The page about it; may be empty.", examples=["/sendouts/12/"])
    created_at: datetime
    read_at: datetime | None
    state: str = Field(description="Of its mail: waiting, mailed or failed.", examples=["mailed"])
    reason: str = Field(description="Why it was not mailed.", examples=[""])
    mailed_at: datetime | None


@router.get("/notices", response=answers({200: Page[NoticeOut]}))
def list_notices(
    request: Call, *, unread: bool = False, after: After = BEGINNING_OF_NEWEST, limit: Limit = 50
) -> Page[NoticeOut]:
    """Lists notices, the newest first; with `unread` only those that weren't seen."""
    found = queries.notices_of(request.auth, unread_only=unread).filter(pk__lt=int(after)).order_by("-pk")
    rows, following = cut(found, limit, lambda notice: notice.pk)
    return Page(items=[_out(row) for row in rows], next=following)


@router.post("/notices/{int:number}/read", response=answers({204: None}, 404))
def read_notice(request: Call, number: int) -> Status[None]:
    """Marks a notice as read."""
    actions.mark_read(request.auth, queries.find(request.auth, number).pk)
    return Status(204, None)


def _out(notice: Notice) -> NoticeOut:
    return NoticeOut.model_validate(notice, from_attributes=True)
