"""Doing one thing with several groups.

Its router comes before that of single groups, which would take its path for a group.
"""

from ninja import Router, Schema
from pydantic import ConfigDict, Field

from tidings.api.auth import Call
from tidings.api.problems import answers
from tidings.groups import several
from tidings.groups.queries import find
from tidings.kernel.several import AT_MOST

router = Router(tags=["groups"])


class GroupsIn(Schema):
    """What to do with which groups; `category` is the new one with `act: category`, empty takes it away."""

    model_config = ConfigDict(extra="forbid")
    act: several.Act
    groups: list[int] = Field(min_length=1, max_length=AT_MOST, examples=[[7, 8]])
    category: str = Field(default="", examples=["Retail"])


class GroupRefusal(Schema):
    """A group that was left as it is, and why."""

    group: int = Field(examples=[8])
    code: str = Field(examples=["group_locked"])
    message: str = Field(examples=["Group “News” can't be used now: …"])


class GroupsOut(Schema):
    """With which groups it went well, and which were refused."""

    done: list[int] = Field(examples=[[7]])
    refused: list[GroupRefusal]


@router.post("/groups/bulk", response=answers({200: GroupsOut}, 400, 404))
def change_groups(request: Call, payload: GroupsIn) -> GroupsOut:
    """Changes the category of up to 1,000 groups, archives or activates them: each on its own."""
    found = [find(group) for group in payload.groups]
    outcome = several.act(payload.act, found, category=payload.category, by=request.auth)
    refused = [
        GroupRefusal(group=group.pk, code=error.code, message=str(error)) for group, error in outcome.refused
    ]
    return GroupsOut(done=[group.pk for group in outcome.done], refused=refused)
