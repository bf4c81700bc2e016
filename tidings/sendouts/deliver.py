"""Delivering one batch: take it, read its recipients, pass them through the engine, give it back."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings

from tidings.blacklists.queries import scopes_for
from tidings.kernel import db, sql
from tidings.sendouts.delivery.engine import Engine, TakenOver
from tidings.sendouts.delivery.held import Held
from tidings.sendouts.judge import recipients_statement
from tidings.sendouts.snapshot import snapshot_of

log = logging.getLogger(__name__)

statements = sql.load(__package__)
RECIPIENTS = recipients_statement()

# By default a copy in doubt is sent again with the same Message-ID: a mail twice does less harm than none.
IN_DOUBT = {"cause": "the worker that sent it ended", "resolution": "resend"}


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
    look_again_at: datetime | None


async def deliver(batch_id: int, worker: Worker) -> Visit | None:
    """Serves everyone of a batch who is still to be served, if the batch is to be had. None: there is no such batch.

    Safe to run again at any time: whoever is settled stays settled.
    """
    taken = await _take(batch_id, worker)
    if taken:
        await _serve(await _hold(batch_id, taken, worker), worker)
    async with worker.database.connection() as connection:
        row = await (await connection.execute(statements.visit, {"batch": batch_id})).fetchone()
    return Visit(**row) if row else None


async def _serve(held: Held, worker: Worker) -> None:
    try:
        await worker.engine.serve(held)
    except TakenOver:
        log.warning("batch %s was taken over by another worker", held.batch)
    else:
        await _give_back(held, worker)


async def _take(batch_id: int, worker: Worker) -> dict[str, Any] | None:
    """Takes the batch and, in the same transaction, lists who was in flight if its last holder died."""
    lease = settings.ENVIRONMENT.lease_seconds
    async with worker.database.connection() as connection, connection.transaction():
        params = {"batch": batch_id, "worker": worker.name, "lease": lease}
        taken = await (await connection.execute(statements.take, params)).fetchone()
        if taken and taken["was_held"]:
            await connection.execute(
                statements.note_doubts, IN_DOUBT | {"batch": batch_id, "held_to": taken["held_to"]}
            )
    return taken


async def _hold(batch_id: int, taken: dict[str, Any], worker: Worker) -> Held:
    snapshot = await sync_to_async(snapshot_of)(taken["sendout_id"])
    async with worker.database.connection() as connection:
        params = {"batch": batch_id, "scopes": scopes_for([snapshot.group])}
        rows = await (await connection.execute(RECIPIENTS, params)).fetchall()
    render = snapshot.renderer()
    return Held(
        batch_id,
        taken["token"],
        taken["attempt"],
        sendout=snapshot.sendout,
        sender=snapshot.sender,
        render=lambda recipient: render(recipient.contact_id, recipient.row),
        rows=rows,
    )


async def _give_back(held: Held, worker: Worker) -> None:
    params = {"batch": held.batch, "token": held.token, "served": held.is_served}
    async with worker.database.connection() as connection:
        await connection.execute(statements.give_back, params)
