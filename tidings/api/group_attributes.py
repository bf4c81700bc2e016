"""The attributes of a group."""

from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from tidings.api.auth import Call
from tidings.api.paging import BEGINNING_OF_NEWEST, After, Limit, Page, cut
from tidings.api.problems import answers
from tidings.api.uploads import received
from tidings.groups import attribute_history, attributes
from tidings.groups.attribute_files import BYTES_AT_MOST, FileMode, Layout, write
from tidings.groups.attribute_history import Entry
from tidings.groups.models import GroupAttribute
from tidings.groups.queries import find
from tidings.kernel.errors import NotFound

router = Router(tags=["groups"])

EXAMPLE = "name,value\nprice,9.90 EUR\nShoe price,59 EUR\n"
FILE = {
    "responses": {
        200: {
            "description": "The attributes",
            "content": {"text/csv": {"schema": {"type": "string"}, "example": EXAMPLE}},
        }
    }
}
BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "text/csv": {"schema": {"type": "string"}, "example": EXAMPLE},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            },
        },
    }
}


class AttributeOut(Schema):
    """A value that holds for all contacts of the group."""

    name: str = Field(examples=["price"])
    value: str = Field(examples=["9.90 EUR"])
    updated_at: datetime


class ChangeOut(Schema):
    """One change of an attribute."""

    id: int = Field(examples=[4_711])
    at: datetime
    by: str | None = Field(description="Null for the command line.", examples=["Anna Ahrens"])
    name: str = Field(examples=["price"])
    before: str | None = Field(description="Null if it was new.", examples=["9.90 EUR"])
    after: str | None = Field(description="Null if it was removed.", examples=["8.90 EUR"])


class OutcomeOut(Schema):
    """What became of the attributes of a file, and of the others."""

    mode: FileMode = Field(examples=["set"])
    dry_run: bool
    added: int = Field(examples=[2])
    changed: int = Field(examples=[17])
    removed: int = Field(examples=[0])
    unchanged: int = Field(examples=[981])
    skipped: list[str] = Field(
        description="Names that are there already (mode `add`) or aren't there (mode `delete`).",
        examples=[[]],
    )


class AttributeIn(Schema):
    """A group attribute's new value."""

    model_config = ConfigDict(extra="forbid")
    value: str = Field(examples=["9.90 EUR"])


@router.get("/groups/{group}/attributes", response=answers({200: list[AttributeOut]}, 404))
def list_attributes(request: Call, group: str) -> list[GroupAttribute]:  # noqa: ARG001 - ninja passes the request
    """Lists the group's attributes by name."""
    return list(find(group).attributes.order_by("name"))


@router.get("/groups/{group}/attributes.csv", response=answers({200: None}, 404), openapi_extra=FILE)
def get_attributes_file(request: Call, group: str, layout: Layout = Layout.PLAIN) -> HttpResponse:  # noqa: ARG001 - ninja passes the request
    """Gets the attributes as a CSV file; `layout=engage` has the header of Mapp Engage's files."""
    found = find(group)
    lines = write(found.attributes.order_by("name").values_list("name", "value"), layout)
    return HttpResponse("".join(lines), content_type="text/csv; charset=utf-8")


@router.get("/groups/{group}/attribute-changes", response=answers({200: Page[ChangeOut]}, 404))
def list_attribute_changes(
    request: Call,  # noqa: ARG001 - ninja passes the request
    group: str,
    *,
    name: Annotated[str, Query(description="Only those of one attribute.", examples=["price"])] = "",
    after: After = BEGINNING_OF_NEWEST,
    limit: Limit = 50,
) -> Page[Entry]:
    """Lists who changed which attribute, when, from what to what; the newest first."""
    found = attribute_history.changes(find(group), name).filter(pk__lt=int(after)).order_by("-pk")
    rows, following = cut(found, limit, lambda fact: fact.pk)
    return Page(items=attribute_history.entries(rows), next=following)


@router.post(
    "/groups/{group}/attributes/import",
    response=answers({200: OutcomeOut}, 404, 415, 507),
    openapi_extra=BODY,
)
def import_attributes(
    request: Call, group: str, *, mode: FileMode = FileMode.SET, dry_run: bool = False
) -> OutcomeOut:
    """Does what a CSV file of up to 1,000 attributes says, or nothing. No lock refuses it.

    The file is the body, or the field `file` of a form. Its header is `name,value`, or that of Mapp Engage's files.
    Modes: `set` adds and changes; `add` adds only new ones; `replace` removes all others as well; `delete` removes
    those that are named.
    """
    found = find(group)
    with received(request, "") as upload:
        data = upload.content.read(BYTES_AT_MOST + 1)
    outcome = attributes.load(found, data, mode=mode, by=request.auth, dry_run=dry_run)
    return OutcomeOut(mode=mode, dry_run=dry_run, **{name: getattr(outcome, name) for name in _COUNTS})


_COUNTS = ("added", "changed", "removed", "unchanged", "skipped")


# An attribute may be called “import” as well; its path is the one above.
@router.get(
    "/groups/{group}/attributes/import", include_in_schema=False, response=answers({200: AttributeOut}, 404)
)
def get_attribute_called_import(request: Call, group: str) -> GroupAttribute:
    """As `get_attribute`."""
    return get_attribute(request, group, "import")


@router.put(
    "/groups/{group}/attributes/import", include_in_schema=False, response=answers({200: AttributeOut}, 404)
)
def put_attribute_called_import(request: Call, group: str, payload: AttributeIn) -> GroupAttribute:
    """As `put_attribute`."""
    return put_attribute(request, group, "import", payload)


@router.delete(
    "/groups/{group}/attributes/import", include_in_schema=False, response=answers({204: None}, 404)
)
def delete_attribute_called_import(request: Call, group: str) -> Status[None]:
    """As `delete_attribute`."""
    return delete_attribute(request, group, "import")


@router.get("/groups/{group}/attributes/{path:name}", response=answers({200: AttributeOut}, 404))
def get_attribute(request: Call, group: str, name: str) -> GroupAttribute:  # noqa: ARG001 - ninja passes the request
    """Gets one group attribute; names compare without case."""
    attribute = attributes.find(find(group), name)
    if attribute is None:
        raise NotFound(thing="group attribute", ref=name)
    return attribute


@router.put("/groups/{group}/attributes/{path:name}", response=answers({200: AttributeOut}, 400, 404))
def put_attribute(request: Call, group: str, name: str, payload: AttributeIn) -> GroupAttribute:
    """Sets one group attribute. No lock refuses it; a sendout that runs keeps the values it began with."""
    return attributes.put(find(group), name, payload.value, by=request.auth)


@router.delete("/groups/{group}/attributes/{path:name}", response=answers({204: None}, 404))
def delete_attribute(request: Call, group: str, name: str) -> Status[None]:
    """Removes one group attribute."""
    attributes.remove(find(group), name, by=request.auth)
    return Status(204, None)
