"""Copying, archiving, activating and deleting groups."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from tidings.api import idempotency
from tidings.api.auth import Call
from tidings.api.groups import GroupOut, shown
from tidings.api.groups import router as groups
from tidings.api.problems import answers
from tidings.groups import lifecycle
from tidings.groups.models import Deletion
from tidings.groups.queries import find

router = Router(tags=["groups"])

DELETIONS = "/api/v1/deletions"


class CopyIn(Schema):
    """What the copy is called; the copy of an e-mail group needs an address of its own."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(examples=["Newsletter for France"])
    address: str = Field(default="", examples=["news-fr@example.org"])


class DeletionOut(Schema):
    """How far the deletion of a group is. Once it is `finished` the group can't be found any more."""

    id: int = Field(examples=[3])
    state: str = Field(description="running, finished or failed", examples=["running"])
    group: int = Field(examples=[7])
    group_name: str = Field(examples=["Newsletter"])
    removed: int = Field(description="Memberships and other rows removed so far.", examples=[20_000])
    error: str = Field(examples=[""])
    started_at: datetime
    ended_at: datetime | None


@router.post("/groups/{group}/copy", response=answers({201: GroupOut}, 400, 404, 409, 423))
def copy_group(request: Call, response: HttpResponse, group: str, payload: CopyIn) -> Status[GroupOut]:
    """Creates a group with the settings, category, attributes and blacklist of this one, and without members."""
    made = lifecycle.copy(find(group), **payload.dict(), by=request.auth)
    response["Location"] = f"/api/v1/groups/{made.pk}"
    return Status(201, shown([made])[0])


@router.post("/groups/{group}/archive", response=answers({200: GroupOut}, 404, 423))
def archive_group(request: Call, group: str) -> GroupOut:
    """Archives a group: it takes no sendout, import or subscription. Again changes nothing."""
    return shown([lifecycle.archive(find(group), by=request.auth)])[0]


@router.post("/groups/{group}/activate", response=answers({200: GroupOut}, 404, 423))
def activate_group(request: Call, group: str) -> GroupOut:
    """Undoes archiving. Again changes nothing."""
    return shown([lifecycle.activate(find(group), by=request.auth)])[0]


# Where the other calls of this path are: only they know each other's methods.
@groups.delete("/groups/{group}", response=answers({202: DeletionOut}, 400, 404, 409, 423))
def delete_group(
    request: Call,
    response: HttpResponse,
    group: str,
    *,
    name: Annotated[str, Query(description="The group's name again.", examples=["Newsletter"])],
    idempotency_key: idempotency.Key = None,
) -> Status[dict[str, Any]]:
    """Begins to delete a group for good. Its memberships go; contacts, opt-outs and statistics stay."""

    def begin() -> idempotency.Started:
        deletion = lifecycle.delete(find(group), name=name, by=request.auth)
        return idempotency.Started(f"{DELETIONS}/{deletion.pk}", deletion_out(deletion).dict())

    started = idempotency.once(idempotency_key, {"delete": group, "name": name}, begin, by=request.auth)
    response["Location"] = started.location
    return Status(202, started.body)


@router.get("/deletions/{int:number}", response=answers({200: DeletionOut}, 404))
def get_deletion(request: Call, number: int) -> DeletionOut:  # noqa: ARG001 - ninja passes the request
    """Tells how far the deletion of a group is."""
    return deletion_out(lifecycle.find_deletion(number))


def deletion_out(deletion: Deletion) -> DeletionOut:
    """A deletion as programs see it."""
    process = deletion.process
    return DeletionOut(
        id=deletion.pk,
        state=process.state,
        group=deletion.group_id,
        group_name=deletion.group.name,
        removed=process.done,
        error=deletion.error,
        started_at=process.started_at,
        ended_at=process.ended_at,
    )
