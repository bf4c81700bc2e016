"""Who is in which group: joining, leaving, asking for a confirmation, approving."""

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from tidings.api.auth import Call
from tidings.api.contacts import CONTACTS_AT_MOST, ContactIn, contact_of, stored
from tidings.api.paging import After, Limit, Page, cut
from tidings.api.problems import answers
from tidings.groups.models import Group
from tidings.groups.queries import find as find_group
from tidings.groups.settings import Joining
from tidings.kernel.errors import NotFound, TidingsError
from tidings.kernel.network import client_address
from tidings.memberships import actions, queries
from tidings.memberships.models import Membership
from tidings.selections.choosing import chosen
from tidings.selections.queries import limited, those

router = Router(tags=["members"])

API = Membership.Source.API
State = Literal["active", "pending", "awaiting_approval", "deactivated"]
Mode = Literal["silent", "notice", "double_opt_in"]


class MemberOut(Schema):
    """A member of a group."""

    contact: int = Field(examples=[4711])
    email: str | None = Field(examples=["anna@example.com"])
    state: str = Field(examples=["active"])
    source: str = Field(examples=["import"])
    joined_at: datetime


class MembersIn(Schema):
    """Contacts to add; unknown ones are made. With `notice` they get a letter of welcome, with `double_opt_in` they are
    pending until they have confirmed.
    """

    model_config = ConfigDict(extra="forbid")
    contacts: list[ContactIn] = Field(min_length=1, max_length=CONTACTS_AT_MOST)
    mode: Mode = "silent"


class Addition(Schema):
    """What became of one contact of the list; `code` and `message` say why it was refused."""

    email: str = Field(examples=["anna@example.com"])
    result: Literal["added", "already_member", "refused"]
    contact: int | None = Field(default=None, examples=[4711])
    code: str | None = Field(default=None, examples=["opted_out"])
    message: str | None = Field(
        default=None, examples=["anna@example.com doesn't want messages of this group. …"]
    )


class AdditionsOut(Schema):
    """What became of each contact, in the order of the request, and how many of each kind there were."""

    added: int = Field(examples=[2])
    already_members: int = Field(examples=[0])
    refused: int = Field(examples=[0])
    contacts: list[Addition]


class DecisionIn(Schema):
    """Whether somebody who awaits approval may join."""

    model_config = ConfigDict(extra="forbid")
    decision: Literal["approve", "refuse"]
    reason: str = Field("", max_length=500, examples=["Only for members of the society"])


class OverrideIn(Schema):
    """Why somebody who opted out is asked to come back."""

    model_config = ConfigDict(extra="forbid")
    reason: str = Field(max_length=500, examples=["She asked for it by telephone on 23 November"])


@router.get("/groups/{group}/members", response=answers({200: Page[MemberOut]}, 400, 404))
def list_members(
    request: Call,  # noqa: ARG001 - ninja passes the request
    group: str,
    *,
    search: Annotated[str, Query(description="The beginning of an e-mail address.")] = "",
    state: State | None = None,
    where: Annotated[str, Query(description="A rule that they fulfil.", examples=['city = "Berlin"'])] = "",
    selection: Annotated[str, Query(description="The name or id of a saved rule instead.")] = "",
    after: After = "0",
    limit: Limit = 50,
) -> Page[MemberOut]:
    """Lists the members of a group: of one state or in whatever state, all or those whom a rule picks."""
    found, picked = find_group(group), chosen(where, selection)
    among = picked and those(picked.rule, found)
    listed = queries.members(found, after=int(after), prefix=search, state=state or "", among=among)
    with limited():
        rows, following = cut(listed, limit, lambda member: member.contact_id)
    return Page(items=[_shown(row) for row in rows], next=following)


def _shown(row: Membership) -> MemberOut:
    return MemberOut(
        contact=row.contact_id,
        email=row.contact.email,
        state=row.state,
        source=row.source,
        joined_at=row.joined_at,
    )


@router.post("/groups/{group}/members", response=answers({200: AdditionsOut}, 400, 404, 409))
def add_members(request: Call, group: str, payload: MembersIn) -> AdditionsOut:
    """Adds up to 1,000 contacts, each on its own: one that is refused doesn't hinder the others."""
    found, mode = find_group(group), Joining(payload.mode)
    additions = [_added(one, found, mode, request) for one in payload.contacts]
    results = [addition.result for addition in additions]
    return AdditionsOut(
        added=results.count("added"),
        already_members=results.count("already_member"),
        refused=results.count("refused"),
        contacts=additions,
    )


def _added(one: ContactIn, group: Group, mode: Joining, request: Call) -> Addition:
    try:
        contact, _ = stored(one, request)
        is_new = actions.add(contact, group, source=API, by=request.auth, mode=mode, ip=_from(request))
    except TidingsError as error:
        return Addition(email=one.email, result="refused", code=error.code, message=str(error))
    return Addition(email=one.email, result="added" if is_new else "already_member", contact=contact.pk)


def _from(request: HttpRequest) -> str:
    return client_address(request)


@router.delete("/groups/{group}/members/{int:contact}", response=answers({204: None}, 404))
def remove_member(
    request: Call,
    group: str,
    contact: int,
    *,
    unsubscribe: Annotated[
        bool,
        Query(description="The contact asked for it: they can't be added again by anyone but themselves."),
    ] = False,
) -> Status[None]:
    """Ends a membership. The contact stays."""
    found, person = find_group(group), contact_of(contact)
    if unsubscribe:
        actions.unsubscribe(person, found.pk, source=API, by=request.auth, ip=_from(request))
    elif not actions.remove(person, found, source=API, by=request.auth, ip=_from(request)):
        raise NotFound(thing="member", ref=f"{contact} of this group")
    return Status(204, None)


@router.post("/groups/{group}/members/{int:contact}/approval", response=answers({204: None}, 404, 409))
def decide_on_member(request: Call, group: str, contact: int, payload: DecisionIn) -> Status[None]:
    """Lets somebody in who awaits approval, or turns them down."""
    found, person, ip = find_group(group), contact_of(contact), _from(request)
    if payload.decision == "approve":
        actions.approve(person, found, source=API, by=request.auth, ip=ip)
    else:
        actions.refuse(person, found, source=API, by=request.auth, ip=ip, reason=payload.reason)
    return Status(204, None)


@router.post(
    "/groups/{group}/members/{int:contact}/confirmation-letter", response=answers({204: None}, 404, 409)
)
def resend_confirmation(request: Call, group: str, contact: int) -> Status[None]:
    """Sends a pending member the letter again that asks them to confirm: three times in 24 hours at most."""
    person = contact_of(contact)
    actions.resend(person, find_group(group), source=API, by=request.auth, ip=_from(request))
    return Status(204, None)


@router.post("/groups/{group}/members/{int:contact}/override", response=answers({204: None}, 400, 404, 409))
def override_opt_out(request: Call, group: str, contact: int, payload: OverrideIn) -> Status[None]:
    """Asks somebody who opted out to confirm that they are back. The opt-out holds until they do.

    After a complaint it is impossible.
    """
    person, found = contact_of(contact), find_group(group)
    actions.override(person, found, reason=payload.reason, source=API, by=request.auth, ip=_from(request))
    return Status(204, None)


@router.post("/groups/{group}/members/{int:contact}/reactivation", response=answers({204: None}, 404, 409))
def reactivate_member(request: Call, group: str, contact: int) -> Status[None]:
    """Takes up messages to a deactivated member again."""
    actions.reactivate(contact_of(contact), find_group(group), source=API, by=request.auth)
    return Status(204, None)


@router.post("/groups/{group}/members/{int:contact}/complaint", response=answers({204: None}, 404))
def note_complaint(request: Call, group: str, contact: int) -> Status[None]:
    """Notes that a contact complained about the group's messages: nobody but they can ever bring them back."""
    person, found = contact_of(contact), find_group(group)
    actions.complain(person, found.pk, source=API, by=request.auth, ip=_from(request))
    return Status(204, None)
