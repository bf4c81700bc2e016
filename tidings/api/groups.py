"""Groups."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from tidings.accounts.queries import find_user
from tidings.api.auth import Call
from tidings.api.locks import LockOut, lock_out
from tidings.api.paging import BEGINNING, After, Limit, Page, cut_in_order
from tidings.api.problems import answers
from tidings.groups import actions, queries
from tidings.groups.models import Group
from tidings.locks.queries import locks_of
from tidings.memberships.queries import GROUP_ORDERS, count_members, ordered

router = Router(tags=["groups"])

Channel = Literal["email", "sms", "push"]
Sort = Literal["name", "members", "fewest", "newest", "oldest"]


class MembersOut(Schema):
    """How many members a group has; only active ones receive."""

    total: int = Field(examples=[95_000])
    active: int = Field(examples=[94_310])


class GroupOut(Schema):
    """A list of contacts to whom messages are sent."""

    id: int = Field(examples=[7])
    name: str = Field(examples=["Newsletter"])
    address: str | None = Field(examples=["news@example.org"])
    channel: str = Field(examples=["email"])
    is_supergroup: bool = Field(description="Whether it has subgroups to send to, instead of members.")
    category: str | None = Field(examples=["Retail"])
    description: str = Field(examples=["Every second Thursday"])
    created_at: datetime
    archived_at: datetime | None
    members: MembersOut
    locks: list[LockOut]


class GroupIn(Schema):
    """A new group. An e-mail group needs an address; a category is made if there is none of that name."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(examples=["Newsletter"])
    channel: Channel = "email"
    address: str = Field(default="", examples=["news@example.org"])
    category: str = Field(default="", examples=["Retail"])
    description: str = Field(default="", examples=["Every second Thursday"])
    is_supergroup: bool = Field(default=False, description="Can't be changed later.")


@router.get("/groups", response=answers({200: Page[GroupOut]}, 404))
def list_groups(
    request: Call,  # noqa: ARG001 - ninja passes the request
    *,
    search: Annotated[str, Query(description="Part of a name or address.")] = "",
    category: Annotated[str, Query(description="The name of a category.")] = "",
    channel: Channel | None = None,
    owner: Annotated[str, Query(description="The e-mail address of a user.")] = "",
    supergroup: Annotated[bool | None, Query(description="SuperGroups alone, or none of them.")] = None,
    archived: Annotated[bool, Query(description="Archived groups instead of the others.")] = False,
    locked: Annotated[bool | None, Query(description="Groups in use alone, or free ones.")] = None,
    sort: Annotated[
        Sort, Query(description="By name, or by active members, or by when they were made.")
    ] = "oldest",
    after: After = BEGINNING,
    limit: Limit = 50,
) -> Page[GroupOut]:
    """Lists groups with members and locks, in the order of their making unless another one is asked for."""
    wanted = queries.Wanted(
        search,
        category=queries.find_category(category).pk if category else None,
        channel=channel or "",
        owner=find_user(owner).pk if owner else None,
        is_supergroup=supergroup,
        is_archived=archived,
        lock={True: "any", False: "free", None: ""}[locked],
    )
    found = ordered(queries.listed(wanted), sort)
    rows, following = cut_in_order(found, GROUP_ORDERS[sort], after, limit)
    return Page(items=shown(rows), next=following)


@router.post("/groups", response=answers({201: GroupOut}, 400, 409))
def create_group(request: Call, response: HttpResponse, payload: GroupIn) -> Status[GroupOut]:
    """Creates a group."""
    made = actions.create(**payload.dict(), by=request.auth)
    response["Location"] = f"{request.path}/{made.pk}"
    return Status(201, shown([made])[0])


@router.get("/groups/{group}", response=answers({200: GroupOut}, 404))
def get_group(request: Call, group: str) -> GroupOut:  # noqa: ARG001 - ninja passes the request
    """Gets a group by its id or its address."""
    return shown([queries.find(group)])[0]


def shown(groups: Iterable[Group]) -> list[GroupOut]:
    """Groups as programs see them, in two questions however many there are."""
    listed = list(groups)
    counts, locks = count_members([g.pk for g in listed]), locks_of([g.pk for g in listed])
    return [
        GroupOut(
            **{name: getattr(group, name) for name in _COLUMNS},
            category=group.category.name if group.category else None,
            members=MembersOut(total=counts[group.pk].total, active=counts[group.pk].active),
            locks=[lock_out(lock) for lock in locks.get(group.pk, [])],
        )
        for group in listed
    ]


_COLUMNS = [name for name in GroupOut.model_fields if name not in ("category", "members", "locks")]
