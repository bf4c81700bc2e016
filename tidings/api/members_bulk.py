"""Doing one thing with several members of a group."""

from ninja import Router, Schema
from pydantic import ConfigDict, Field

from tidings.api.auth import Call
from tidings.api.contacts import contact_of
from tidings.api.problems import answers
from tidings.groups.queries import find
from tidings.kernel.network import client_address
from tidings.kernel.several import AT_MOST
from tidings.memberships import several
from tidings.memberships.models import Membership

router = Router(tags=["members"])


class ActIn(Schema):
    """What to do with which contacts: what the calls about one member do."""

    model_config = ConfigDict(extra="forbid")
    act: several.Act
    contacts: list[int] = Field(min_length=1, max_length=AT_MOST, examples=[[4711, 4712]])


class MemberRefusal(Schema):
    """A contact who was left as they are, and why."""

    contact: int = Field(examples=[4712])
    code: str = Field(examples=["not_in_state"])
    message: str = Field(examples=["ben@example.com is active in group “News”, not pending."])


class ActOut(Schema):
    """With which contacts it went well, and which were refused."""

    done: list[int] = Field(examples=[[4711]])
    refused: list[MemberRefusal]


@router.post("/groups/{group}/members/bulk", response=answers({200: ActOut}, 400, 404))
def change_members(request: Call, group: str, payload: ActIn) -> ActOut:
    """Approves, turns down, asks again, reactivates, unsubscribes, removes up to 1,000 members, or notes complaints.

    Each on its own: one who is refused doesn't hinder the others.
    """
    people = [contact_of(contact) for contact in payload.contacts]
    outcome = several.act(
        payload.act,
        people,
        find(group),
        source=Membership.Source.API,
        by=request.auth,
        ip=client_address(request),
    )
    refused = [
        MemberRefusal(contact=one.pk, code=error.code, message=str(error)) for one, error in outcome.refused
    ]
    return ActOut(done=[one.pk for one in outcome.done], refused=refused)
