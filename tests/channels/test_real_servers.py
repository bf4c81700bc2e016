"""A sendout through real mail servers of many kinds: each has every copy once, and each recipient is accounted for."""

import asyncio
from collections import Counter
from collections.abc import Callable

import pytest
from aiosmtpd.controller import Controller

from tests import workers
from tests.channels.postfix import postfix
from tests.channels.sending import relay_at
from tests.channels.servers import Collector, aiosmtpd, free_port, knows_only_anna, sink
from tidings.channels.email.relay import Relay, Tls
from tidings.sendouts.queries import accounting, verify

MEMBERS = 250
SLOW_MEMBERS = 12
SLOW_SECONDS = 0.2
MOST_PER_CONNECTION = 100


@pytest.fixture
def send(committed, make_sendout) -> Callable[..., Counter[str]]:
    """Sends to so many through a relay; everyone must be accepted. Who is to have one copy."""

    def send(relay: Relay, members: int = MEMBERS) -> Counter[str]:
        sendout = make_sendout(members=members)
        workers.run_through(relay)
        assert verify(sendout) == []
        assert accounting(sendout).accepted == members
        return Counter(f"p{n:04}@example.com" for n in range(1, members + 1))

    return send


def taken_by(collector: Collector) -> Counter[str]:
    return Counter(recipient for mail in collector.mails for recipient in mail.recipients)


def test_postfix_has_everyone_in_its_queue_on_disk(send):
    with postfix() as server:
        assert send(relay_at(server.port, "pool=4&starttls=never")) == server.recipients()


def test_aiosmtpd_has_everyone(send):
    with aiosmtpd() as (server, collector):
        assert send(relay_at(server.port, "pool=4&starttls=never")) == taken_by(collector)


def test_a_server_with_neither_pipelining_nor_chunking_has_everyone(send):
    with sink("-p") as server:
        assert send(relay_at(server.port, "pool=4&starttls=never")) == Counter(server.recipients())


def test_a_server_with_starttls_and_a_login_has_everyone(send, certificate, server_tls):
    with aiosmtpd(tls_context=server_tls, authenticator=knows_only_anna, auth_required=True) as (
        server,
        collector,
    ):
        secure = {"tls": Tls.STARTTLS, "ca_file": str(certificate), "user": "anna", "password": "pä:ss"}
        assert send(relay_at(server.port, "pool=4", **secure)) == taken_by(collector)


class Slow(Collector):
    """Thinks before it answers a command."""

    async def handle_EHLO(self, _server, session, _envelope, hostname, responses) -> list[str]:  # noqa: N802
        session.host_name = hostname
        await asyncio.sleep(SLOW_SECONDS)
        return responses

    async def handle_MAIL(self, _server, _session, envelope, address, _options) -> str:  # noqa: N802
        await asyncio.sleep(SLOW_SECONDS)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, _server, _session, envelope, address, _options) -> str:  # noqa: N802
        await asyncio.sleep(SLOW_SECONDS)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        await asyncio.sleep(SLOW_SECONDS)
        return await super().handle_DATA(server, session, envelope)


class Sparing(Collector):
    """Takes so many messages on a connection; then it says 421 and closes it, as providers do."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: Counter[object] = Counter()

    async def handle_MAIL(self, server, session, envelope, address, _options) -> str:  # noqa: N802
        self.messages[session] += 1
        if self.messages[session] > MOST_PER_CONNECTION:
            server.transport.write(b"421 4.7.0 Too many messages on this connection\r\n")
            server.transport.close()
        envelope.mail_from = address
        return "250 OK"


def collected(collector: Collector, send: Callable[[int], Counter[str]]) -> None:
    """Lets `send` run into a server that behaves like this collector; it must have everyone."""
    server = Controller(collector, hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        assert send(server.port) == taken_by(collector)
    finally:
        server.stop()


def test_a_server_that_thinks_200_ms_about_each_command_has_everyone(send):
    collected(Slow(), lambda port: send(relay_at(port, "pool=6&starttls=never"), SLOW_MEMBERS))


def test_a_server_that_takes_100_messages_on_a_connection_has_everyone(send):
    sparing = Sparing()
    collected(sparing, lambda port: send(relay_at(port, "pool=2&starttls=never")))
    assert max(sparing.messages.values()) == MOST_PER_CONNECTION + 1
