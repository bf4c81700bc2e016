"""The window: who may be handed over is known before, and never more than 16 of them per connection are unsettled."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvloop
from asgiref.sync import sync_to_async
from django.db import connections

from tests.channels.sending import relay_at
from tests.channels.servers import Client, scripted
from tests.workers import NAME
from tidings.channels.email.pool import Pool
from tidings.cli.worker import make_engine
from tidings.kernel import db
from tidings.sendouts.deliver import Worker, deliver
from tidings.sendouts.delivery.engine import UNSETTLED_PER_CONNECTION
from tidings.sendouts.expand import expand
from tidings.sendouts.models import Batch

CONNECTIONS = 2
WINDOW = UNSETTLED_PER_CONNECTION * CONNECTIONS
LOOK_SECONDS = 0.005

UNSETTLED = "SELECT handed_to, handed_to - accepted AS unsettled FROM sendout_batches"


@pytest.fixture
def batch(make_sendout, committed) -> int:
    """A batch of 100 people that nobody has taken yet."""
    [batch] = expand(make_sendout(members=100).pk)
    return batch


@pytest.fixture
def run():
    """Runs a scenario as a worker does."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        yield runner.run


async def take_everything(client: Client) -> None:
    await client.greet("PIPELINING")
    while True:
        await hear_one(client)
        await client.say("250 taken")


async def never_answer(client: Client) -> None:
    await client.greet("PIPELINING")
    await hear_one(client)
    await asyncio.sleep(60)


async def hear_one(client: Client) -> None:
    for _ in ("MAIL", "RCPT", "DATA"):
        await client.hear()
    await client.say("250 ok", "250 ok", "354 go")
    await client.hear_message()


@asynccontextmanager
async def worker_at(port: int) -> AsyncIterator[Worker]:
    """A worker that sends through a server on `port`; what is under way at the end is cut off."""
    async with db.async_pool(size=4) as database:
        engine = make_engine(database, connections=CONNECTIONS)
        relay = relay_at(port, f"pool={CONNECTIONS}&starttls=never")
        pool = Pool(relay, on_idle=engine.feed, on_down=lambda _outcome: None)
        engine.wake_carrier = pool.wake
        pool.start()
        settling = asyncio.create_task(engine.run())
        yield Worker(NAME, engine, database)
        settling.cancel()
        await pool.close(grace_seconds=0)
        await sync_to_async(connections.close_all)()


async def look(worker: Worker) -> tuple[int, int]:
    """How far the batch may have been handed over, and how many of those are unsettled."""
    async with worker.database.connection() as connection:
        row = await (await connection.execute(UNSETTLED)).fetchone()
    return row["handed_to"], row["unsettled"]


def test_a_carrier_that_answers_gets_everyone_through_a_window_of_16_per_connection(run, batch):
    async def scenario() -> set[int]:
        seen = set()
        async with scripted(take_everything) as port, worker_at(port) as worker:
            delivering = asyncio.create_task(deliver(batch, worker))
            while not delivering.done():
                seen.add((await look(worker))[1])
                await asyncio.sleep(LOOK_SECONDS)
            await delivering
        return seen

    assert 0 < max(run(scenario())) <= WINDOW
    assert Batch.objects.get().accepted == 100


def test_a_carrier_that_never_answers_gets_no_more_than_the_window(run, batch):
    async def scenario() -> tuple[int, int]:
        async with scripted(never_answer) as port, worker_at(port) as worker:
            delivering = asyncio.create_task(deliver(batch, worker))
            await asyncio.sleep(0.5)
            seen = await look(worker)
            delivering.cancel()
            await asyncio.gather(delivering, return_exceptions=True)
        return seen

    assert run(scenario()) == (WINDOW, WINDOW)


def test_a_stopped_engine_gives_the_batch_back_and_the_next_worker_serves_the_rest(run, batch):
    async def scenario() -> None:
        begun = asyncio.Event()

        async def tell_and_take(client: Client) -> None:
            begun.set()
            await take_everything(client)

        async with scripted(tell_and_take) as port:
            async with worker_at(port) as worker:
                delivering = asyncio.create_task(deliver(batch, worker))
                await begun.wait()
                worker.engine.stop()
                visit = await delivering
                assert (visit.state, visit.sendout_state) == ("ready", "sending")
            async with worker_at(port) as worker:
                assert (await deliver(batch, worker)).state == "done"

    run(scenario())
    assert Batch.objects.get().accepted == 100


def test_a_worker_whose_batch_was_taken_over_stores_nothing_more(run, batch):
    async def scenario() -> None:
        async with scripted(never_answer) as port, worker_at(port) as worker:
            delivering = asyncio.create_task(deliver(batch, worker))
            await asyncio.sleep(0.3)
            async with worker.database.connection() as connection:
                await connection.execute("UPDATE sendout_batches SET token = token + 1, worker = 'next'")
            await delivering

    run(scenario())
    taken = Batch.objects.get()
    assert (taken.worker, taken.state, taken.accepted) == ("next", "taken", 0)


def test_a_batch_that_is_not_there_is_no_work(run, committed):
    async def scenario():
        async with scripted(take_everything) as port, worker_at(port) as worker:
            return await deliver(404, worker)

    assert run(scenario()) is None
