"""Delivering one batch: take it, read its recipients, pass them through the engine, give it back."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings

from tidings.blacklists.queries import scopes_for
from tidings.kernel import clock, db, sql
from tidings.limits.charging import Charging
from tidings.sendouts.delivery.engine import Engine
from tidings.sendouts.delivery.held import Held
from tidings.sendouts.delivery.ledger import TakenOver
from tidings.sendouts.judge import recipients_statement
from tidings.sendouts.models import Doubt
from tidings.sendouts.pacing import Slot, next_slot
from tidings.sendouts.snapshot import Renderer, Snapshot, snapshot_of

log = logging.getLogger(__name__)

statements = sql.load(__package__)
RECIPIENTS = recipients_statement()
CHARGING = Charging(statements.held)

DEATH = "the worker that sent it ended"


@dataclass(frozen=True)
class Worker:
    """What a process that delivers has: its name, its engine, its way to the database."""

    name: str
    engine: Engine
    database: db.AsyncPool


@dataclass(frozen=True)
class Visit:
    """How a batch stands after a worker looked at it, and when the next look is due (None: no need for one)."""

    sendout_id: int
    state: str
    sendout_state: str
    is_standing: bool  # more single sends may join it
    look_again_at: datetime | None


async def deliver(batch_id: int, worker: Worker) -> Visit | None:
    """Serves everyone of a batch who is still to be served, if the batch is to be had. None: there is no such batch.

    Safe to run again at any time: whoever is settled stays settled.
    """
    slot = await _slot(batch_id, worker)
    taken = await _take(batch_id, worker)
    if taken:
        await _serve(await _hold(batch_id, taken, slot, worker), slot, worker)
        if taken["is_single"]:
            await _forget_params(batch_id, worker)
    async with worker.database.connection() as connection:
        row = await (await connection.execute(statements.visit, {"batch": batch_id})).fetchone()
    return Visit(**row) if row else None


async def _slot(batch_id: int, worker: Worker) -> Slot | None:
    params = {"batch": batch_id, "now": clock.now()}
    async with worker.database.connection() as connection:
        row = await (await connection.execute(statements.is_restrained, params)).fetchone()
    if not row or not row["is_restrained"]:
        return None
    return await sync_to_async(next_slot)(batch_id, clock.now())


async def _serve(held: Held, slot: Slot | None, worker: Worker) -> None:
    try:
        async with _shut_in_time(held, slot, worker.engine):
            await worker.engine.serve(held)
    except TakenOver:
        log.warning("batch %s was taken over by another worker", held.batch)
    else:
        await _give_back(held, worker)


@asynccontextmanager
async def _shut_in_time(held: Held, slot: Slot | None, engine: Engine) -> AsyncIterator[None]:
    """Hands nothing more over when the open hours end; whoever is left goes next day."""
    shutting = None
    if slot and slot.until:
        seconds = (slot.until - clock.now()).total_seconds()
        shutting = asyncio.get_running_loop().call_later(seconds, engine.stop_one, held)
    try:
        yield
    finally:
        if shutting:
            shutting.cancel()


async def _take(batch_id: int, worker: Worker) -> dict[str, Any] | None:
    """Takes the batch and, in the same transaction, lists who was in flight if its last holder died."""
    lease = settings.ENVIRONMENT.lease_seconds
    async with worker.database.connection() as connection, connection.transaction():
        params = {"batch": batch_id, "worker": worker.name, "lease": lease, "now": clock.now()}
        taken = await (await connection.execute(statements.take, params)).fetchone()
        if taken and taken["was_held"]:
            await _settle_doubts(connection, batch_id, taken)
    return taken


async def _settle_doubts(connection: db.AsyncConnection, batch_id: int, taken: dict[str, Any]) -> None:
    """Lists who was in flight; they are sent the same Message-ID again, or skipped, as their group says."""
    doubtful = {"batch": batch_id, "held_to": taken["held_to"]}
    how = {"cause": DEATH, "resolution": taken["in_doubt"]}
    await connection.execute(statements.note_doubts, doubtful | how)
    if taken["in_doubt"] == Doubt.Resolution.SKIP:
        await connection.execute(statements.skip_doubtful, doubtful)


async def _hold(batch_id: int, taken: dict[str, Any], slot: Slot | None, worker: Worker) -> Held:
    snapshot = await sync_to_async(snapshot_of)(taken["sendout_id"], taken["group_id"])
    quota = slot.quota if slot else None
    async with worker.database.connection() as connection:
        params = {"batch": batch_id, "scopes": scopes_for([snapshot.group]), "quota": quota}
        rows = await (await connection.execute(RECIPIENTS, params)).fetchall()
        if snapshot.is_limited:
            await _skip_over_limit(connection, rows, snapshot.group, batch_id, taken["token"])
    render = await _renderer(snapshot, taken, rows, batch_id, worker)
    return Held(
        batch_id,
        taken["token"],
        taken["attempt"],
        sendout=snapshot.sendout,
        sender=snapshot.sender,
        render=lambda recipient: render(recipient.contact_id, recipient.row),
        rows=rows,
        has_more=len(rows) == quota,
        resends=snapshot.resends,
        goes_first=taken["is_single"],
    )


async def _skip_over_limit(
    connection: db.AsyncConnection, rows: list[db.Row], group: int, batch: int, token: int
) -> None:
    """Counts a message for everyone who may get theirs, but for those whose limit it would pass: they are skipped."""
    wanted = [row for row in rows if not row["skip"]]
    over = await CHARGING.charge(connection, wanted, group=group, now=clock.now(), batch=batch, token=token)
    for row in wanted:
        if row["position"] in over:
            row["skip"] = "over_limit"


async def _renderer(
    snapshot: Snapshot, taken: dict[str, Any], rows: list[db.Row], batch: int, worker: Worker
) -> Renderer:
    if not taken["is_single"]:
        return snapshot.renderer()
    async with worker.database.connection() as connection:
        found = await (await connection.execute(statements.params_of, {"batch": batch})).fetchall()
    brought = {one.pop("position"): one for one in found}
    for row in rows:
        row.update(brought[row["position"]])
    return snapshot.renderer_of_singles()


async def _forget_params(batch: int, worker: Worker) -> None:
    async with worker.database.connection() as connection:
        await connection.execute(statements.forget_params, {"batch": batch})


async def _give_back(held: Held, worker: Worker) -> None:
    params = {"batch": held.batch, "token": held.token, "served": held.is_served}
    async with worker.database.connection() as connection:
        await connection.execute(statements.give_back, params)
