"""A worker in the process of the tests: the same queue, engine and connections as in production, until all is done."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import procrastinate
import uvloop
from asgiref.sync import sync_to_async
from django.db import connections
from procrastinate.contrib.django import app

from tests.channels.sending import relay_at
from tidings.channels.email.relay import Relay
from tidings.cli.worker import connect, make_engine
from tidings.kernel import db
from tidings.sendouts.deliver import Worker

NAME = "worker-of-the-tests"
JOBS_AT_ONCE = 4
PAUSE_SECONDS = 0.02
# A job that is due later than this is left in the queue: nobody waits for the retries of tomorrow.
PATIENCE_SECONDS = 6


def run_long() -> None:
    """Runs what is queued for `long`, and whatever that queues there, until nothing is due soon."""
    _run(_work(["long"], {}))


def run_all(port: int, *, relay_connections: int = 2) -> None:
    """Runs what is queued, sending through the relay at `port`, until nothing is due soon."""
    run_through(relay_at(port, f"pool={relay_connections}&starttls=never"))


def run_through(relay: Relay) -> None:
    """The same through any relay."""
    _run(_send(relay))


def _run(work) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)


async def _send(relay: Relay) -> None:
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(db.async_pool(size=4))
        engine = make_engine(database, connections=relay.pool)
        carrier = connect(engine, [relay], first_pause_seconds=0.05)
        carrier.start()
        stack.push_async_callback(carrier.close)
        settling = asyncio.create_task(engine.run())
        stack.callback(settling.cancel)
        await _work(["long", "sending", "prompt"], {"worker": Worker(NAME, engine, database)})


async def _work(queues: list[str], context: dict[str, object]) -> None:
    working = app.with_connector(app.connector.get_worker_connector())
    async with working.open_async():
        while await _is_waiting(working, queues):
            await working.run_worker_async(
                queues=queues,
                name=NAME,
                wait=False,
                listen_notify=False,
                concurrency=JOBS_AT_ONCE,
                additional_context=context,
                install_signal_handlers=False,
                delete_jobs="successful",
            )
            await asyncio.sleep(PAUSE_SECONDS)
    await sync_to_async(connections.close_all)()


async def _is_waiting(working: procrastinate.App, queues: list[str]) -> bool:
    soon = datetime.now(UTC) + timedelta(seconds=PATIENCE_SECONDS)
    jobs = [
        j for queue in queues for j in await working.job_manager.list_jobs_async(queue=queue, status="todo")
    ]
    return any(job.scheduled_at is None or job.scheduled_at < soon for job in jobs)
