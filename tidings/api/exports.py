"""Exports: files out."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import FileResponse, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from tidings.api import idempotency
from tidings.api.auth import Call
from tidings.api.imports import ProgressOut
from tidings.api.paging import BEGINNING_OF_NEWEST, After, Limit, Page, cut
from tidings.api.problems import answers
from tidings.exports import queries
from tidings.exports.actions import cancel, start
from tidings.exports.models import Export
from tidings.exports.rules import SEPARATORS, Encoding, Format, Packing
from tidings.groups.queries import find as find_group
from tidings.selections.choosing import chosen

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


State = Literal["active", "pending", "awaiting_approval", "deactivated"]


class ExportIn(Schema):
    """Whose members to write, and how."""

    model_config = ConfigDict(extra="forbid")
    group: int | str = Field(description="The group's id or address.", examples=["news@example.org"])
    format: Format = Format.CSV
    columns: list[str] = Field(
        default=[],
        max_length=2_000,
        description="In their order; everything if empty. `GET /exports/columns` lists what there is.",
        examples=[["email", "first_name", "member.card", "state"]],
    )
    states: list[State] = Field(
        default=[], description="Of the members to write; all if empty.", examples=[["active"]]
    )
    where: str = Field(
        default="", description="Only those members whom this rule picks.", examples=['city = "Berlin"']
    )
    selection: int | str | None = Field(
        default=None, description="Instead of a rule: the id or name of a saved one.", examples=[None]
    )
    separator: Literal["comma", "semicolon", "tab"] = Field(default="comma", description="Of a CSV file.")
    encoding: Encoding = Field(
        default=Encoding.UTF_8_MARKED,
        description="`utf-8-sig` is UTF-8 with the mark that spreadsheets look for.",
    )
    raw: bool = Field(
        default=False,
        description="Without the apostrophe that keeps spreadsheets from running a cell as a formula.",
    )
    packing: Packing = Field(default=Packing.NONE, description="Empty for a plain file, `zip` or `gzip`.")


class ColumnOut(Schema):
    """Something that can be told of each member."""

    name: str = Field(examples=["member.card"])
    label: str = Field(examples=["Card"])


class ExportOut(Schema):
    """The members of a group as a file; `file` is its path once the state is `finished`, until `kept_until`."""

    id: int = Field(examples=[5])
    state: str = Field(description="queued, running, finished, failed or cancelled", examples=["finished"])
    group: int = Field(examples=[7])
    format: str = Field(examples=["csv"])
    columns: list[str] = Field(examples=[["email", "state"]])
    states: list[str] = Field(examples=[["active"]])
    where: str = Field(description="The rule that narrows it, with numbers instead of names.", examples=[""])
    selection: int | None = Field(description="Where that comes from.", examples=[None])
    packing: str = Field(examples=[""])
    rows: int = Field(examples=[95_000])
    size: int = Field(description="Bytes of the file.", examples=[9_500_000])
    error: str = Field(examples=[""])
    why_gone: str = Field(
        description="Why the file went before its time: its group was deleted, or somebody in it erased.",
        examples=[""],
    )
    progress: ProgressOut
    file: str | None = Field(examples=["/api/v1/exports/5/file"])
    created_at: datetime
    ended_at: datetime | None
    kept_until: datetime | None


@router.get("/exports", response=answers({200: Page[ExportOut]}, 404))
def list_exports(
    request: Call,
    *,
    group: Annotated[str | None, Query(description="Only those of one group: its id or address.")] = None,
    after: After = BEGINNING_OF_NEWEST,
    limit: Limit = 50,
) -> Page[ExportOut]:
    """Lists exports, newest first."""
    found = queries.exports(None if group is None else find_group(group)).filter(pk__lt=int(after))
    rows, following = cut(found, limit, lambda export: export.pk)
    return Page(items=[export_out(row, f"{request.path}/{row.pk}") for row in rows], next=following)


@router.get("/exports/columns", response=answers({200: list[ColumnOut]}))
def list_export_columns(request: Call) -> list[ColumnOut]:  # noqa: ARG001 - ninja passes the request
    """Lists the columns that an export may have."""
    return [ColumnOut(name=column.name, label=column.label) for column in queries.columns_there_are()]


@router.post("/exports", response=answers({202: ExportOut}, 400, 404, 409, 423))
def start_export(
    request: Call, response: HttpResponse, payload: ExportIn, *, idempotency_key: idempotency.Key = None
) -> Status[dict[str, Any]]:
    """Starts writing the members of a group to a file."""

    def begin() -> idempotency.Started:
        wanted = payload.dict(exclude={"group", "separator", "raw", "where", "selection"})
        export = start(
            find_group(payload.group),
            **wanted,
            separator=SEPARATORS[payload.separator],
            is_defused=not payload.raw,
            whom=chosen(payload.where, payload.selection),
            by=request.auth,
        )
        location = f"{request.path}/{export.pk}"
        return idempotency.Started(location, export_out(export, location).dict())

    started = idempotency.once(idempotency_key, payload.dict(), begin, by=request.auth)
    response["Location"] = started.location
    return Status(202, started.body)


@router.get("/exports/{int:number}", response=answers({200: ExportOut}, 404))
def get_export(request: Call, number: int) -> ExportOut:
    """Gets an export: its state, how far it is, and where its file is."""
    return export_out(queries.find(number), request.path)


@router.post("/exports/{int:number}/cancel", response=answers({200: ExportOut}, 404, 409))
def cancel_export(request: Call, number: int) -> ExportOut:
    """Cancels an export."""
    cancel(queries.find(number), by=request.auth)
    return export_out(queries.find(number), request.path.removesuffix("/cancel"))


@router.get("/exports/{int:number}/file", response=answers({200: None}, 404, 409), openapi_extra=FILE)
def get_export_file(request: Call, number: int) -> FileResponse:  # noqa: ARG001 - ninja passes the request
    """Gets the file of a finished export."""
    export = queries.find(number)
    file = queries.opened(export)
    return FileResponse(file, as_attachment=True, filename=export.filename, content_type=export.media_type)


def export_out(export: Export, location: str) -> ExportOut:
    """An export as programs see it; `location` is its path."""
    return ExportOut(**queries.summary(export), file=f"{location}/file" if export.file else None)
