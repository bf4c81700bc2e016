"""Whatever is said to the mailbox server, a mail it accepts is a mail it has stored, and no other."""

import asyncio
import contextlib
import itertools
import smtplib
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.channels.sending import LETTER, everybody, relay_at, send_all
from tests.channels.servers import mailbox
from tidings.channels.mailbox.server import CaughtMail, serve
from tidings.channels.outcomes import Kind

GROUP = b"MAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\n"


async def talk(port: int, *packets: bytes, pause_seconds: float = 0.01) -> list[str]:
    """Say EHLO and the packets, then QUIT; return the codes heard after EHLO's."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"EHLO test\r\n")
    for packet in packets:
        writer.write(packet)
        await asyncio.sleep(pause_seconds)
    writer.write(b"QUIT\r\n")
    with contextlib.suppress(ConnectionError):
        await writer.drain()
    heard = (await asyncio.wait_for(reader.read(), 10)).decode().splitlines()
    writer.close()
    return [line[:3] for line in heard[6:]]


async def conversation(*packets: bytes, **options) -> tuple[list[str], list[CaughtMail]]:
    async with mailbox(**options) as (port, caught):
        return await talk(port, *packets), caught


def test_it_takes_what_python_sends(run):
    async def scenario():
        async with mailbox() as (port, caught):
            await asyncio.to_thread(send_with_smtplib, port)
            return caught

    [mail] = run(scenario())
    assert (mail.sender, mail.recipients, mail.data) == ("a@b.c", ("d@e.f", "g@h.i"), LETTER + b".dot\r\n")
    assert mail.received_at.utcoffset() is not None


def send_with_smtplib(port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.sendmail("a@b.c", ["d@e.f", "g@h.i"], LETTER + b".dot\r\n")


def test_it_takes_a_whole_session_in_one_packet(run):
    codes, caught = run(conversation(GROUP + b"one\r\n.\r\n" + GROUP + b"two\r\n.\r\n"))
    assert codes == ["250", "250", "354", "250", "250", "250", "354", "250", "221"]
    assert [mail.data for mail in caught] == [b"one\r\n", b"two\r\n"]


lines = st.lists(st.sampled_from([b"", b".", b"..", b".x", b"x", b"x."]), max_size=5)


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=lines, cuts=st.sets(st.integers(1, 80)))
def test_any_mail_arrives_as_it_was_however_the_network_cuts_it(lines, cuts):
    stuffed = b"".join((b"." + line if line.startswith(b".") else line) + b"\r\n" for line in lines)
    stream = GROUP + stuffed + b".\r\n"
    bounds = [0, *sorted(cut for cut in cuts if cut < len(stream)), len(stream)]
    packets = [stream[begin:end] for begin, end in itertools.pairwise(bounds)]
    _, caught = asyncio.run(conversation(*packets, b""))
    assert [mail.data for mail in caught] == [b"".join(line + b"\r\n" for line in lines)]


@pytest.mark.parametrize(
    "body",
    [b"one\n.\n", b"one\r\n.\n", b"one\n.\r\n", b"one\r.\r", b"one\r\n.\r", b"\0\n.\r\n", b"one\r\r\n.\n"],
)
def test_no_second_mail_can_be_smuggled_in_the_first(run, body):
    smuggled = b"MAIL FROM:<x@y.z>\r\nRCPT TO:<d@e.f>\r\nDATA\r\nsmuggled"
    codes, caught = run(conversation(GROUP + body + smuggled + b"\r\n.\r\n"))
    assert (codes, caught) == (["250", "250", "354", "550", "221"], [])


def test_a_mail_is_accepted_only_after_it_was_stored(run):
    stored_at = []

    async def store(_mails: list[CaughtMail]) -> None:
        await asyncio.sleep(0.2)
        stored_at.append(time.monotonic())

    async def scenario() -> float:
        server = await serve(("127.0.0.1", 0), store)
        await talk(server.port, GROUP + b"one\r\n.\r\n")
        answered_at = time.monotonic()
        await server.close()
        return answered_at

    assert run(scenario()) >= stored_at[0]


def test_a_mail_that_could_not_be_stored_is_to_be_sent_again(run, caplog):
    async def store(_mails: list[CaughtMail]) -> None:
        raise OSError("disk full")

    async def scenario() -> list[str]:
        server = await serve(("127.0.0.1", 0), store)
        codes = await talk(server.port, GROUP + b"one\r\n.\r\n")
        await server.close()
        return codes

    assert run(scenario()) == ["250", "250", "354", "451", "221"]
    assert "could not store 1 caught mails" in caplog.text


def test_mails_of_many_connections_are_stored_together(run):
    batches = []

    async def store(mails: list[CaughtMail]) -> None:
        batches.append(len(mails))
        await asyncio.sleep(0.005)

    async def scenario():
        server = await serve(("127.0.0.1", 0), store, gather_seconds=0.01)
        ledger = await send_all(relay_at(server.port, "pool=10"), everybody(300))
        await server.close()
        return ledger

    assert run(scenario()).kinds() == {Kind.ACCEPTED: 300}
    assert sum(batches) == 300
    assert len(batches) < 150


def test_closing_waits_until_all_is_stored_and_answered(run):
    stored = []

    async def store(mails: list[CaughtMail]) -> None:
        await asyncio.sleep(0.2)
        stored.extend(mails)

    async def scenario() -> list[str]:
        server = await serve(("127.0.0.1", 0), store)
        talking = asyncio.create_task(talk(server.port, GROUP + b"one\r\n.\r\n", pause_seconds=0.5))
        await asyncio.sleep(0.1)
        await server.close()
        return await talking

    assert run(scenario()) == ["250", "250", "354", "250", "421"]
    assert len(stored) == 1


def test_a_mail_over_the_size_limit_is_refused_and_the_next_taken(run):
    large = b"x" * 70 + b"\r\n"
    codes, caught = run(
        conversation(
            GROUP + large * 100, large * 100 + b".\r\n" + GROUP + b"small\r\n.\r\n", size_limit_bytes=5000
        )
    )
    assert codes == ["250", "250", "354", "552", "250", "250", "354", "250", "221"]
    assert [mail.data for mail in caught] == [b"small\r\n"]


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (b"MAIL FROM:<a@b.c> SIZE=26214401", "552"),
        (b"MAIL FROM:<a@b.c> size=100 body=8bitmime SMTPUTF8", "250"),
        (b"mail from: <>", "250"),
        (b"MAIL FROM:<a@b.c> FUNNY=1", "555"),
        (b"MAIL FROM:a@b.c", "501"),
        (b"MAIL TO:<a@b.c>", "501"),
        ("MAIL FROM:<ä@b.c>".encode(), "553"),
        (b"MAIL FROM:<\xff@b.c>", "500"),
        (b"RCPT TO:<d@e.f>", "503"),
        (b"DATA", "503"),
        (b"NOOP", "250"),
        (b"RSET", "250"),
        (b"VRFY anna", "252"),
        (b"AUTH PLAIN x", "502"),
        (b"", "502"),
        (b"NOOP\nNOOP", "500"),
        (b"x" * 3000, "421"),
    ],
)
def test_each_command_has_its_answer(run, command, code):
    codes, _ = run(conversation(command + b"\r\n"))
    assert codes[0] == code


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (b"RCPT TO:<>", "501"),
        (b"RCPT TO:<d@e.f> NOTIFY=NEVER", "555"),
        ("RCPT TO:<ä@b.c>".encode(), "553"),
        (b"MAIL FROM:<a@b.c>", "503"),
        (b"DATA now", "501"),
    ],
)
def test_each_command_after_mail_has_its_answer(run, command, code):
    codes, _ = run(conversation(b"MAIL FROM:<a@b.c>\r\n" + command + b"\r\n"))
    assert codes == ["250", code, "221"]


def test_mail_before_a_greeting_is_refused(run):
    async def scenario() -> bytes:
        async with mailbox() as (port, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"MAIL FROM:<a@b.c>\r\nQUIT\r\n")
            heard = await reader.read()
            writer.close()
            return heard

    assert b"503" in run(scenario())


def test_recipients_beyond_the_limit_are_told_to_come_in_another_mail(run):
    codes, _ = run(conversation(b"MAIL FROM:<a@b.c>\r\n" + b"RCPT TO:<d@e.f>\r\n" * 1001))
    assert codes == ["250", *["250"] * 1000, "452", "221"]


def test_a_client_without_end_is_cut_off(run):
    codes, _ = run(conversation(b"x" * 100_000))
    assert codes == ["421"]


def test_a_silent_client_is_sent_away(run):
    async def scenario() -> bytes:
        async with mailbox(idle_seconds=0.1) as (port, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            heard = await asyncio.wait_for(reader.read(), 5)
            writer.close()
            return heard

    assert b"421 4.4.2" in run(scenario())


def test_a_client_that_has_said_all_still_gets_its_answer(run):
    async def scenario() -> bytes:
        async with mailbox(gather_seconds=0.1) as (port, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"EHLO test\r\n" + GROUP + b"one\r\n.\r\n")
            writer.write_eof()
            heard = await asyncio.wait_for(reader.read(), 5)
            writer.close()
            return heard

    assert run(scenario()).endswith(b"250 2.0.0 stored\r\n")
