"""Contacts, and who is in which group."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from tidings.api.auth import Call
from tidings.api.paging import Limit, Page, cut
from tidings.api.problems import BadCursor, answers
from tidings.contacts import actions, merging, person, queries
from tidings.contacts.checking import Push
from tidings.contacts.models import Contact
from tidings.limits.queries import standings
from tidings.memberships import queries as members
from tidings.memberships.models import Membership

CONTACTS_AT_MOST = 1_000  # more is an import, which shows progress and survives a lost connection

router = Router(tags=["contacts"])


class MembershipOut(Schema):
    """A group that a contact is in."""

    group: int = Field(examples=[7])
    name: str = Field(examples=["Newsletter"])
    address: str | None = Field(examples=["news@example.org"])
    state: str = Field(examples=["active"])
    source: str = Field(examples=["import"])
    joined_at: datetime


class ContactOut(Schema):
    """A person or address, with the profile that holds in all groups."""

    id: int = Field(examples=[4711])
    email: str | None = Field(examples=["anna@example.com"])
    mobile: str | None = Field(examples=["+491713920000"])
    external_id: str | None = Field(examples=["K-1017"])
    has_push: bool = Field(examples=[False])
    language: str = Field(examples=["de"])
    attributes: dict[str, Any] = Field(examples=[{"first_name": "Anna", "Shoe size": 39}])
    created_at: datetime
    updated_at: datetime


class ContactDetail(ContactOut):
    """A contact with its groups."""

    groups: list[MembershipOut]


class ContactIn(Schema):
    """A contact, known by e-mail address, and attributes to set; those not named keep their values.

    An empty text takes an attribute away.
    """

    model_config = ConfigDict(extra="forbid")
    email: str = Field(examples=["anna@example.com"])
    attributes: dict[str, str | bool | int | float] = Field(
        {}, examples=[{"first_name": "Anna", "Shoe size": 39}]
    )


Attributes = Annotated[
    dict[str, str | bool | int | float],
    Field(description="An empty text takes one away.", examples=[{"first_name": "Anna", "Shoe size": 39}]),
]


class PushIn(Schema):
    """A push endpoint: a token of FCM or APNs, or the address of a Web Push service."""

    model_config = ConfigDict(extra="forbid")
    app: str = Field(examples=["Example Books"])
    endpoint: str = Field(examples=["https://push.example.net/send/f1Q9"])


class ContactPut(Schema):
    """A contact, known by at least one identity, with what to set; what is not named keeps its value."""

    model_config = ConfigDict(extra="forbid")
    email: str = Field("", examples=["anna@example.com"])
    mobile: str = Field("", examples=["+49 171 3920000"])
    external_id: str = Field("", examples=["K-1017"])
    language: str = Field("", examples=["de"])
    push: PushIn | None = Field(None, examples=[{"app": "Example Books", "endpoint": "f1Q9"}])
    attributes: Attributes = {}


class ContactPatch(Schema):
    """What to change of a contact. What is not named keeps its value, an empty text takes it away."""

    model_config = ConfigDict(extra="forbid")
    email: str | None = Field(None, examples=["anna@example.com"])
    mobile: str | None = Field(None, examples=["+49 171 3920000"])
    external_id: str | None = Field(None, examples=["K-1017"])
    language: str | None = Field(None, examples=["de"])
    attributes: Attributes = {}


class MergeIn(Schema):
    """The contact that goes, and the columns and attributes whose values are taken from it."""

    model_config = ConfigDict(extra="forbid")
    gone: int = Field(examples=[4712])
    take: list[str] = Field([], examples=[["city", "mobile"]])


class PersonOut(Schema):
    """All that is stored about a contact, by what stores it."""

    model_config = ConfigDict(extra="allow")
    contact: dict[str, Any] = Field(examples=[{"id": 4711, "email": "anna@example.com"}])
    memberships: list[dict[str, Any]] = Field(examples=[[{"group": 7, "state": "active"}]])
    opt_outs: list[dict[str, Any]] = Field(examples=[[{"from": "any message", "reason": "own_act"}]])
    consents: list[dict[str, Any]] = Field(examples=[[{"what": "confirmed", "group": 7}]])
    messages: list[dict[str, Any]] = Field(examples=[[{"subject": "Hello", "outcome": "accepted"}]])
    changes: list[dict[str, Any]] = Field(examples=[[{"what": "contact.created"}]])


class ErasureOut(Schema):
    """The contact is erased; a process looks for their addresses in logs."""

    contact: int = Field(examples=[4711])
    process: int = Field(examples=[41])
    never_again: bool


class LimitOut(Schema):
    """A limit in force: `system` over all groups, the contact's `own`, or that of a `group`; and how much is used."""

    kind: Literal["system", "own", "group"] = Field(examples=["group"])
    group: int | None = Field(examples=[7])
    group_name: str = Field(examples=["Newsletter"])
    messages: int = Field(examples=[3])
    days: int = Field(description="Today is the last of them.", examples=[7])
    used: int = Field(examples=[2])
    is_reached: bool = Field(examples=[False])


COLUMNS = ("email", "mobile", "external_id", "language")


@router.get("/contacts", response=answers({200: Page[ContactOut]}))
def list_contacts(
    request: Call,  # noqa: ARG001 - ninja passes the request
    *,
    search: Annotated[str, Query(description="The beginning of an address, number or external id.")] = "",
    after: Annotated[
        str, Query(max_length=300, description="The `next` of the page before.", examples=["4711"])
    ] = "",
    limit: Limit = 50,
) -> Page[ContactOut]:
    """Lists contacts: all of them, oldest first, or those of a search in the order of their identity."""
    found = queries.search(search)
    rows = found.contacts
    if after and found.column == "pk":
        rows = rows.filter(pk__gt=_number(after))
    elif after:
        rows = rows.filter((f"{found.column}__gt", after))
    shown, following = cut(rows, limit, lambda contact: getattr(contact, found.column))
    others = [] if after else found.others
    return Page(items=[ContactOut.from_orm(row) for row in (*others, *shown)], next=following)


def _number(after: str) -> int:
    if not re.fullmatch("[0-9]{1,18}", after):
        raise BadCursor
    return int(after)


@router.get("/contacts/lookup", response=answers({200: ContactDetail}, 404))
def look_contact_up(
    request: Call,  # noqa: ARG001 - ninja passes the request
    identity: Annotated[str, Query(examples=["anna@example.com"])],
) -> ContactDetail:
    """Finds the contact who has exactly this e-mail address, mobile number or external id."""
    return detail(queries.find(identity))


@router.get("/contacts/{int:contact}", response=answers({200: ContactDetail}, 404))
def get_contact(request: Call, contact: int) -> ContactDetail:  # noqa: ARG001 - ninja passes the request
    """Gets a contact by id, with the groups they are in."""
    return detail(contact_of(contact))


@router.get("/contacts/{int:contact}/limits", response=answers({200: list[LimitOut]}, 404))
def get_limits(request: Call, contact: int) -> list[LimitOut]:  # noqa: ARG001 - ninja passes the request
    """Gets how many messages a contact may get at most, by each limit that holds, and how many they got."""
    person = contact_of(contact)
    found = standings(person, [member.group for member in members.groups_of(person)])
    return [LimitOut(**one.as_dict()) for one in found]


@router.post("/contacts", response=answers({200: ContactDetail, 201: ContactDetail}, 400, 409))
def put_contact(request: Call, response: HttpResponse, payload: ContactPut) -> Status[ContactDetail]:
    """Creates the contact with these identities (201), or changes the one that has any of them (200)."""
    contact, is_new = put(payload, request)
    if is_new:
        response["Location"] = f"{request.path}/{contact.pk}"
    return Status(201 if is_new else 200, detail(contact))


@router.patch("/contacts/{int:contact}", response=answers({200: ContactDetail}, 400, 404, 409))
def change_contact(request: Call, contact: int, payload: ContactPatch) -> ContactDetail:
    """Changes identities, language and attributes of a contact."""
    columns = {name: value for name in COLUMNS if (value := getattr(payload, name)) is not None}
    return detail(actions.update(contact_of(contact), columns, payload.attributes, by=request.auth))


@router.post("/contacts/{int:contact}/merge", response=answers({200: ContactDetail}, 400, 404, 409))
def merge_contacts(request: Call, contact: int, payload: MergeIn) -> ContactDetail:
    """Makes another contact a part of this one. The opt-out wins; where both have a value, this one's stays."""
    kept, gone = contact_of(contact), contact_of(payload.gone)
    return detail(merging.merge(kept, gone, take=payload.take, by=request.auth))


@router.post("/contacts/{int:contact}/export", response=answers({200: PersonOut}, 404))
def export_contact(request: Call, contact: int) -> dict[str, Any]:
    """Hands out all data about a contact, and notes that it was handed out."""
    return person.export(contact_of(contact), by=request.auth)


@router.delete("/contacts/{int:contact}", response=answers({200: ErasureOut}, 404))
def erase_contact(
    request: Call,
    contact: int,
    *,
    never_again: Annotated[
        bool, Query(description="The person asked never to be stored again: no import, page or call does.")
    ] = False,
) -> ErasureOut:
    """Erases a contact at once and for good, and starts the search for their addresses in logs."""
    erasure = person.erase(contact_of(contact), never_again=never_again, by=request.auth)
    return ErasureOut(contact=contact, process=erasure.process_id, never_again=never_again)


def put(payload: ContactPut, request: Call) -> tuple[Contact, bool]:
    """The contact as a call wants it, known by any identity, and whether it is new."""
    columns = {name: getattr(payload, name) for name in COLUMNS}
    push = Push(payload.push.app, payload.push.endpoint) if payload.push else None
    return actions.put(columns, payload.attributes, push=push, by=request.auth)


def contact_of(number: int) -> Contact:
    """The contact with that id; raises `NotFound`."""
    return queries.get(number)


def detail(contact: Contact) -> ContactDetail:
    """A contact as programs see it, with groups."""
    columns = {name: getattr(contact, name) for name in ContactOut.model_fields}
    return ContactDetail(**columns, groups=[_membership(member) for member in members.groups_of(contact)])


def _membership(member: Membership) -> MembershipOut:
    return MembershipOut(
        group=member.group_id,
        name=member.group.name,
        address=member.group.address,
        state=member.state,
        source=member.source,
        joined_at=member.joined_at,
    )


def stored(payload: ContactIn, request: Call) -> tuple[Contact, bool]:
    """The contact as a call wants it."""
    return actions.create_or_update(payload.email, payload.attributes, by=request.auth)
