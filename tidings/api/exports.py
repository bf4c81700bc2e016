"""Exports: files out."""

from datetime import datetime
from typing import Any

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from tidings.api import idempotency
from tidings.api.auth import Call
from tidings.api.problems import answers
from tidings.exports.actions import find, start
from tidings.exports.models import Export
from tidings.groups.queries import find as find_group
from tidings.kernel.errors import Refused

router = Router(tags=["exports"])

FILE = {
    "responses": {
        200: {
            "description": "The members as CSV",
            "content": {
                "text/csv": {
                    "schema": {"type": "string"},
                    "example": "email,first_name,state\nanna@example.com,Anna,active\n",
                }
            },
        }
    }
}


class ExportIn(Schema):
    """Whose members to write."""

    model_config = ConfigDict(extra="forbid")
    group: int | str = Field(description="The group's id or address.", examples=["news@example.org"])


class ExportOut(Schema):
    """The members of a group as a CSV file; `file` is its path once the state is `finished`."""

    id: int = Field(examples=[5])
    state: str = Field(description="queued, running, finished or failed", examples=["finished"])
    group: int = Field(examples=[7])
    rows: int = Field(examples=[95_000])
    error: str = Field(examples=[""])
    file: str | None = Field(examples=["/api/v1/exports/5/file"])
    created_at: datetime
    ended_at: datetime | None


@router.post("/exports", response=answers({202: ExportOut}, 400, 404, 409, 423))
def start_export(
    request: Call, response: HttpResponse, payload: ExportIn, *, idempotency_key: idempotency.Key = None
) -> Status[dict[str, Any]]:
    """Starts writing the members of a group to a CSV file."""

    def begin() -> idempotency.Started:
        export = start(find_group(payload.group), by=request.auth)
        location = f"{request.path}/{export.pk}"
        return idempotency.Started(location, export_out(export, location).dict())

    started = idempotency.once(idempotency_key, payload.dict(), begin, by=request.auth)
    response["Location"] = started.location
    return Status(202, started.body)


@router.get("/exports/{int:number}", response=answers({200: ExportOut}, 404))
def get_export(request: Call, number: int) -> ExportOut:
    """Gets an export: its state, and where its file is."""
    return export_out(find(number), request.path)


@router.get("/exports/{int:number}/file", response=answers({200: None}, 404, 409), openapi_extra=FILE)
def get_export_file(request: Call, number: int) -> FileResponse:  # noqa: ARG001 - ninja passes the request
    """Gets the file of a finished export."""
    export = find(number)
    if export.state != Export.State.FINISHED:
        raise Refused(reason=f"Export {number} has no file: it is {export.state}.")
    file = default_storage.open(export.file)
    name = f"group-{export.group_id}-members.csv"
    return FileResponse(file, as_attachment=True, filename=name, content_type="text/csv; charset=utf-8")


def export_out(export: Export, location: str) -> ExportOut:
    """An export as programs see it; `location` is its path."""
    return ExportOut(
        id=export.pk,
        state=export.state,
        group=export.group_id,
        rows=export.rows,
        error=export.error,
        file=f"{location}/file" if export.state == Export.State.FINISHED else None,
        created_at=export.created_at,
        ended_at=export.ended_at,
    )
