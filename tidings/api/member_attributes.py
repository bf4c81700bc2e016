"""Values of one contact in one group."""

from typing import Annotated, Any

from ninja import Router, Schema
from pydantic import ConfigDict, Field

from tidings.api.auth import Call
from tidings.api.problems import answers
from tidings.contacts.queries import get
from tidings.groups.queries import find
from tidings.kernel.errors import NotFound
from tidings.memberships.member_attributes import set_attributes
from tidings.memberships.models import Membership

router = Router(tags=["contacts"])

Values = Annotated[dict[str, Any], Field(examples=[{"store": "Berlin"}])]


class MemberAttributes(Schema):
    """Member attributes under their keys."""

    attributes: Values


class MemberAttributesIn(Schema):
    """Member attributes to set; those not named keep their values, an empty text takes one away."""

    model_config = ConfigDict(extra="forbid")
    attributes: dict[str, str | bool | int | float] = Field(examples=[{"Store": "Berlin"}])


@router.get(
    "/groups/{group}/members/{int:contact}/attributes", response=answers({200: MemberAttributes}, 404)
)
def get_member_attributes(
    request: Call,  # noqa: ARG001 - ninja passes the request
    group: str,
    contact: int,
) -> MemberAttributes:
    """Gets what is known of a contact in a group."""
    place, person = find(group), get(contact)
    member = Membership.objects.filter(group=place, contact=person).first()
    if member is None:
        raise NotFound(thing="member", ref=f"{contact} of this group")
    return MemberAttributes(attributes=member.attributes)


@router.put(
    "/groups/{group}/members/{int:contact}/attributes", response=answers({200: MemberAttributes}, 400, 404)
)
def set_member_attributes(
    request: Call, group: str, contact: int, payload: MemberAttributesIn
) -> MemberAttributes:
    """Sets values of a contact in a group. No lock refuses it."""
    stored = set_attributes(get(contact), find(group), payload.attributes, by=request.auth)
    return MemberAttributes(attributes=stored)
