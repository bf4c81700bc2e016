"""Greeting, EHLO, STARTTLS and AUTH: a session as asked for, or a carrier that is down, with the reason."""

import asyncio

import pytest

from tests.channels.sending import relay_at, send_one
from tests.channels.servers import (
    Client,
    LoginOnlyController,
    aiosmtpd,
    free_port,
    knows_only_anna,
    scripted,
    sink,
)
from tidings.channels.email.relay import Tls
from tidings.channels.email.smtp import Connection
from tidings.channels.outcomes import CarrierDown, Kind, Outcome

ANNA = {"user": "anna", "password": "pä:ss"}
# aiosmtpd warns of what these tests do on purpose.
login_in_the_clear = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


async def outcome_at(port: int, host: str = "localhost", **changes) -> Outcome:
    """Open, send one message, close; a carrier that is down gives its outcome."""
    try:
        connection = await Connection.open(relay_at(port, host=host, **changes))
    except CarrierDown as down:
        return down.outcome
    outcome = await send_one(connection)
    await connection.close()
    return outcome


async def outcome_of_script(script, **changes) -> Outcome:
    async with scripted(script) as port:
        return await outcome_at(port, **{"host": "127.0.0.1", **changes})


def saying(*lines: str):
    async def script(client: Client) -> None:
        for line in lines:
            await client.say(line)
            await client.hear()

    return script


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (("554 go away",), "greeting: go away"),
        (("421 too busy",), "greeting: too busy"),
        (("220 hi", "421 too busy"), "EHLO: too busy"),
        (("220 hi", "502 what", "502 what"), "EHLO: what"),
        (("HTTP/1.1 400 Bad Request",), "no SMTP reply"),
        ((), "closed the connection"),
    ],
)
def test_a_server_that_does_not_serve_is_down_with_its_own_words(run, lines, reason):
    outcome = run(outcome_of_script(saying(*lines)))
    assert outcome.kind is Kind.CARRIER_DOWN
    assert reason in outcome.text


def test_a_refusing_server_keeps_its_code(run):
    assert run(outcome_of_script(saying("554 go away"))).code == 554


def test_nobody_listening_is_a_carrier_down(run):
    assert run(outcome_at(free_port())).kind is Kind.CARRIER_DOWN


def test_a_host_without_address_is_a_carrier_down(run):
    assert run(outcome_at(25, host="relay.invalid")).kind is Kind.CARRIER_DOWN


def test_a_silent_server_is_down_after_the_time(run):
    async def script(client: Client) -> None:
        await client.hear()

    assert run(outcome_of_script(script, reply_seconds=0.1)).text == "no answer in time"


def test_a_greeting_of_many_lines_is_understood(run):
    async def script(client: Client) -> None:
        await client.say("220-welcome", "220-to this", "220 server")
        await client.hear()
        await client.say("250 script")
        await client.hear()
        await client.say("550 seen")

    assert run(outcome_of_script(script)).text == "seen"


def test_an_old_server_is_greeted_with_helo(run):
    with sink("-e", "-f", "EHLO") as server:
        assert run(outcome_at(server.port)).kind is Kind.ACCEPTED


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.OPPORTUNISTIC])
def test_starttls_protects_the_session(run, tls, certificate, server_tls):
    with aiosmtpd(tls_context=server_tls, require_starttls=True) as (server, collector):
        outcome = run(outcome_at(server.port, tls=tls, ca_file=str(certificate)))
    assert (outcome.kind, len(collector.mails)) == (Kind.ACCEPTED, 1)


def test_implicit_tls_protects_from_the_first_byte(run, certificate, server_tls):
    async def script(reader, writer):
        await saying("220 hi", "250 script", "250 ok", "250 ok", "354 go")(Client(reader, writer))
        await reader.readuntil(b"\r\n.\r\n")
        writer.write(b"250 taken\r\n")
        await reader.readline()
        writer.close()

    async def scenario():
        server = await asyncio.start_server(script, "127.0.0.1", 0, ssl=server_tls)
        async with server:
            port = server.sockets[0].getsockname()[1]
            return await outcome_at(port, tls=Tls.IMPLICIT, ca_file=str(certificate))

    assert run(scenario()).text == "taken"


def test_a_certificate_nobody_vouches_for_is_refused(run, server_tls):
    with aiosmtpd(tls_context=server_tls) as (server, _):
        outcome = run(outcome_at(server.port, tls=Tls.STARTTLS))
    assert outcome.kind is Kind.CARRIER_DOWN
    assert "certificate" in outcome.text


def test_a_certificate_of_another_host_is_refused(run, certificate, server_tls):
    with aiosmtpd(tls_context=server_tls) as (server, _):
        outcome = run(outcome_at(server.port, host="127.0.0.2", tls=Tls.STARTTLS, ca_file=str(certificate)))
    assert outcome.kind is Kind.CARRIER_DOWN


def test_no_message_goes_out_unprotected_when_starttls_is_required(run):
    with sink() as server:
        outcome = run(outcome_at(server.port, tls=Tls.STARTTLS))
    assert outcome == Outcome(Kind.CARRIER_DOWN, 0, "STARTTLS is required, but the server does not offer it")


def test_words_slipped_in_before_the_handshake_are_not_believed(run):
    async def script(client: Client) -> None:
        await client.greet("STARTTLS")
        await client.hear()
        await client.say("220 go ahead", "250 slipped in")
        await client.hear()

    outcome = run(outcome_of_script(script, tls=Tls.STARTTLS))
    assert (outcome.kind, outcome.text) == (Kind.CARRIER_DOWN, "the server talks without being asked")


@login_in_the_clear
@pytest.mark.parametrize("kind_of_server", [None, LoginOnlyController], ids=["PLAIN", "LOGIN"])
def test_it_logs_in(run, kind_of_server):
    options = {"controller": kind_of_server} if kind_of_server else {}
    with aiosmtpd(authenticator=knows_only_anna, auth_required=True, auth_require_tls=False, **options) as (
        server,
        _,
    ):
        assert run(outcome_at(server.port, tls=Tls.NONE, **ANNA)).kind is Kind.ACCEPTED


@login_in_the_clear
@pytest.mark.parametrize("kind_of_server", [None, LoginOnlyController], ids=["PLAIN", "LOGIN"])
def test_a_wrong_password_is_the_carriers_fault_not_the_recipients(run, kind_of_server):
    options = {"controller": kind_of_server} if kind_of_server else {}
    with aiosmtpd(authenticator=knows_only_anna, auth_require_tls=False, **options) as (server, _):
        outcome = run(outcome_at(server.port, tls=Tls.NONE, user="anna", password="wrong"))
    assert (outcome.kind, outcome.code) == (Kind.CARRIER_DOWN, 535)
    assert "wrong" not in outcome.text


def test_a_login_with_a_server_that_offers_none_is_a_carrier_down(run):
    with sink("-a") as server:
        outcome = run(outcome_at(server.port, tls=Tls.NONE, **ANNA))
    assert "neither AUTH PLAIN nor AUTH LOGIN" in outcome.text


def test_it_logs_in_behind_starttls(run, certificate, server_tls):
    with aiosmtpd(tls_context=server_tls, authenticator=knows_only_anna, auth_required=True) as (server, _):
        outcome = run(outcome_at(server.port, tls=Tls.STARTTLS, ca_file=str(certificate), **ANNA))
    assert outcome.kind is Kind.ACCEPTED


@pytest.mark.parametrize(
    ("hello", "line"), [("me.example.org", "EHLO me.example.org"), ("[10.0.0.1]", "EHLO [10.0.0.1]")]
)
def test_it_introduces_itself_as_told(run, hello, line):
    heard = []

    async def script(client: Client) -> None:
        await client.say("220 hi")
        heard.append(await client.hear())
        await client.say("554 that will do")

    run(outcome_of_script(script, hello=hello))
    assert heard == [line]


def test_an_opening_that_is_cancelled_leaves_no_connection_behind(run):
    ended = []

    async def script(client: Client) -> None:
        ended.append(await client.reader.read())

    async def scenario():
        async with scripted(script) as port:
            opening = asyncio.create_task(Connection.open(relay_at(port)))
            await asyncio.sleep(0.05)
            opening.cancel()
            await asyncio.wait([opening])
            await asyncio.sleep(0.05)

    run(scenario())
    assert ended == [b""]
