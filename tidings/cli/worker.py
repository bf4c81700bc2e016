"""One worker process: it takes jobs from a queue, and gives back to the queue what dead workers left behind.

A process for `sending` has an event loop with the delivery engine and a pool of connections to the relay; one for
`long` runs imports, audiences and exports in threads. They are apart, because a long job would stall the loop.
"""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from typing import cast

import procrastinate
import uvloop
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import DatabaseError
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from tidings.channels.email.pool import FIRST_PAUSE_SECONDS
from tidings.channels.email.relay import Relay
from tidings.channels.email.relays import Relays, parse_relays
from tidings.channels.outcomes import Outcome
from tidings.kernel import db
from tidings.kernel.errors import NotFound, TidingsError
from tidings.kernel.memory import collect_seldom
from tidings.kernel.workers import this_worker
from tidings.locks import actions as locks
from tidings.sendouts import actions as sendouts
from tidings.sendouts.deliver import Worker
from tidings.sendouts.delivery.engine import Engine
from tidings.sendouts.errors import MoveRefused
from tidings.sendouts.queries import find

log = logging.getLogger(__name__)

# Batches in the engine at once: one is sent, the next is read meanwhile, a third waits for its last answers.
BATCHES_AT_ONCE = 3
# Besides them, what somebody waits for: it doesn't stand behind batches.
PROMPT_AT_ONCE = 2
LONG_JOBS_AT_ONCE = 4
# A retried job sends no notification, so the queue is looked at as well.
POLL_SECONDS = 1.0
# After SIGTERM: what is handed over may take so long to be answered, the rest goes back to the queue. All of it is
# less than the grace that the supervisor gives.
ANSWER_SECONDS = 4.0
DRAIN_SECONDS = 6.0
DATABASE_CONNECTIONS = 4


class NoCarrier(TidingsError):
    """There is no relay to send through: set TIDINGS_SMTP_URL, or start the mailbox with `tidings up`."""


def run(queue: str) -> None:
    """Works on `sending` or `long` until SIGTERM or SIGINT."""
    collect_seldom()
    work = _send() if queue == "sending" else _work_long()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)


def relays() -> tuple[Relay, ...]:
    """Where mail goes: the relays of the environment, else the built-in mailbox."""
    urls = settings.ENVIRONMENT.smtp_url or settings.ENVIRONMENT.mailbox_url
    if not urls:
        raise NoCarrier
    found = parse_relays(urls)
    seconds = settings.ENVIRONMENT.smtp_timeout_seconds
    if seconds is None:
        return found
    return tuple(
        replace(relay, connect_seconds=seconds, reply_seconds=seconds, dot_seconds=seconds) for relay in found
    )


async def _send() -> None:
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(db.async_pool(size=DATABASE_CONNECTIONS))
        found = relays()
        engine = make_engine(database, connections=sum(relay.pool for relay in found))
        carrier = connect(engine, found)
        carrier.start()
        settling = asyncio.create_task(engine.run())
        stack.callback(settling.cancel)  # after the relays: their last outcomes are to be stored
        stack.push_async_callback(carrier.close, ANSWER_SECONDS)

        async def drain() -> None:
            """Hands nothing more over, waits a while for answers, and stores what they were."""
            engine.stop()
            await carrier.close(ANSWER_SECONDS)

        context = {"worker": Worker(this_worker(), engine, database)}
        await _take_jobs({"sending": BATCHES_AT_ONCE, "prompt": PROMPT_AT_ONCE}, context, drain)


def make_engine(database: db.AsyncPool, *, connections: int) -> Engine:
    """An engine as the environment wants it."""
    environment = settings.ENVIRONMENT
    return Engine(
        database,
        connections=connections,
        lease_seconds=environment.lease_seconds,
        heartbeat_seconds=environment.heartbeat_seconds,
        retry_pauses_seconds=environment.retry_pauses_seconds,
        domain_pause_seconds=environment.domain_pause_seconds,
        refusals=environment.carrier_refusals,
    )


def connect(
    engine: Engine, found: Sequence[Relay], *, first_pause_seconds: float = FIRST_PAUSE_SECONDS
) -> Relays:
    """Makes the relays ask the engine for work, and the engine tell them when there is some."""
    trouble = CarrierTrouble(engine, settings.ENVIRONMENT.carrier_patience_seconds)
    carrier = Relays(
        found, on_idle=engine.feed, on_down=trouble.is_away, first_pause_seconds=first_pause_seconds
    )
    engine.wake_carrier = carrier.wake
    engine.trust.set_aside, engine.trust.on_refused = carrier.set_aside, trouble.refuses
    return carrier


async def _work_long() -> None:
    await _take_jobs({"long": LONG_JOBS_AT_ONCE}, {}, _nothing)


async def _nothing() -> None:
    """Imports and exports end at their next transaction, and go on elsewhere."""


class CarrierTrouble:
    """Pauses sendouts when the carrier has been away for too long, or refuses what it is given, and says why."""

    def __init__(self, engine: Engine, patience_seconds: float) -> None:
        self._engine, self._patience = engine, patience_seconds
        self._pausing: asyncio.Task[None] | None = None

    def is_away(self, relay: Relay, outcome: Outcome) -> None:
        """Called whenever no connection stands and none can be opened."""
        away = self._engine.carrier_away()
        log.warning("the relay %s can't be used: %s %s", relay, outcome.code or "", outcome.text)
        if away > self._patience:
            reason = f"The relay {relay} is away: {outcome.text}. Resume when it is back."
            self._pause_soon(self._engine.sendouts(but_singles=True), reason)

    def refuses(self, sendout: int, relay: str, outcome: Outcome) -> None:
        """Called when no carrier takes a sendout's copies, whoever they are for."""
        log.warning("the relay %s refuses sendout %s: %s %s", relay, sendout, outcome.code, outcome.text)
        reason = f"The relay {relay} refuses one copy after the other: {outcome.code} {outcome.text}"
        self._pause_soon({sendout}, f"{reason.rstrip('.')}. Mend the cause, then resume: nobody is lost.")

    def _pause_soon(self, sendouts: set[int], reason: str) -> None:
        if self._pausing is None:
            self._pausing = asyncio.create_task(self._pause(sendouts, reason))

    async def _pause(self, sendouts: set[int], reason: str) -> None:
        try:
            await sync_to_async(_pause_all)(sendouts, reason)
        except DatabaseError:
            log.exception("the sendouts can't be paused")
        finally:
            self._pausing = None


def _pause_all(running: set[int], reason: str) -> None:
    for sendout_id in running:
        with suppress(MoveRefused, NotFound):
            sendouts.pause(find(sendout_id), by=None, reason=reason)


async def _take_jobs(
    queues: Mapping[str, int], context: Mapping[str, object], drain: Callable[[], Awaitable[None]]
) -> None:
    """Works on so many jobs of each queue at once until a signal; then nothing new is begun, and what is under way may
    take `DRAIN_SECONDS` more.
    """
    environment = settings.ENVIRONMENT
    working = app.with_connector(cast("DjangoConnector", app.connector).get_worker_connector())
    async with working.open_async():
        jobs = [
            asyncio.create_task(
                working.run_worker_async(
                    queues=[queue],
                    name=this_worker(),
                    concurrency=concurrency,
                    additional_context=dict(context),
                    fetch_job_polling_interval=POLL_SECONDS,
                    delete_jobs="successful",
                    install_signal_handlers=False,
                    shutdown_graceful_timeout=DRAIN_SECONDS,
                    update_heartbeat_interval=environment.heartbeat_seconds,
                    stalled_worker_timeout=environment.lease_seconds,
                )
            )
            for queue, concurrency in queues.items()
        ]
        recovering = asyncio.create_task(_recover_forever(working))
        # The queue stops at a signal, or by itself when it has lost the database; either way we drain.
        await asyncio.wait([*jobs, asyncio.create_task(_signal())], return_when=asyncio.FIRST_COMPLETED)
        for each in jobs:
            each.cancel()
        await drain()
        for each in jobs:
            with suppress(asyncio.CancelledError):
                await each
        recovering.cancel()


async def _signal() -> None:
    """Waits for SIGTERM or SIGINT."""
    came = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, came.set)
    await came.wait()


async def _recover_forever(working: procrastinate.App) -> None:
    """Puts jobs back into the queue whose worker died; what they had taken shows in leases."""
    while True:
        try:
            await _retry_stalled(working)
        except Exception:
            log.exception("stalled jobs can't be looked for; this is tried again")
        await asyncio.sleep(settings.ENVIRONMENT.recover_seconds)


async def _retry_stalled(working: procrastinate.App) -> None:
    lease = settings.ENVIRONMENT.lease_seconds
    for job in await working.job_manager.get_stalled_jobs(seconds_since_heartbeat=lease):
        try:
            await working.job_manager.retry_job(job)
        except procrastinate.exceptions.ConnectorException as error:
            # Such as a periodic job whose next run waits already.
            log.warning("job %s (%s) can't be put back: %s", job.id, job.task_name, error)


def release(worker: str) -> None:
    """Frees what a worker held whose end somebody saw, and puts it back into the queue: nobody waits for its leases."""
    locks.release_worker(worker)
    sendouts.requeue_batches_of(worker)
    sendouts.requeue_letters_of(worker)
