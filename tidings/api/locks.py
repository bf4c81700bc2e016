"""Who uses a group now. There is no call that unlocks: a lock goes when its process ends."""

from datetime import datetime

from ninja import Router, Schema
from pydantic import Field

from tidings.api.auth import Call
from tidings.api.problems import answers
from tidings.groups.queries import find
from tidings.locks import rules
from tidings.locks.models import Process
from tidings.locks.queries import HeldLock, use_of

router = Router(tags=["locks"])

KINDS = ", ".join(f"`{kind}`" for kind in Process.Kind.values)


class LockOut(Schema):
    """One lock: what is done with the group, by whom, since when and how far."""

    mode: str = Field(
        description="`shared`: the group is used; `exclusive`: it is changed.", examples=["shared"]
    )
    since: datetime
    process_id: int = Field(examples=[41])
    kind: str = Field(description=f"{KINDS}.", examples=["sendout"])
    label: str = Field(examples=["Hello in May"])
    done: int = Field(examples=[12_000])
    total: int | None = Field(examples=[95_000])
    unit: str = Field(description="What `done` and `total` count.", examples=["recipients"])
    percent: int | None = Field(examples=[12])
    rate: float | None = Field(description="Units per second; null in the first moments.", examples=[316.5])
    seconds_left: int | None = Field(description="At this rate; null where nobody can tell.", examples=[262])
    worker: str = Field(
        description="Who holds its lease. Empty while it waits for a worker, and for a sendout, which many serve.",
        examples=["host-4711"],
    )
    started_by: str | None = Field(examples=["Anna Ahrens"])


class WaitingOut(Schema):
    """Something that waits in line for the group; whoever asks after it and doesn't go together with it is refused."""

    mode: str = Field(description="How it will lock the group.", examples=["shared"])
    since: datetime
    kind: str = Field(description=f"{KINDS}.", examples=["sendout"])
    label: str = Field(examples=["Sendout 12 of “Hello in June”"])
    started_by: str | None = Field(examples=["Anna Ahrens"])


class UseOut(Schema):
    """One way in which a process has to do with a group."""

    kind: str = Field(description=f"{KINDS}.", examples=["export"])
    is_source: bool = Field(
        description="Whether the group is only where a transfer takes people from.", examples=[False]
    )
    words: str = Field(description="The same in words.", examples=["exports"])


class MeanwhileOut(Schema):
    """What is allowed on the group now; single actions, such as to add or remove one contact, always are."""

    can_start: list[UseOut]
    must_wait: list[UseOut]
    settings_can_be_edited: bool = Field(examples=[True])
    text: str = Field(description="The same for people.", examples=[rules.meanwhile(rules.SHARED).text])


class GroupLockOut(Schema):
    """Whether and how a group is locked now; `mode` is null if it is free."""

    group: int = Field(examples=[7])
    locked: bool = Field(examples=[True])
    mode: str | None = Field(examples=["shared"])
    locks: list[LockOut]
    waiting: list[WaitingOut]
    meanwhile: MeanwhileOut


def lock_out(lock: HeldLock) -> LockOut:
    """A lock as programs see it."""
    return LockOut(**lock.facts())


@router.get("/groups/{group}/lock", response=answers({200: GroupLockOut}, 404))
def get_lock(request: Call, group: str) -> GroupLockOut:  # noqa: ARG001 - ninja passes the request
    """Tells who uses the group now, and what is allowed meanwhile."""
    use = use_of(find(group).pk)
    return GroupLockOut(
        group=use.group,
        locked=use.is_locked,
        mode=use.mode,
        locks=[lock_out(lock) for lock in use.locks],
        waiting=[WaitingOut.from_orm(waiting) for waiting in use.waiting],
        meanwhile=MeanwhileOut.from_orm(use.meanwhile),
    )
