import asyncio
import contextlib
import itertools

from tests.channels.sending import LETTER, everybody, relay_at, send_all
from tests.channels.servers import Client, free_port, mailbox, scripted
from tidings.channels.email.pool import Pool
from tidings.channels.email.smtp import Connection
from tidings.channels.outcomes import Kind, Outcome


@contextlib.asynccontextmanager
async def running(relay, on_idle=lambda _connection: None, **options):
    """Give a started pool and the list of what its `on_down` was told."""
    downs: list[Outcome] = []
    pool = Pool(relay, on_idle=on_idle, on_down=downs.append, **options)
    pool.start()
    try:
        yield pool, downs
    finally:
        await pool.close(grace_seconds=0.2)


async def until(condition) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what is waited for is nobody's event
            await asyncio.sleep(0.01)


def test_it_opens_as_many_connections_as_told_and_offers_each(run):
    async def scenario():
        offered: set[Connection] = set()
        async with mailbox() as (port, _), running(relay_at(port, "pool=3"), offered.add) as (pool, downs):
            await until(lambda: len(offered) == 3)
            return pool.size, downs

    assert run(scenario()) == (3, [])


def test_wake_offers_all_idle_connections_again(run):
    async def scenario():
        offered: list[Connection] = []
        async with mailbox() as (port, _), running(relay_at(port, "pool=3"), offered.append) as (pool, _):
            await until(lambda: len(offered) == 3)
            pool.wake()
            return offered

    offered = run(scenario())
    assert set(offered[:3]) == set(offered[3:])


def test_a_carrier_that_is_down_is_reported_and_tried_with_growing_pauses(run):
    async def scenario():
        times: list[float] = []
        relay, loop = relay_at(free_port(), "pool=1"), asyncio.get_running_loop()
        pool = Pool(
            relay,
            on_idle=lambda _connection: None,
            on_down=lambda _outcome: times.append(loop.time()),
            first_pause_seconds=0.05,
        )
        pool.start()
        await until(lambda: len(times) == 5)
        await pool.close()
        return [later - earlier for earlier, later in itertools.pairwise(times)]

    pauses = run(scenario())
    assert pauses[-1] > pauses[1] * 2 > pauses[0] * 2.5


def test_only_one_connection_at_a_time_knocks_while_the_carrier_is_down(run):
    async def scenario():
        relay = relay_at(free_port(), "pool=10")
        async with running(relay, first_pause_seconds=0.1) as (_, downs):
            await asyncio.sleep(0.35)  # all try at once, then one knocks after 0.1 and 0.2 more seconds
            return downs

    downs = run(scenario())
    assert 2 <= len(downs) <= 3
    assert {outcome.kind for outcome in downs} == {Kind.CARRIER_DOWN}


def test_all_connections_come_back_when_the_carrier_does(run):
    async def scenario():
        port = free_port()
        async with running(relay_at(port, "pool=5"), first_pause_seconds=0.02) as (pool, downs):
            await until(lambda: downs)
            async with listening(port):
                await until(lambda: pool.size == 5)

    run(scenario())


@contextlib.asynccontextmanager
async def listening(port: int):
    async def script(reader, writer):
        client = Client(reader, writer)
        with contextlib.suppress(ConnectionError):
            await client.greet()
            await client.hear()
        writer.close()

    async with await asyncio.start_server(script, "127.0.0.1", port):
        yield


def test_a_server_that_allows_fewer_connections_is_not_down(run):
    open_now, refused = [], []

    async def script(client: Client) -> None:
        if len(open_now) == 2:
            refused.append(client)
            await client.say("421 too many connections")
            return
        open_now.append(client)
        await client.greet()
        await client.hear()

    async def scenario():
        async with scripted(script) as port:
            relay = relay_at(port, "pool=3")
            async with running(relay, first_pause_seconds=0.02) as (pool, downs):
                await until(lambda: len(refused) >= 3)
                return pool.size, downs

    assert run(scenario()) == (2, [])


def test_it_reconnects_after_the_agreed_number_of_messages(run):
    sessions: list[list[str]] = []

    async def script(client: Client) -> None:
        got: list[str] = []
        sessions.append(got)
        await client.greet("PIPELINING")
        while True:
            got.append(await client.take_message())

    async def scenario():
        async with scripted(script) as port:
            return await send_all(relay_at(port, "pool=2&per_connection=5"), everybody(40))

    assert run(scenario()).kinds() == {Kind.ACCEPTED: 40}
    assert max(map(len, sessions)) == 5


def test_a_server_that_dies_after_each_greeting_is_not_hammered(run):
    opened = []

    async def script(client: Client) -> None:
        opened.append(client)
        await client.greet()

    async def scenario():
        async with scripted(script) as port, running(relay_at(port, "pool=1"), first_pause_seconds=0.1):
            await asyncio.sleep(0.5)  # tries at 0, after 0.2 and 0.4 more seconds

    run(scenario())
    assert 1 <= len(opened) <= 3


def test_when_it_has_closed_everything_handed_over_has_its_outcome(run):
    async def script(client: Client) -> None:
        await client.greet("PIPELINING")
        while True:
            await client.hear()

    async def scenario():
        outcomes: list[Outcome] = []
        async with scripted(script) as port:
            relay = relay_at(port, "pool=3")
            async with running(relay, lambda c: c.hand_over("", "a@b.c", LETTER, outcomes.append)) as (
                pool,
                _,
            ):
                await until(lambda: pool.size == 3)
        return outcomes

    assert [outcome.kind for outcome in run(scenario())] == [Kind.LOST] * 3


def test_closing_offers_nothing_more(run):
    async def scenario():
        offered: list[Connection] = []
        async with mailbox() as (port, _):
            async with running(relay_at(port, "pool=2"), offered.append) as (pool, _):
                await until(lambda: pool.size == 2)
            before = len(offered)
            pool.wake()
            return before, len(offered)

    before, after = run(scenario())
    assert before == after
