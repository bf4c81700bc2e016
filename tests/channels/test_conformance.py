"""What every SMTP server and we must agree on: everybody is accounted for once, and gets the message once."""

import asyncio
import contextlib
from collections import Counter

import pytest

from tests.channels.sending import LETTER, Ledger, everybody, relay_at, send_all, send_one
from tests.channels.servers import Client, aiosmtpd, mailbox, scripted, sink
from tidings.channels.email.smtp import Connection
from tidings.channels.outcomes import Kind

COUNT = 200
SLOW_SECONDS = 0.2


@contextlib.asynccontextmanager
async def smtp_sink():
    with sink() as server:
        yield server.port, server.recipients


@contextlib.asynccontextmanager
async def smtp_sink_stepwise():
    with sink("-p") as server:
        yield server.port, server.recipients


@contextlib.asynccontextmanager
async def python_aiosmtpd():
    with aiosmtpd() as (server, collector):
        yield server.port, lambda: [mail.recipients[0] for mail in collector.mails]


@contextlib.asynccontextmanager
async def own_mailbox():
    async with mailbox() as (port, caught):
        yield port, lambda: [mail.recipients[0] for mail in caught]


@contextlib.asynccontextmanager
async def leaves_after_seven():
    got: list[str] = []

    async def script(client: Client) -> None:
        await client.greet("PIPELINING")
        for _ in range(7):
            got.append(await client.take_message())  # noqa: PERF401 - QUIT may end it before
        await client.hear()
        await client.say("421 4.7.0 enough from you")

    async with scripted(script) as port:
        yield port, lambda: got


@contextlib.asynccontextmanager
async def byte_by_byte():
    got: list[str] = []

    async def script(client: Client) -> None:
        client.say = lambda *lines: say_by_bytes(client, *lines)
        await client.greet("PIPELINING")
        while True:
            got.append(await client.take_message())

    async with scripted(script) as port:
        yield port, lambda: got


async def say_by_bytes(client: Client, *lines: str) -> None:
    for byte in "".join(f"{line}\r\n" for line in lines).encode():
        client.writer.write(bytes([byte]))
        await client.writer.drain()


SERVERS = [
    smtp_sink,
    smtp_sink_stepwise,
    python_aiosmtpd,
    own_mailbox,
    leaves_after_seven,
    byte_by_byte,
]


@pytest.mark.parametrize("server", SERVERS)
def test_everybody_is_accepted_once_and_served_once(server, run):
    async def scenario():
        async with server() as (port, received):
            ledger = await send_all(relay_at(port, "pool=4"), everybody(COUNT))
            return ledger, received()

    ledger, received = run(scenario())
    assert ledger.kinds()[Kind.ACCEPTED] == COUNT
    assert Counter(received) == Counter(everybody(COUNT))


def test_a_slow_server_serves_everybody(run):
    async def script(client: Client) -> None:
        await client.greet()
        while True:
            for answer in ("250 ok", "250 ok", "354 go"):
                await client.hear()
                await asyncio.sleep(SLOW_SECONDS)
                await client.say(answer)
            await client.hear_message()
            await asyncio.sleep(SLOW_SECONDS)
            await client.say("250 ok")

    async def scenario() -> Ledger:
        async with scripted(script) as port:
            return await send_all(relay_at(port, "pool=4"), everybody(8))

    assert run(scenario()).kinds() == {Kind.ACCEPTED: 8}


@pytest.mark.parametrize("word", ["MAIL", "RCPT", "DATA", "."])
@pytest.mark.parametrize(("option", "kind"), [("-r", Kind.DEFERRED), ("-f", Kind.FAILED)])
def test_a_refusal_at_any_step_is_everybodys_outcome(option, kind, word, run):
    async def scenario() -> Ledger:
        with sink(option, word) as server:
            return await send_all(relay_at(server.port, "pool=3"), everybody(30))

    assert run(scenario()).kinds() == {kind: 30}


@pytest.mark.parametrize("word", ["MAIL", "RCPT", "DATA"])
def test_a_connection_that_drops_before_the_dot_hands_nothing_over(word, run):
    async def scenario() -> list[Kind]:
        with sink("-q", word) as server:
            return await outcomes_of_five(server.port)

    assert run(scenario()) == [Kind.LOST] * 5


def test_a_connection_that_drops_after_the_dot_leaves_everybody_in_doubt(run):
    async def scenario() -> list[Kind]:
        with sink("-q", ".") as server:
            return await outcomes_of_five(server.port)

    assert run(scenario()) == [Kind.IN_DOUBT] * 5


async def outcomes_of_five(port: int) -> list[Kind]:
    kinds = []
    for _ in range(5):
        connection = await Connection.open(relay_at(port))
        kinds.append((await send_one(connection)).kind)
        assert not connection.usable
    return kinds


@pytest.mark.parametrize("size", [100, 20_000, 3_000_000])
def test_a_message_of_any_size_arrives_byte_for_byte(size, run):
    body = b"".join(b"line %d of a long letter\r\n" % number for number in range(size // 24))

    async def scenario():
        async with mailbox() as (port, caught):
            await send_all(relay_at(port), ["anna@example.org"], LETTER + body)
            return caught

    assert [mail.data for mail in run(scenario())] == [LETTER + body]
