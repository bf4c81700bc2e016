"""The catalogue of attributes of contacts and members."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from tidings.api import idempotency
from tidings.api.auth import Call
from tidings.api.problems import answers
from tidings.attributes import actions
from tidings.attributes.models import Attribute
from tidings.attributes.queries import change_facts, get, type_change
from tidings.attributes.rules import BUILT_IN

router = Router(tags=["attributes"])

TYPE_CHANGES = "/api/v1/type-changes"

Scope = Literal["profile", "member"]
Type = Literal["text", "number", "boolean", "date", "date_time", "choice"]
Choices = Annotated[
    list[str], Field(description="With the type `choice` alone.", examples=[["gold", "silver"]])
]


class CatalogueEntry(Schema):
    """What may be known of a contact (`profile`) or of a contact in one group (`member`).

    Values are stored under `key`. Built-in attributes have no id and can't be changed.
    """

    id: int | None = Field(examples=[12])
    name: str = Field(examples=["Shoe size"])
    key: str = Field(examples=["shoe size"])
    scope: Scope
    type: Type
    choices: list[str] = Field(examples=[["gold", "silver"]])
    is_built_in: bool
    created_at: datetime | None
    archived_at: datetime | None


class Definition(Schema):
    """A new attribute. Its name counts whatever its case."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(examples=["Shoe size"])
    type: Type = "text"
    choices: Choices = []
    scope: Scope = "profile"


class Spelling(Schema):
    """The same name, written differently."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(examples=["Shoe Size"])


class NewType(Schema):
    """Another type for an attribute."""

    model_config = ConfigDict(extra="forbid")
    type: Type
    choices: Choices = []


class TypeChangeOut(Schema):
    """How far the change of a type is. Until it is `finished` the old type holds."""

    id: int = Field(examples=[3])
    state: str = Field(description="running, finished, failed or cancelled", examples=["running"])
    attribute: int = Field(examples=[12])
    name: str = Field(examples=["Shoe size"])
    type: Type
    choices: list[str] = Field(examples=[[]])
    rewritten: int = Field(description="Values that had to be written anew.", examples=[0])
    error: str = Field(description="Why it failed, with the first values that don't fit.", examples=[""])
    done: int = Field(
        description="Values dealt with: each is looked at, then all are written.", examples=[20_000]
    )
    total: int | None = Field(description="Null until all are looked at.", examples=[2_000_000])
    started_at: datetime
    ended_at: datetime | None


class NewChoice(Schema):
    """One more choice."""

    model_config = ConfigDict(extra="forbid")
    choice: str = Field(examples=["bronze"])


@router.get("/attributes", response=answers({200: list[CatalogueEntry]}))
def list_definitions(
    request: Call,  # noqa: ARG001 - ninja passes the request
    scope: Scope | None = None,
) -> list[CatalogueEntry]:
    """Lists the whole catalogue: the built-in attributes, then the custom ones by name, archived ones as well."""
    found = Attribute.objects.order_by("name")
    custom = [_custom(one) for one in (found.filter(scope=scope) if scope else found)]
    return custom if scope == "member" else [*_built_in(), *custom]


@router.post("/attributes", response=answers({201: CatalogueEntry}, 400, 409))
def define_attribute(request: Call, response: HttpResponse, payload: Definition) -> Status[CatalogueEntry]:
    """Defines a custom attribute."""
    made = actions.define(
        payload.name, kind=payload.type, choices=payload.choices, scope=payload.scope, by=request.auth
    )
    response["Location"] = f"{request.path}/{made.pk}"
    return Status(201, _custom(made))


@router.get("/attributes/{int:attribute}", response=answers({200: CatalogueEntry}, 404))
def get_definition(request: Call, attribute: int) -> CatalogueEntry:  # noqa: ARG001 - ninja passes the request
    """Gets a custom attribute."""
    return _custom(get(attribute))


@router.put("/attributes/{int:attribute}/name", response=answers({200: CatalogueEntry}, 400, 404))
def respell_attribute(request: Call, attribute: int, payload: Spelling) -> CatalogueEntry:
    """Writes the name with other case or spaces."""
    return _custom(actions.respell(get(attribute), payload.name, by=request.auth))


@router.put("/attributes/{int:attribute}/type", response=answers({202: TypeChangeOut}, 400, 404, 409))
def change_type_of_attribute(
    request: Call,
    response: HttpResponse,
    attribute: int,
    payload: NewType,
    *,
    idempotency_key: idempotency.Key = None,
) -> Status[dict[str, Any]]:
    """Begins to change the type: if every stored value fits, they are stored as the new type writes them."""

    def begin() -> idempotency.Started:
        change = actions.change_type(get(attribute), payload.type, choices=payload.choices, by=request.auth)
        return idempotency.Started(
            f"{TYPE_CHANGES}/{change.pk}", TypeChangeOut(**change_facts(change)).dict()
        )

    asked = {"attribute": attribute, **payload.dict()}
    started = idempotency.once(idempotency_key, asked, begin, by=request.auth)
    response["Location"] = started.location
    return Status(202, started.body)


@router.get("/type-changes/{int:number}", response=answers({200: TypeChangeOut}, 404))
def get_type_change(request: Call, number: int) -> TypeChangeOut:  # noqa: ARG001 - ninja passes the request
    """Tells how far the change of a type is."""
    return TypeChangeOut(**change_facts(type_change(number)))


@router.post("/type-changes/{int:number}/cancel", response=answers({200: TypeChangeOut}, 404, 409))
def cancel_type_change(request: Call, number: int) -> TypeChangeOut:
    """Cancels the change of a type. The type and all values stay what they were."""
    actions.cancel_type_change(type_change(number), by=request.auth)
    return TypeChangeOut(**change_facts(type_change(number)))


@router.post("/attributes/{int:attribute}/choices", response=answers({200: CatalogueEntry}, 400, 404))
def add_choice(request: Call, attribute: int, payload: NewChoice) -> CatalogueEntry:
    """Adds a choice."""
    return _custom(actions.add_choice(get(attribute), payload.choice, by=request.auth))


@router.delete("/attributes/{int:attribute}/choices", response=answers({200: CatalogueEntry}, 404, 409))
def remove_choice(
    request: Call, attribute: int, choice: Annotated[str, Query(examples=["bronze"])]
) -> CatalogueEntry:
    """Removes a choice that nobody has."""
    return _custom(actions.remove_choice(get(attribute), choice, by=request.auth))


@router.post("/attributes/{int:attribute}/archive", response=answers({200: CatalogueEntry}, 404))
def archive_attribute(request: Call, attribute: int) -> CatalogueEntry:
    """Archives it: values stay, new ones can't be given, messages that use it can't be sent."""
    return _custom(actions.archive(get(attribute), by=request.auth))


@router.post("/attributes/{int:attribute}/activate", response=answers({200: CatalogueEntry}, 404))
def activate_attribute(request: Call, attribute: int) -> CatalogueEntry:
    """Undoes archiving."""
    return _custom(actions.activate(get(attribute), by=request.auth))


@router.delete("/attributes/{int:attribute}", response=answers({204: None}, 404, 409))
def delete_definition(request: Call, attribute: int) -> Status[None]:
    """Deletes an attribute that no value and no message uses."""
    actions.delete(get(attribute), by=request.auth)
    return Status(204, None)


def _built_in() -> list[CatalogueEntry]:
    return [
        CatalogueEntry(
            id=None,
            name=one.label,
            key=one.key,
            scope="profile",
            type=one.kind.value,
            choices=list(one.choices),
            is_built_in=True,
            created_at=None,
            archived_at=None,
        )
        for one in BUILT_IN.values()
    ]


def _custom(attribute: Attribute) -> CatalogueEntry:
    columns = {
        name: getattr(attribute, name)
        for name in ("id", "name", "key", "scope", "type", "choices", "created_at", "archived_at")
    }
    return CatalogueEntry(**columns, is_built_in=False)
