"""Servers that misbehave: each message has exactly one outcome, and it is the right one."""

import asyncio
import contextlib
import socket

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.channels.sending import LETTER, everybody, relay_at, send_one
from tests.channels.servers import Client, mailbox, scripted
from tidings.channels.email.smtp import BusyError, Connection
from tidings.channels.outcomes import Kind, Outcome

LARGE_LETTER = LETTER + b"All about it in many words.\r\n" * 400_000  # more than socket buffers take


@contextlib.asynccontextmanager
async def connected(script, **changes):
    """Give a connection to a server that plays `script`."""
    async with scripted(script) as port:
        connection = await Connection.open(relay_at(port, **changes))
        try:
            yield connection
        finally:
            connection.abort("the test is over")
            await connection.closed


async def outcome_from(script, data=LETTER, **changes) -> Outcome:
    async with connected(script, **changes) as connection:
        return await send_one(connection, data=data)


def answering(*answers: str, extensions=("PIPELINING",), stay=True):
    """Make a script: hear the group of MAIL, RCPT and DATA, then say the answers at once."""

    async def script(client: Client) -> None:
        await client.greet(*extensions)
        for _ in range(3):
            await client.hear()
        await client.say(*answers)
        while stay:
            await client.hear()

    return script


@pytest.mark.parametrize(
    ("answers", "kind", "code"),
    [
        (("450 later", "503 no MAIL", "503 no RCPT"), Kind.DEFERRED, 450),
        (("550 never", "451 odd", "503 no RCPT"), Kind.FAILED, 550),
        (("250 ok", "452 full", "554 no RCPT"), Kind.DEFERRED, 452),
        (("250 ok", "550 unknown", "503 no RCPT"), Kind.FAILED, 550),
        (("250 ok", "250 ok", "451 not now"), Kind.DEFERRED, 451),
    ],
)
def test_the_first_failing_reply_of_a_group_decides(run, answers, kind, code):
    outcome = run(outcome_from(answering(*answers)))
    assert (outcome.kind, outcome.code) == (kind, code)


def test_the_reason_keeps_all_lines_of_the_reply(run):
    outcome = run(
        outcome_from(answering("250 ok", "550-5.1.1 unknown", "550 5.1.1 ask somebody else", "503 no"))
    )
    assert outcome.text == "5.1.1 unknown\n5.1.1 ask somebody else"


async def take_group(client: Client, *answers: str) -> list[str]:
    heard = [await client.hear() for _ in range(3)]
    await client.say(*answers)
    return heard


ANSWERS = [
    "250 ok",
    "250 fine",
    "354 go",
    "450 later",
    "550 no",
    "421 bye",
    "250-ok\r\n250 ok",
    "hello",
    "",
    None,
]


@settings(deadline=None, max_examples=60)
@example(["250 ok", "250 ok", "354 go", "250 ok"], False)
@given(st.lists(st.sampled_from(ANSWERS), max_size=12), st.booleans())
def test_whatever_a_server_answers_each_message_has_one_outcome(answers, pipelining):
    finished = []

    async def script(client: Client) -> None:
        await client.greet(*["PIPELINING"] * pipelining)
        hear = client.hear
        for answer in answers:
            await hear()
            finished.append(hear == client.hear_message)
            if answer is None:
                return
            await client.say(*([answer] if answer else []))
            hear = client.hear_message if answer == "354 go" else client.hear

    async def scenario() -> list[Outcome]:
        async with connected(script, reply_seconds=0.1, dot_seconds=0.1) as connection:
            outcomes = []
            while connection.idle and len(outcomes) < 4:
                outcomes.append(await send_one(connection, quiet_seconds=0.01))
            return outcomes

    accepted = [outcome for outcome in asyncio.run(scenario()) if outcome.kind is Kind.ACCEPTED]
    assert len(accepted) <= sum(finished)


def test_it_sends_rset_before_the_next_message_after_a_refusal(run):
    heard = []

    async def script(client: Client) -> None:
        await client.greet("PIPELINING")
        await take_group(client, "250 ok", "550 unknown", "503 no RCPT")
        heard.append(await client.hear())
        await client.say("250 reset")
        heard.extend(await take_group(client, "250 ok", "250 ok", "354 go"))
        await client.hear_message()
        await client.say("250 taken")

    async def scenario():
        async with connected(script) as connection:
            return [(await send_one(connection)).kind for _ in range(2)]

    assert run(scenario()) == [Kind.FAILED, Kind.ACCEPTED]
    assert [line.split()[0] for line in heard] == ["RSET", "MAIL", "RCPT", "DATA"]


def test_a_lone_dot_ends_data_that_was_accepted_although_rcpt_was_refused(run):
    heard = []

    async def script(client: Client) -> None:
        await client.greet("PIPELINING")
        await take_group(client, "250 ok", "550 unknown", "354 go")
        heard.append(await client.hear())
        await client.say("554 nobody to send to")
        heard.append(await client.hear())
        await client.say("250 reset")
        await take_group(client, "250 ok", "250 ok", "354 go")
        heard.append(await client.hear_message())
        await client.say("250 taken")

    async def scenario():
        async with connected(script) as connection:
            return [(await send_one(connection)).kind for _ in range(2)]

    assert run(scenario()) == [Kind.FAILED, Kind.ACCEPTED]
    assert heard == [".", "RSET", LETTER + b".\r\n"]


def test_no_empty_message_goes_out_when_only_mail_was_refused(run):
    heard = []

    async def script(client: Client) -> None:
        await client.greet("PIPELINING")
        await take_group(client, "450 later", "250 ok", "354 go")
        heard.append(await client.reader.read())

    assert run(outcome_from(script)).kind is Kind.DEFERRED
    assert heard == [b""]


def test_a_421_to_mail_is_about_the_session_so_nobody_is_blamed(run):
    outcome = run(outcome_from(answering("421 enough", stay=False)))
    assert (outcome.kind, outcome.code, outcome.text) == (Kind.LOST, 421, "enough")


def test_a_421_to_rcpt_is_a_temporary_refusal_and_closes(run):
    async def scenario():
        async with connected(answering("250 ok", "421 too many for this domain")) as connection:
            return await send_one(connection), connection.usable

    outcome, usable = run(scenario())
    assert (outcome.kind, outcome.code, usable) == (Kind.DEFERRED, 421, False)


def after_dot(*answers: str):
    async def script(client: Client) -> None:
        await client.greet("PIPELINING")
        await take_group(client, "250 ok", "250 ok", "354 go")
        await client.hear_message()
        await client.say(*answers)

    return script


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("250 2.0.0 queued", Kind.ACCEPTED),
        ("421 closing", Kind.DEFERRED),
        ("452 full", Kind.DEFERRED),
        ("554 spam", Kind.FAILED),
        ("354 what", Kind.IN_DOUBT),
        ("hello", Kind.IN_DOUBT),
    ],
)
def test_the_reply_to_the_dot_is_the_outcome(run, answer, kind):
    assert run(outcome_from(after_dot(answer))).kind is kind


def test_a_421_to_the_dot_ends_the_connection(run):
    async def scenario():
        async with connected(after_dot("421 closing")) as connection:
            await send_one(connection)
            return connection.idle, connection.usable

    assert run(scenario()) == (False, False)


def test_a_drop_after_the_dot_leaves_it_in_doubt(run):
    assert run(outcome_from(after_dot())).kind is Kind.IN_DOUBT


def test_a_drop_in_the_middle_of_a_large_message_is_lost_not_in_doubt(run):
    async def script(client: Client) -> None:
        await client.greet("PIPELINING")
        await take_group(client, "250 ok", "250 ok", "354 go")
        await client.reader.readexactly(100_000)

    assert run(outcome_from(script, LARGE_LETTER)).kind is Kind.LOST


def test_a_reply_in_the_middle_of_a_large_message_decides_and_ends_the_connection(run):
    async def script(client: Client) -> None:
        await client.greet("PIPELINING")
        await take_group(client, "250 ok", "250 ok", "354 go")
        await client.reader.readexactly(100_000)
        await client.say("552 too large")
        await asyncio.sleep(1)

    async def scenario():
        async with connected(script) as connection:
            return await send_one(connection, data=LARGE_LETTER), connection.usable

    outcome, usable = run(scenario())
    assert (outcome.kind, outcome.code, usable) == (Kind.FAILED, 552, False)


def test_a_large_message_to_a_server_that_reads_slowly_arrives_whole(run):
    got = []

    async def script(client: Client) -> None:
        await client.greet("PIPELINING")
        await take_group(client, "250 ok", "250 ok", "354 go")
        while not b"".join(got).endswith(b"\r\n.\r\n"):
            got.append(await client.reader.read(2_000_000))
            await asyncio.sleep(0.01)
        await client.say("250 taken")

    assert run(outcome_from(script, LARGE_LETTER)).kind is Kind.ACCEPTED
    assert b"".join(got) == LARGE_LETTER + b".\r\n"


async def never_answers(client: Client) -> None:
    await client.greet("PIPELINING")
    while True:
        await client.hear()


def test_no_reply_before_the_dot_is_lost_after_the_time(run):
    outcome = run(outcome_from(never_answers, reply_seconds=0.2))
    assert outcome == Outcome(Kind.LOST, 0, "no answer in time")


def test_no_reply_to_the_dot_is_in_doubt_after_its_own_time(run):
    async def script(client: Client) -> None:
        await client.greet("PIPELINING")
        await take_group(client, "250 ok", "250 ok", "354 go")
        await client.reader.read()
        await asyncio.sleep(1)

    assert run(outcome_from(script, reply_seconds=0.2, dot_seconds=0.1)).kind is Kind.IN_DOUBT


def test_the_dot_may_take_longer_than_other_replies(run):
    async def script(client: Client) -> None:
        await client.greet("PIPELINING")
        await take_group(client, "250 ok", "250 ok", "354 go")
        await client.hear_message()
        await asyncio.sleep(0.5)
        await client.say("250 taken")

    assert run(outcome_from(script, reply_seconds=0.2, dot_seconds=5)).kind is Kind.ACCEPTED


def test_a_server_out_of_step_is_left_before_the_message_is_sent(run):
    assert run(outcome_from(answering("250 left over", "250 ok", "250 ok", "354 go"))).kind is Kind.LOST


def test_a_reply_nobody_asked_for_ends_the_connection(run):
    async def scenario():
        async with connected(after_dot("250 taken", "250 and thanks")) as connection:
            return await send_one(connection), connection.usable

    outcome, usable = run(scenario())
    assert (outcome.kind, usable) == (Kind.ACCEPTED, False)


def test_it_is_offered_again_only_after_all_replies_of_a_packet(run):
    offered = []

    async def scenario():
        async with connected(after_dot("250 taken", "421 closing")) as connection:
            connection.on_idle = offered.append
            await send_one(connection)

    run(scenario())
    assert len(offered) == 1  # for the commands behind the dot


@pytest.mark.parametrize(
    "address",
    [
        "a@b.c>\r\nRCPT TO:<d@e.f",
        "a b@c.d",
        "a@b\n.c",
        "<a@b.c>",
        "a\0@b.c",
        "a\x85@b.c",
        "a\u2028@b.c",
        "anna",
        "",
    ],
)
def test_an_address_that_could_be_read_as_commands_fails_without_a_byte_sent(run, address):
    heard = []

    async def script(client: Client) -> None:
        await client.greet("PIPELINING")
        heard.append(await client.reader.read())

    async def scenario():
        async with connected(script) as connection:
            outcome = await send_one(connection, address)
            assert connection.idle
            connection.abort("enough")
            await asyncio.sleep(0.05)
            return outcome

    assert run(scenario()).kind is Kind.FAILED
    assert heard == [b""]


def test_a_message_over_the_announced_size_fails_without_being_sent(run):
    async def scenario():
        async with mailbox(size_limit_bytes=1000) as (port, _caught):
            connection = await Connection.open(relay_at(port))
            outcomes = [await send_one(connection, data=b"x" * size + b"\r\n") for size in (999, 998)]
            await connection.close()
            return outcomes

    too_large, fits = run(scenario())
    assert (too_large.kind, too_large.code, fits.kind) == (Kind.FAILED, 552, Kind.ACCEPTED)


def test_the_size_is_told_where_it_is_announced(run):
    heard = []

    async def script(client: Client) -> None:
        await client.greet("PIPELINING", "SIZE 5000")
        heard.extend(await take_group(client, "450 later", "503 no", "503 no"))

    run(outcome_from(script))
    assert heard[0] == f"MAIL FROM:<news@example.com> SIZE={len(LETTER)}"


def test_a_local_part_beyond_ascii_needs_smtputf8(run):
    async def scenario():
        async with connected(never_answers) as connection:
            return await send_one(connection, "jürgen@example.org")

    outcome = run(scenario())
    assert outcome.kind is Kind.FAILED
    assert "SMTPUTF8" in outcome.text


def test_international_addresses_arrive_where_smtputf8_is_announced(run):
    async def scenario():
        async with mailbox() as (port, caught):
            connection = await Connection.open(relay_at(port))
            outcome = await send_one(connection, "jürgen@bücher.example")
            await connection.close()
            return outcome, caught

    outcome, caught = run(scenario())
    assert (outcome.kind, caught[0].recipients) == (Kind.ACCEPTED, ("jürgen@xn--bcher-kva.example",))


def test_an_empty_sender_is_the_null_path(run):
    async def scenario():
        async with mailbox() as (port, caught):
            connection = await Connection.open(relay_at(port))
            await send_one(connection, sender="")
            await connection.close()
            return caught

    assert run(scenario())[0].sender == ""


def test_a_busy_connection_takes_no_second_message(run):
    async def scenario():
        async with connected(never_answers) as connection:
            connection.hand_over("a@b.c", "d@e.f", LETTER, lambda _outcome: None)
            with pytest.raises(BusyError):
                connection.hand_over("a@b.c", "g@h.i", LETTER, lambda _outcome: pytest.fail("booked"))

    run(scenario())


def test_a_thousand_bad_addresses_in_a_row_do_not_pile_up_calls(run):
    async def scenario() -> int:
        todo, failed, finished = everybody(1500), [], asyncio.Event()

        def on_idle(connection: Connection) -> None:
            if todo:
                connection.hand_over("a@b.c", todo.pop() + " ", LETTER, failed.append)
            else:
                finished.set()

        async with connected(never_answers) as connection:
            connection.on_idle = on_idle
            connection.offer()
            await finished.wait()
        return len(failed)

    assert run(scenario()) == 1500


def test_close_lets_the_message_under_way_be_answered(run):
    async def script(client: Client) -> None:
        await client.greet("PIPELINING")
        await take_group(client, "250 ok", "250 ok", "354 go")
        await client.hear_message()
        await asyncio.sleep(0.1)
        await client.say("250 taken")
        assert await client.hear() == "QUIT"
        await client.say("221 bye")

    async def scenario():
        got = []
        async with connected(script) as connection:
            connection.hand_over("a@b.c", "d@e.f", LETTER, got.append)
            await connection.close()
        return got

    assert [outcome.kind for outcome in run(scenario())] == [Kind.ACCEPTED]


def test_small_packets_are_not_held_back(run):
    async def scenario() -> int:
        async with connected(never_answers) as connection:
            plug = connection._transport.get_extra_info("socket")
            return plug.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

    assert run(scenario()) != 0
