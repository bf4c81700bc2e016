"""Blacklists: who never gets anything, from one group or from the whole system."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse, StreamingHttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from tidings.api import idempotency
from tidings.api.auth import Call
from tidings.api.imports import REJECTS, ProgressOut
from tidings.api.paging import BEGINNING_OF_NEWEST, After, Limit, Page, cut
from tidings.api.problems import answers
from tidings.api.uploads import Upload, body_of, received
from tidings.blacklists import actions, queries
from tidings.blacklists.models import SYSTEM, BlacklistImport, Entry
from tidings.blacklists.rules import PATTERN_CHARACTERS_AT_MOST, REASON_CHARACTERS_AT_MOST
from tidings.groups.models import Group
from tidings.groups.queries import find as find_group
from tidings.kernel.errors import NotFound

router = Router(tags=["blacklists"])

Kinds = Literal["email", "domain", "subdomains", "mobile", "md5", "sha256"]
Whose = Annotated[
    str | None,
    Query(description="The list of one group: its id or address. Without it, the system's.", examples=["7"]),
]
FILE = {
    "responses": {
        200: {
            "description": "One entry a line",
            "content": {
                "text/csv": {
                    "schema": {"type": "string"},
                    "example": "pattern,kind,reason\n*.example.com,subdomains,competitors\n",
                }
            },
        }
    }
}

BODY = body_of(
    csv="pattern,reason\nanna@example.com,Asked us\n*.example.org,\n",
    xml="<blacklist><email>anna@example.com</email><domain>example.org</domain></blacklist>",
)


class EntryIn(Schema):
    """Somebody, or a domain, to keep out. Without a group they never get anything at all."""

    model_config = ConfigDict(extra="forbid")
    pattern: str = Field(
        max_length=PATTERN_CHARACTERS_AT_MOST,
        description=(
            "An e-mail address, `example.com` (the domain alone), `*.example.com` (with its subdomains), a mobile "
            "number, or the MD5 or SHA-256 hash of a lower-cased address."
        ),
        examples=["*.example.com"],
    )
    group: int | str | None = Field(default=None, description="Its id or address.", examples=[7])
    reason: str = Field(default="", max_length=REASON_CHARACTERS_AT_MOST, examples=["Asked us by telephone"])


class EntryOut(Schema):
    """An entry of a blacklist; `group` is null if it holds for the whole system."""

    id: int = Field(examples=[31])
    pattern: str = Field(examples=["*.example.com"])
    kind: Kinds
    group: int | None = Field(examples=[7])
    reason: str = Field(examples=["Asked us by telephone"])
    source: str = Field(description="page, api, shell, import or group (copied)", examples=["api"])
    added_by: str | None = Field(examples=["Anna Ahrens"])
    added_at: datetime


class CheckOut(Schema):
    """Whether an address is kept out, and by which entries."""

    address: str = Field(examples=["anna@mail.example.com"])
    blacklisted: bool
    entries: list[EntryOut]


class BlacklistImportOut(Schema):
    """A file on its way onto a blacklist. Each value in it ends in one of the counts, but `removed` with `replace`."""

    id: int = Field(examples=[4])
    state: str = Field(description="running, finished, failed or cancelled", examples=["running"])
    group: int | None = Field(examples=[7])
    filename: str = Field(examples=["never.csv"])
    mode: str = Field(examples=["add"])
    values: int = Field(examples=[95_000])
    added: int = Field(examples=[90_000])
    removed: int = Field(examples=[0])
    unchanged: int = Field(examples=[4_900])
    duplicates: int = Field(examples=[50])
    rejected: int = Field(examples=[50])
    error: str = Field(examples=[""])
    progress: ProgressOut
    created_at: datetime
    ended_at: datetime | None


def entry_out(entry: Entry) -> EntryOut:
    """An entry as programs see it."""
    return EntryOut(
        **{name: getattr(entry, name) for name in ("pattern", "kind", "reason", "source", "added_at")},
        id=entry.pk,
        group=None if entry.scope == SYSTEM else entry.scope,
        added_by=str(entry.added_by) if entry.added_by else None,
    )


def whose(ref: str | int | None) -> Group | None:
    """The group that a call names, or None for the system."""
    return None if ref is None else find_group(ref)


@router.get("/blacklist", response=answers({200: Page[EntryOut]}, 404))
def list_blacklist(
    request: Call,  # noqa: ARG001 - ninja passes the request
    *,
    group: Whose = None,
    search: Annotated[str, Query(description="The beginning of an entry.", examples=["anna@"])] = "",
    kind: Kinds | None = None,
    after: After = "0",
    limit: Limit = 50,
) -> Page[EntryOut]:
    """Lists the entries of the system or of a group, in the order of their making."""
    found = queries.entries(whose(group), prefix=search, kind=kind or "")
    rows, following = cut(found.filter(pk__gt=int(after)).order_by("pk"), limit, lambda entry: entry.pk)
    return Page(items=[entry_out(entry) for entry in rows], next=following)


@router.get("/blacklist.csv", response=answers({200: None}, 404), openapi_extra=FILE)
def get_blacklist_csv(request: Call, *, group: Whose = None) -> StreamingHttpResponse:  # noqa: ARG001 - ninja passes the request
    """Gets all entries of the system or of a group as CSV."""
    headers = {"Content-Disposition": 'attachment; filename="blacklist.csv"'}
    lines = queries.as_csv(whose(group))
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


@router.post("/blacklist", response=answers({200: EntryOut, 201: EntryOut}, 400, 404))
def add_to_blacklist(request: Call, response: HttpResponse, payload: EntryIn) -> Status[EntryOut]:
    """Adds one entry (201), or gives the one there is (200). No lock refuses it, and it holds at once."""
    entry, is_new = actions.add(
        payload.pattern,
        whose(payload.group),
        reason=payload.reason,
        source=Entry.Source.API,
        by=request.auth,
    )
    response["Location"] = f"{request.path}/{entry.pk}"
    return Status(201 if is_new else 200, entry_out(entry))


@router.get("/blacklist/check", response=answers({200: CheckOut}, 404))
def check_blacklist(
    request: Call,  # noqa: ARG001 - ninja passes the request
    address: Annotated[
        str, Query(description="An e-mail address or a mobile number.", examples=["anna@mail.example.com"])
    ],
    *,
    group: Whose = None,
) -> CheckOut:
    """Tells which entries keep an address out: the system's, and the group's if one is named."""
    found = queries.hits(address, whose(group))
    return CheckOut(address=address, blacklisted=bool(found), entries=[entry_out(entry) for entry in found])


@router.get("/blacklist/{int:number}", response=answers({200: EntryOut}, 404))
def get_blacklist_entry(request: Call, number: int) -> EntryOut:  # noqa: ARG001 - ninja passes the request
    """Gets one entry."""
    return entry_out(queries.find(number))


@router.delete("/blacklist/{int:number}", response=answers({204: None}, 404))
def remove_from_blacklist(request: Call, number: int) -> Status[None]:
    """Removes one entry. No lock refuses it."""
    if not actions.remove(queries.find(number), by=request.auth):
        raise NotFound(thing="blacklist entry", ref=number)
    return Status(204, None)


@router.get("/blacklist/imports", response=answers({200: Page[BlacklistImportOut]}, 404))
def list_blacklist_imports(
    request: Call,  # noqa: ARG001 - ninja passes the request
    *,
    group: Whose = None,
    after: After = BEGINNING_OF_NEWEST,
    limit: Limit = 50,
) -> Page[BlacklistImportOut]:
    """Lists the files that were read onto the list of the system or of a group, newest first."""
    found = queries.imports(whose(group)).filter(pk__lt=int(after))
    rows, following = cut(found, limit, lambda run: run.pk)
    return Page(items=[import_out(run) for run in rows], next=following)


@router.post(
    "/blacklist/imports",
    response=answers({202: BlacklistImportOut}, 404, 409, 415, 423, 507),
    openapi_extra=BODY,
)
def start_blacklist_import(
    request: Call,
    response: HttpResponse,
    *,
    group: Whose = None,
    mode: BlacklistImport.Mode = BlacklistImport.Mode.ADD,
    filename: Annotated[str, Query(max_length=300, examples=["never.csv"])] = "",
    idempotency_key: idempotency.Key = None,
) -> Status[dict[str, Any]]:
    """Starts reading a file onto a list: one entry a line, separated by commas, CSV with a header, or XML.

    The file is the body, or the field `file` of a form. `add` keeps what is there, `replace` removes what the file
    doesn't name, `delete` removes what it names. A group's list takes the group's exclusive lock.
    """
    found = whose(group)

    def start(upload: Upload) -> idempotency.Started:
        run = actions.start_import(
            found, upload.content, filename=upload.filename, mode=mode, by=request.auth
        )
        return idempotency.Started(f"{request.path}/{run.pk}", import_out(run).dict())

    with received(request, filename) as upload:
        asked = [found and found.pk, upload.filename, upload.digest, mode]
        started = idempotency.once(idempotency_key, asked, lambda: start(upload), by=request.auth)
    response["Location"] = started.location
    return Status(202, started.body)


@router.get("/blacklist/imports/{int:number}", response=answers({200: BlacklistImportOut}, 404))
def get_blacklist_import(request: Call, number: int) -> BlacklistImportOut:  # noqa: ARG001 - ninja passes the request
    """Gets an import of a list: its state, its counts, how far it is."""
    return import_out(queries.find_import(number))


@router.get(
    "/blacklist/imports/{int:number}/rejects.csv", response=answers({200: None}, 404), openapi_extra=REJECTS
)
def get_blacklist_rejects(request: Call, number: int) -> StreamingHttpResponse:  # noqa: ARG001 - ninja passes the request
    """Gets the values that were left out, as CSV."""
    lines = queries.rejects_csv(queries.find_import(number))
    headers = {"Content-Disposition": f'attachment; filename="blacklist-import-{number}-rejects.csv"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


@router.post("/blacklist/imports/{int:number}/cancel", response=answers({200: BlacklistImportOut}, 404, 409))
def cancel_blacklist_import(request: Call, number: int) -> BlacklistImportOut:
    """Cancels an import of a list. The list stays what it was."""
    actions.cancel_import(queries.find_import(number), by=request.auth)
    return import_out(queries.find_import(number))


def import_out(run: BlacklistImport) -> BlacklistImportOut:
    """An import of a list as programs see it."""
    return BlacklistImportOut(**queries.summary(run))
