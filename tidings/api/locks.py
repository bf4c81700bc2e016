"""Who uses a group now. There is no call that unlocks: a lock goes when its process ends."""

from dataclasses import asdict
from datetime import datetime

from ninja import Router, Schema
from pydantic import Field

from tidings.api.auth import Call
from tidings.api.problems import answers
from tidings.groups.queries import find
from tidings.locks.queries import HeldLock, locks_of

router = Router(tags=["locks"])


class LockOut(Schema):
    """One lock: what is done with the group, by whom, since when and how far."""

    mode: str = Field(
        description="`shared`: the group is used; `exclusive`: it is changed.", examples=["shared"]
    )
    since: datetime
    process_id: int = Field(examples=[41])
    kind: str = Field(description="`import`, `export` or `sendout`.", examples=["sendout"])
    label: str = Field(examples=["Hello in May"])
    done: int = Field(examples=[12_000])
    total: int | None = Field(examples=[95_000])
    percent: int | None = Field(examples=[12])
    worker: str = Field(description="The worker that holds its lease, if one does.", examples=["host-4711"])
    started_by: str | None = Field(examples=["Anna Ahrens"])


class GroupLockOut(Schema):
    """Whether and how a group is locked now; `mode` is null if it is free."""

    group: int = Field(examples=[7])
    locked: bool
    mode: str | None = Field(examples=["shared"])
    locks: list[LockOut]


def lock_out(lock: HeldLock) -> LockOut:
    """A lock as programs see it."""
    return LockOut(**asdict(lock), percent=lock.percent)


@router.get("/groups/{group}/lock", response=answers({200: GroupLockOut}, 404))
def get_lock(request: Call, group: str) -> GroupLockOut:  # noqa: ARG001 - ninja passes the request
    """Tells who uses the group now."""
    found = find(group)
    locks = [lock_out(lock) for lock in locks_of([found.pk]).get(found.pk, [])]
    return GroupLockOut(
        group=found.pk, locked=bool(locks), mode=locks[0].mode if locks else None, locks=locks
    )
