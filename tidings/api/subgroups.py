"""SuperGroups: their subgroups, and how far these overlap."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from django.db import transaction
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from tidings.api.auth import Call
from tidings.api.problems import answers
from tidings.groups import queries, subgroups
from tidings.groups.models import Group
from tidings.groups.settings import Duplicates
from tidings.memberships.overlap import Overlap, overlap_of
from tidings.memberships.queries import count_members

SUBGROUPS_A_CALL = 1_000

router = Router(tags=["supergroups"])


class SubgroupOut(Schema):
    """A group in a SuperGroup. While it is archived it gets no SuperMessages."""

    position: int = Field(examples=[1])
    id: int = Field(examples=[7])
    name: str = Field(examples=["Newsletter Berlin"])
    address: str | None = Field(examples=["berlin@example.org"])
    archived_at: datetime | None
    active_members: int = Field(examples=[94_310])


class SubgroupsOut(Schema):
    """A SuperGroup's subgroups in its order, and what a contact gets who is in several of them."""

    supergroup: int = Field(examples=[12])
    duplicates: Duplicates = Field(
        description="`one_copy` goes to them from the first subgroup in which they may receive.",
        examples=["one_copy"],
    )
    subgroups: list[SubgroupOut]


class SubgroupsIn(Schema):
    """Groups by their ids or addresses."""

    model_config = ConfigDict(extra="forbid")
    subgroups: list[int | str] = Field(
        min_length=1, max_length=SUBGROUPS_A_CALL, examples=[[7, "paris@example.org"]]
    )


class AllSubgroupsIn(Schema):
    """All subgroups in their order, by their ids or addresses; `duplicates` stays as it is unless given."""

    model_config = ConfigDict(extra="forbid")
    subgroups: list[int | str] = Field(max_length=SUBGROUPS_A_CALL, examples=[[7, "paris@example.org"]])
    duplicates: Literal["one_copy", "one_per_subgroup"] | None = Field(default=None, examples=["one_copy"])


class OverlapOut(Schema):
    """The active members of the subgroups that aren't archived."""

    memberships: int = Field(
        description="Copies if each subgroup sent its own: a contact in three subgroups counts three times.",
        examples=[969_865],
    )
    contacts: int = Field(description="Copies if each contact gets one.", examples=[514_841])
    in_several: int = Field(
        description="Contacts who are in more than one of the subgroups.", examples=[311_089]
    )


class NamedGroup(Schema):
    """A group, as far as one needs to know it again."""

    id: int = Field(examples=[12])
    name: str = Field(examples=["All newsletters"])
    address: str | None = Field(examples=["all@example.org"])


@router.get("/groups/{group}/subgroups", response=answers({200: SubgroupsOut}, 404, 409))
def get_subgroups(request: Call, group: str) -> SubgroupsOut:  # noqa: ARG001 - ninja passes the request
    """Gets a SuperGroup's subgroups in their order."""
    return shown(queries.find_supergroup(group))


@router.put("/groups/{group}/subgroups", response=answers({200: SubgroupsOut}, 404, 409, 423))
def put_subgroups(request: Call, group: str, payload: AllSubgroupsIn) -> SubgroupsOut:
    """Sets all subgroups and their order. Groups that aren't named are taken out."""
    supergroup = queries.find_supergroup(group)
    with transaction.atomic():
        if payload.duplicates:
            subgroups.set_duplicates(supergroup, Duplicates(payload.duplicates), by=request.auth)
        subgroups.put(supergroup, _groups(payload.subgroups), by=request.auth)
    return shown(queries.find_supergroup(group))


@router.post("/groups/{group}/subgroups", response=answers({200: SubgroupsOut}, 404, 409, 423))
def add_subgroups(request: Call, group: str, payload: SubgroupsIn) -> SubgroupsOut:
    """Adds groups behind the subgroups there are; who is one already stays in its place."""
    supergroup = queries.find_supergroup(group)
    subgroups.add(supergroup, _groups(payload.subgroups), by=request.auth)
    return shown(supergroup)


@router.delete("/groups/{group}/subgroups/{subgroup}", response=answers({204: None}, 404, 409, 423))
def remove_subgroup(request: Call, group: str, subgroup: str) -> Status[None]:
    """Takes one group out of a SuperGroup; the group itself stays as it is."""
    subgroups.remove(queries.find_supergroup(group), [queries.find(subgroup)], by=request.auth)
    return Status(204, None)


@router.get("/groups/{group}/overlap", response=answers({200: OverlapOut}, 404, 409))
def get_overlap(request: Call, group: str) -> Overlap:  # noqa: ARG001 - ninja passes the request
    """Counts how many contacts are in several subgroups: exact, and for a million members a second or so."""
    found = queries.subgroups_of(queries.find_supergroup(group))
    return overlap_of(one.pk for one in found if not one.archived_at)


@router.get("/groups/{group}/supergroups", response=answers({200: list[NamedGroup]}, 404))
def list_supergroups(request: Call, group: str) -> list[Group]:  # noqa: ARG001 - ninja passes the request
    """Lists the SuperGroups that a group is in, by name."""
    return list(queries.supergroups_of(queries.find(group)))


def _groups(refs: Sequence[int | str]) -> list[Group]:
    return [queries.find(ref) for ref in refs]


def shown(supergroup: Group) -> SubgroupsOut:
    """A SuperGroup's subgroups as programs see them."""
    found = queries.subgroups_of(supergroup)
    counts = count_members(group.pk for group in found)
    return SubgroupsOut(
        supergroup=supergroup.pk,
        duplicates=supergroup.all_settings.supergroup.duplicates,
        subgroups=[
            SubgroupOut(
                position=position,
                id=group.pk,
                name=group.name,
                address=group.address,
                archived_at=group.archived_at,
                active_members=counts[group.pk].active,
            )
            for position, group in enumerate(found, 1)
        ],
    )
