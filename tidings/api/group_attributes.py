"""The attributes of a group."""

from datetime import datetime

from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from tidings.api.auth import Call
from tidings.api.problems import answers
from tidings.groups import attributes
from tidings.groups.models import GroupAttribute
from tidings.groups.queries import find
from tidings.kernel.errors import NotFound

router = Router(tags=["groups"])


class AttributeOut(Schema):
    """A value that holds for all contacts of the group."""

    name: str = Field(examples=["price"])
    value: str = Field(examples=["9.90 EUR"])
    updated_at: datetime


class AttributeIn(Schema):
    """A group attribute's new value."""

    model_config = ConfigDict(extra="forbid")
    value: str = Field(examples=["9.90 EUR"])


@router.get("/groups/{group}/attributes", response=answers({200: list[AttributeOut]}, 404))
def list_attributes(request: Call, group: str) -> list[GroupAttribute]:  # noqa: ARG001 - ninja passes the request
    """Lists the group's attributes by name."""
    return list(find(group).attributes.order_by("name"))


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
