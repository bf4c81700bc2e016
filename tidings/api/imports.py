"""Imports: files in."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse, StreamingHttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from tidings.api import idempotency
from tidings.api.auth import Call
from tidings.api.paging import BEGINNING_OF_NEWEST, After, Limit, Page, cut
from tidings.api.problems import answers
from tidings.api.uploads import Upload, body_of, received
from tidings.groups.queries import find as find_group
from tidings.groups.settings import Joining
from tidings.imports import actions, queries, saved
from tidings.imports.models import Import
from tidings.imports.rules.formats import Kind, written
from tidings.imports.rules.mapping import Key
from tidings.imports.rules.recognise import Unknown
from tidings.kernel.errors import TidingsError

router = Router(tags=["imports"])

Mode = Import.Mode
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
# In the words of `map`.
UNKNOWN = {"stop": Unknown.STOP, "ignore": Unknown.IGNORE, "new": Unknown.CREATE}

BODY = body_of(
    csv="email,first name\nanna@example.com,Anna\n",
    xml="<members><member><email>anna@example.com</email></member></members>",
)
REJECTS_EXAMPLE = (
    "line,reason,column,value,advice\n3,bad_address,E-mail,anna at example.net,This is no e-mail address.\n"
)
REJECTS = {
    "responses": {
        200: {
            "description": "Line, column, value and reason of each rejected row",
            "content": {"text/csv": {"schema": {"type": "string"}, "example": REJECTS_EXAMPLE}},
        }
    }
}


class BadMapping(TidingsError):
    """“{text}” doesn't say which column goes where. Write it like `E-mail=email`."""


class ProgressOut(Schema):
    """How far the import is; `total` is null as long as nobody knows."""

    done: int = Field(examples=[30_000])
    total: int | None = Field(examples=[95_000])


class ImportOut(Schema):
    """A file on its way into a group. Each row ends in exactly one of the counts."""

    id: int = Field(examples=[12])
    state: str = Field(
        description="draft, queued, reading, awaiting_confirmation, merging, finished, failed or cancelled",
        examples=["merging"],
    )
    group: int = Field(examples=[7])
    filename: str = Field(examples=["people.csv"])
    mode: str = Field(examples=["add_and_update"])
    joining: Joining = Field(description="How people come in whom the mode lets join.", examples=["silent"])
    dry_run: bool
    rows: int = Field(examples=[95_950])
    created: int = Field(examples=[60_000])
    updated: int = Field(examples=[20_000])
    joined: int = Field(description="Known contacts who became members.", examples=[10_000])
    unchanged: int = Field(examples=[4_900])
    removed: int = Field(description="Their membership ended, by the mode `remove`.", examples=[0])
    ignored: int = Field(description="The mode does nothing with such people.", examples=[0])
    kept_out: int = Field(description="May not be members.", examples=[100])
    kept_out_by: dict[str, int] = Field(
        description="The same by reason: opted_out, deactivated, blacklisted, erased.",
        examples=[{"opted_out": 90, "deactivated": 10}],
    )
    duplicates: int = Field(description="Stand again further down.", examples=[0])
    rejected: int = Field(examples=[950])
    letters: int = Field(
        description="Letters that were written: of welcome with `notice`, to confirm with `double_opt_in`, and to "
        "confirm wherever an address changed.",
        examples=[0],
    )
    absent: int = Field(
        description="Members who weren't in the file and were removed by the mode `replace`; no rows of the file. "
        "While the import awaits confirmation: how many would be.",
        examples=[0],
    )
    members_before: int = Field(description="With `replace`: members at the start.", examples=[0])
    error: str = Field(examples=[""])
    progress: ProgressOut | None
    rate: float | None = Field(description="Rows per second.", examples=[75_000.0])
    eta_seconds: int | None = Field(examples=[1])
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


@router.get("/imports", response=answers({200: Page[ImportOut]}, 404))
def list_imports(
    request: Call,  # noqa: ARG001 - ninja passes the request
    *,
    group: Annotated[str | None, Query(description="Only those into one group: its id or address.")] = None,
    after: After = BEGINNING_OF_NEWEST,
    limit: Limit = 50,
) -> Page[ImportOut]:
    """Lists imports, newest first."""
    found = Import.objects.select_related("process").filter(pk__lt=int(after)).order_by("-pk")
    if group is not None:
        found = found.filter(group=find_group(group))
    rows, following = cut(found, limit, lambda run: run.pk)
    return Page(items=[import_out(run) for run in rows], next=following)


@router.post("/imports", response=answers({202: ImportOut}, 404, 409, 415, 423, 507), openapi_extra=BODY)
def start_import(
    request: Call,
    response: HttpResponse,
    *,
    group: Annotated[str, Query(description="The group's id or address.", examples=["news@example.org"])],
    filename: Annotated[str, Query(max_length=300, examples=["people.csv"])] = "",
    mode: Mode = Mode.ADD_AND_UPDATE,
    joining: Annotated[
        Joining,
        Query(description="How people come in: silently, with a letter of welcome, once they confirm."),
    ] = Joining.SILENT,
    format: Annotated[  # noqa: A002 - the caller's word
        Kind | None, Query(description="Instead of what the file looks like.")
    ] = None,
    separator: Annotated[
        Literal["comma", "semicolon", "tab", "bar"] | None, Query(description="Instead of the proposed one.")
    ] = None,
    quote: Annotated[Literal['"', "'"] | None, Query(description="Instead of the proposed one.")] = None,
    charset: Annotated[
        str | None, Query(description="Instead of the proposed one.", examples=["cp1252"])
    ] = None,
    header: Annotated[bool | None, Query(description="Whether the first row names the columns.")] = None,
    columns: Annotated[
        list[str], Query(alias="map", description="COLUMN=FIELD; FIELD may be `ignore` or `new`.")
    ] = [],  # noqa: B006 - ninja copies defaults
    unknown_columns: Literal["stop", "ignore", "new"] = "stop",
    key: Annotated[
        Key | None, Query(description="The identity that finds people; the file's first one unless named.")
    ] = None,
    clear_marker: Annotated[
        str, Query(description="A cell with this word empties its value.", max_length=50, examples=["-"])
    ] = "",
    country: Annotated[
        str | None,
        Query(
            description="Whose mobile numbers stand without a country code; that of the settings unless named.",
            max_length=2,
            examples=["DE"],
        ),
    ] = None,
    app: Annotated[
        str,
        Query(
            description="Whose push endpoints they are where no column says it; the group's app unless named.",
            max_length=100,
            examples=["Example Books"],
        ),
    ] = "",
    mapping: Annotated[
        str, Query(description="The name of a saved mapping by which to read the columns.", max_length=80)
    ] = "",
    save_mapping: Annotated[
        str, Query(description="Keep what the columns mean under this name.", max_length=80)
    ] = "",
    dry_run: bool = False,
    confirmed: Annotated[
        bool, Query(description="Lets `replace` remove any number of members without asking.")
    ] = False,
    idempotency_key: idempotency.Key = None,
) -> Status[dict[str, Any]]:
    """Starts an import into a group. The file is the body or a form's `file`: CSV or XML, also zipped or gzipped."""
    found = find_group(group)
    choices = mapping_of(columns)
    layout = written(format, separator and SEPARATORS[separator], quote, charset, has_header=header)

    def start(upload: Upload) -> idempotency.Started:
        run = actions.start(
            found,
            upload.content,
            filename=upload.filename,
            by=request.auth,
            layout=layout,
            choices=choices or None,
            unknown=UNKNOWN[unknown_columns],
            key=key,
            clear_marker=clear_marker,
            country=country,
            app=app,
            saved=mapping,
            save_as=save_mapping,
            mode=mode,
            joining=joining,
            dry_run=dry_run,
            is_confirmed=confirmed,
        )
        return idempotency.Started(f"{request.path}/{run.pk}", import_out(run).dict())

    with received(request, filename) as upload:
        asked = [found.pk, upload.filename, upload.digest, choices, unknown_columns, mode, joining, dry_run]
        asked += [confirmed, layout, key, clear_marker, country, app, mapping, save_mapping]
        started = idempotency.once(idempotency_key, asked, lambda: start(upload), by=request.auth)
    response["Location"] = started.location
    return Status(202, started.body)


def mapping_of(columns: Iterable[str]) -> dict[str, str]:
    """Which column goes to which field; the column's name may hold a `=`."""
    mapping = {}
    for text in columns:
        column, equals, field = text.rpartition("=")
        if not equals or not column or not field.strip():
            raise BadMapping(text=text)
        mapping[column] = field.strip()
    return mapping


@router.get("/imports/{int:number}", response=answers({200: ImportOut}, 404))
def get_import(request: Call, number: int) -> ImportOut:  # noqa: ARG001 - ninja passes the request
    """Gets an import: its state, its counts, how far it is."""
    return import_out(queries.find(number))


@router.get("/imports/{int:number}/rejects.csv", response=answers({200: None}, 404), openapi_extra=REJECTS)
def get_rejects(request: Call, number: int) -> StreamingHttpResponse:  # noqa: ARG001 - ninja passes the request
    """Gets the rows that were left out, as CSV."""
    pieces = queries.rejects_csv(queries.find(number))
    headers = {"Content-Disposition": f'attachment; filename="import-{number}-rejects.csv"'}
    return StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8", headers=headers)


@router.post("/imports/{int:number}/cancel", response=answers({200: ImportOut}, 404, 409))
def cancel_import(request: Call, number: int) -> ImportOut:
    """Cancels an import. What was merged stays; one that awaits confirmation has changed nothing."""
    actions.cancel(queries.find(number), by=request.auth)
    return import_out(queries.find(number))


@router.post("/imports/{int:number}/confirm", response=answers({200: ImportOut}, 404, 409, 423))
def confirm_import(request: Call, number: int) -> ImportOut:
    """Confirms that `replace` may remove as many members as it asked about (`absent`)."""
    actions.confirm(queries.find(number), by=request.auth)
    return import_out(queries.find(number))


class MappingOut(Schema):
    """What the columns of a kind of file mean."""

    name: str = Field(examples=["CRM export"])
    columns: dict[str, str] = Field(
        description="Column to attribute, `member.NAME` or `ignore`.",
        examples=[{"Mail": "email", "Card": "member.card", "Fax": "ignore"}],
    )
    key: str = Field(examples=["email"])
    clear_marker: str = Field(examples=[""])
    saved_at: datetime


@router.get("/import-mappings", response=answers({200: list[MappingOut]}))
def list_mappings(request: Call) -> list[dict[str, Any]]:  # noqa: ARG001 - ninja passes the request
    """Lists saved mappings by name."""
    return [saved.summary(kept) for kept in saved.listed()]


@router.delete("/import-mappings/{name}", response=answers({204: None}, 404))
def delete_mapping(request: Call, name: str) -> Status[None]:
    """Deletes a saved mapping; imports that used it stay as they are."""
    saved.forget(saved.called(name), by=request.auth)
    return Status(204, None)


def import_out(run: Import) -> ImportOut:
    """An import as programs see it."""
    return ImportOut(**queries.summary(run))
