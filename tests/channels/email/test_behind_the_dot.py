"""The next message's commands leave behind the dot: a round trip less for each message, and no outcome mixed up."""

import asyncio
import contextlib
import socket
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.channels.sending import LETTER, SENDER, relay_at
from tests.channels.servers import Client, scripted
from tidings.channels.email.smtp import Connection
from tidings.channels.outcomes import Outcome

GROUP = ("250 ok", "250 ok", "354 go")


class Sending:
    """Feeds one connection whenever it is offered, and keeps who got which outcome."""

    def __init__(self, *recipients: str) -> None:
        self.todo = list(recipients)
        self.outcomes: list[tuple[str, Outcome]] = []
        self._count = len(recipients)
        self._ended = asyncio.Event()

    def feed(self, connection: Connection) -> None:
        if self.todo:
            recipient = self.todo.pop(0)
            connection.hand_over(SENDER, recipient, LETTER, lambda outcome: self._note(recipient, outcome))

    def _note(self, recipient: str, outcome: Outcome) -> None:
        self.outcomes.append((recipient, outcome))
        if len(self.outcomes) == self._count:
            self._ended.set()

    async def through(self, port: int, **changes) -> list[tuple[str, str]]:
        """Sends until all have an outcome or the connection is gone; recipients with theirs, in order."""
        connection = await Connection.open(relay_at(port, "starttls=never", **changes))
        connection.on_idle = self.feed
        connection.offer()
        await asyncio.wait(
            [asyncio.ensure_future(self._ended.wait()), connection.closed],
            return_when=asyncio.FIRST_COMPLETED,
            timeout=10,
        )
        connection.abort("the test is over")
        await connection.closed
        return [(recipient.partition("@")[0], outcome.kind.name) for recipient, outcome in self.outcomes]


async def hear_group(client: Client) -> list[str]:
    return [(await client.hear()).split(":")[0] for _ in range(3)]


async def hear_two(client: Client) -> list[str]:
    """Hears a message, and the commands of the next one that came behind its dot; it has answered neither."""
    await client.greet("PIPELINING")
    await hear_group(client)
    await client.say(*GROUP)
    await client.hear_message()
    return await hear_group(client)


def sent(run, script, *recipients: str, **changes) -> list[tuple[str, str]]:
    async def scenario() -> list[tuple[str, str]]:
        async with scripted(script) as port:
            return await Sending(*(f"{name}@example.org" for name in recipients)).through(port, **changes)

    return run(scenario())


def test_the_commands_of_the_next_message_come_before_the_answer_to_the_dot(run):
    heard = []

    async def script(client: Client) -> None:
        heard.extend(await hear_two(client))
        await client.say("250 taken", *GROUP)
        await client.hear_message()
        await client.say("250 taken")

    assert sent(run, script, "anna", "ben") == [("anna", "ACCEPTED"), ("ben", "ACCEPTED")]
    assert heard == ["MAIL FROM", "RCPT TO", "DATA"]


@pytest.mark.parametrize(("answer", "kind"), [("451 later", "DEFERRED"), ("554 never", "FAILED")])
def test_a_refused_message_takes_nothing_from_the_next(run, answer, kind):
    async def script(client: Client) -> None:
        await hear_two(client)
        await client.say(answer, *GROUP)
        await client.hear_message()
        await client.say("250 taken")

    assert sent(run, script, "anna", "ben") == [("anna", kind), ("ben", "ACCEPTED")]


def test_a_refused_group_behind_a_dot_ends_as_any_other(run):
    async def script(client: Client) -> None:
        await hear_two(client)
        await client.say("250 taken", "250 ok", "550 unknown", "503 nobody")
        assert await client.hear() == "RSET"
        await client.say("250 reset")
        await hear_group(client)
        await client.say(*GROUP)
        await client.hear_message()
        await client.say("250 taken")

    outcomes = [("anna", "ACCEPTED"), ("ben", "FAILED"), ("cleo", "ACCEPTED")]
    assert sent(run, script, "anna", "ben", "cleo") == outcomes


@pytest.mark.parametrize(
    ("answers", "first"), [([], "IN_DOUBT"), (["421 closing"], "DEFERRED"), (["250 taken"], "ACCEPTED")]
)
def test_a_message_of_which_only_the_commands_were_sent_is_lost_and_never_in_doubt(run, answers, first):
    async def script(client: Client) -> None:
        await hear_two(client)
        await client.say(*answers)

    assert sent(run, script, "anna", "ben") == [("anna", first), ("ben", "LOST")]


def test_an_address_that_no_server_takes_fails_without_ending_the_message_before_it(run):
    async def script(client: Client) -> None:
        await client.greet("PIPELINING")
        with contextlib.suppress(ConnectionError):
            while True:
                await client.take_message()

    outcomes = sent(run, script, "anna", "be n", "cleo")
    assert sorted(outcomes) == [("anna", "ACCEPTED"), ("be n", "FAILED"), ("cleo", "ACCEPTED")]


def test_nothing_goes_behind_the_last_message_of_a_connection(run):
    heard = []

    async def script(client: Client) -> None:
        await client.greet("PIPELINING")
        await hear_group(client)
        await client.say(*GROUP)
        await client.hear_message()
        await client.say("250 taken")
        heard.append(await client.hear())

    assert sent(run, script, "anna", "ben", per_connection=1) == [("anna", "ACCEPTED")]
    assert heard == ["QUIT"]


def test_a_server_without_pipelining_gets_one_command_at_a_time(run):
    async def script(client: Client) -> None:
        await client.greet("SIZE 0")
        for _ in range(2):
            for answer in GROUP:
                await client.hear()
                await client.say(answer)
            assert (await client.hear_message()).endswith(b"\r\n.\r\n")
            await client.say("250 taken")

    assert sent(run, script, "anna", "ben") == [("anna", "ACCEPTED"), ("ben", "ACCEPTED")]


ANSWERS = st.sampled_from(["250 ok", "354 go", "450 later", "550 no", "421 bye", "hello", None])


@settings(deadline=None, max_examples=60)
@given(st.lists(ANSWERS, max_size=14))
def test_whatever_a_server_answers_nobody_has_two_outcomes_or_is_forgotten(answers):
    names = ("anna", "ben", "cleo", "dora")

    async def script(client: Client) -> None:
        await client.greet("PIPELINING")
        await hear_group(client)
        for answer in answers:
            if answer is None:
                return
            await client.say(answer)
            await asyncio.sleep(0)
        while True:
            await client.hear()

    async def scenario() -> None:
        sending = Sending(*(f"{name}@example.org" for name in names))
        async with scripted(script) as port:
            await sending.through(port, reply_seconds=0.1, dot_seconds=0.1)
        served = [recipient for recipient, _ in sending.outcomes]
        assert sorted(served + sending.todo) == [f"{name}@example.org" for name in names]

    asyncio.run(scenario())


def serve_with_nagle(listener: socket.socket) -> None:
    """A server of the plain kind: it answers the dot, and then the group, and waits until the first answer was seen."""
    peer, _ = listener.accept()
    lines = peer.makefile("rb")
    peer.sendall(b"220 plain\r\n")
    lines.readline()
    peer.sendall(b"250-plain\r\n250 PIPELINING\r\n")
    while lines.readline().startswith(b"MAIL"):
        lines.readline(), lines.readline()
        peer.sendall(b"250 ok\r\n250 ok\r\n354 go\r\n")
        while lines.readline() != b".\r\n":
            pass
        peer.sendall(b"250 taken\r\n")
    peer.close()


def test_no_server_waits_40_ms_for_an_acknowledgement(run):
    messages = 100

    async def scenario(port: int) -> float:
        started = time.monotonic()
        await Sending(*(f"p{n}@example.org" for n in range(messages))).through(port)
        return time.monotonic() - started

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=serve_with_nagle, args=(listener,))
        server.start()
        seconds = run(scenario(listener.getsockname()[1]))
        server.join()
    assert seconds < messages * 0.04 / 2
