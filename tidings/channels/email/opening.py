"""The opening of an SMTP session: TCP, greeting, EHLO, STARTTLS and AUTH, up to the first message.

It happens once in thousands of messages, so it is written to be read: one awaited command after the other.
"""

import asyncio
import base64
import socket
import ssl
from collections import deque
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, NoReturn

from tidings.channels.email.relay import Relay, Tls
from tidings.channels.email.replies import NotSmtpError, Reply, ReplyReader, decoded
from tidings.channels.outcomes import CarrierDown, Kind, Outcome

READY, DONE, AUTHENTICATED, GO_ON = 220, 250, 235, 334
NO_SUCH_COMMAND = {500, 501, 502, 504, 550}  # what servers older than ESMTP say to EHLO


@dataclass(frozen=True, slots=True)
class Extensions:
    """What the server announced that changes how we talk to it. `size` is in bytes; 0: no limit told."""

    pipelining: bool = False
    smtputf8: bool = False
    starttls: bool = False
    size: int = 0
    login_by: frozenset[str] = frozenset()


class Session(NamedTuple):
    """An open session, ready for its first MAIL."""

    transport: asyncio.Transport
    extensions: Extensions


async def open_session(relay: Relay, loop: asyncio.AbstractEventLoop) -> Session:
    """Connect and introduce ourselves as the relay asks. Raises CarrierDown."""
    dialogue = _Dialogue(relay, loop)
    try:
        async with asyncio.timeout(relay.connect_seconds):
            await dialogue.connect()
        return await _introduce(dialogue)
    except TimeoutError as fault:
        dialogue.abandon()
        raise _down(relay, "no answer in time") from fault
    except (OSError, NotSmtpError) as fault:  # ssl.SSLError is an OSError
        dialogue.abandon()
        raise _down(relay, str(fault) or type(fault).__name__) from fault
    except BaseException:  # also on cancellation: no half-open connection stays behind
        dialogue.abandon()
        raise


class _Dialogue(asyncio.Protocol):
    """Commands and replies, one at a time."""

    def __init__(self, relay: Relay, loop: asyncio.AbstractEventLoop) -> None:
        self.relay = relay
        self.transport: asyncio.Transport | None = None
        self._loop = loop
        self._reader = ReplyReader()
        self._replies: deque[Reply] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._fault: Exception | None = None

    async def connect(self) -> None:
        # Both event loops set TCP_NODELAY on every TCP connection.
        relay = self.relay
        tls = _ssl_context(relay.tls, relay.ca_file) if relay.tls is Tls.IMPLICIT else None
        await self._loop.create_connection(lambda: self, relay.host, relay.port, ssl=tls)

    async def ask(self, line: str) -> Reply:
        self.open_transport().write(line.encode() + b"\r\n")
        return await self.reply()

    async def reply(self) -> Reply:
        async with asyncio.timeout(self.relay.reply_seconds):
            while not self._replies:
                if self._fault:
                    raise self._fault
                self._waiter = self._loop.create_future()
                await self._waiter
        return self._replies.popleft()

    async def start_tls(self) -> None:
        self.ensure_quiet()  # what came before the handshake could have been put there by anybody
        relay = self.relay
        async with asyncio.timeout(relay.connect_seconds):
            self.transport = await self._loop.start_tls(
                self.open_transport(),
                self,
                _ssl_context(relay.tls, relay.ca_file),
                server_hostname=relay.host,
            )

    def open_transport(self) -> asyncio.Transport:
        if self.transport is None:
            raise self._fault or ConnectionError("the server closed the connection")
        return self.transport

    def ensure_quiet(self) -> None:
        if self._fault:
            raise self._fault
        if self._replies or not self._reader.is_empty:
            raise NotSmtpError("the server talks without being asked")

    def refuse(self, what: str, code: int, text: bytes) -> NoReturn:
        outcome = Outcome(Kind.CARRIER_DOWN, code, f"{what}: {decoded(text)}")
        raise CarrierDown(str(self.relay), outcome)

    def abandon(self) -> None:
        if self.transport:
            self.transport.abort()

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]  # a TCP transport, plain or under TLS

    def data_received(self, data: bytes) -> None:
        try:
            self._replies += self._reader.feed(data)
        except NotSmtpError as fault:
            self._fault = fault
        self._wake()

    def eof_received(self) -> None:
        self._fault = self._fault or ConnectionError("the server closed the connection")
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._fault = self._fault or exc or ConnectionError("the server closed the connection")
        self._wake()

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)


async def _introduce(dialogue: _Dialogue) -> Session:
    relay = dialogue.relay
    code, text = await dialogue.reply()
    if code != READY:
        dialogue.refuse("greeting", code, text)
    extensions = await _hello(dialogue)
    if relay.tls is Tls.STARTTLS or (relay.tls is Tls.OPPORTUNISTIC and extensions.starttls):
        extensions = await _protect(dialogue, extensions)
    if relay.user:
        await _log_in(dialogue, extensions)
    dialogue.ensure_quiet()
    return Session(dialogue.open_transport(), extensions)


async def _hello(dialogue: _Dialogue) -> Extensions:
    name = dialogue.relay.hello or _own_name(dialogue.open_transport())
    code, text = await dialogue.ask(f"EHLO {name}")
    if code == DONE:
        return _extensions(decoded(text))
    if code in NO_SUCH_COMMAND:
        code, text = await dialogue.ask(f"HELO {name}")
    if code != DONE:
        dialogue.refuse("EHLO", code, text)
    return Extensions()


async def _protect(dialogue: _Dialogue, extensions: Extensions) -> Extensions:
    if not extensions.starttls:
        raise _down(dialogue.relay, "STARTTLS is required, but the server does not offer it")
    code, text = await dialogue.ask("STARTTLS")
    if code != READY:
        dialogue.refuse("STARTTLS", code, text)
    await dialogue.start_tls()
    return await _hello(dialogue)  # what was announced in the clear no longer counts


async def _log_in(dialogue: _Dialogue, extensions: Extensions) -> None:
    user, password = dialogue.relay.user, dialogue.relay.password
    if "PLAIN" in extensions.login_by:
        secret = _base64(f"\0{user}\0{password}")
        code, text = await dialogue.ask(f"AUTH PLAIN {secret}")
    elif "LOGIN" in extensions.login_by:
        code, text = await _log_in_stepwise(dialogue, user, password)
    else:
        raise _down(dialogue.relay, "the server offers neither AUTH PLAIN nor AUTH LOGIN")
    if code != AUTHENTICATED:
        dialogue.refuse("AUTH", code, text)


async def _log_in_stepwise(dialogue: _Dialogue, user: str, password: str) -> Reply:
    code, text = await dialogue.ask("AUTH LOGIN")
    for secret in (user, password):
        if code != GO_ON:
            break
        code, text = await dialogue.ask(_base64(secret))
    return code, text


@lru_cache
def _ssl_context(tls: Tls, ca_file: str) -> ssl.SSLContext:
    # Remembered, because reading the system's certificates takes longer than all the rest of an opening.
    context = ssl.create_default_context(cafile=ca_file or None)
    if tls is Tls.OPPORTUNISTIC:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _extensions(ehlo: str) -> Extensions:
    words = [line.upper().replace("AUTH=", "AUTH ").split() for line in ehlo.splitlines()[1:]]
    announced = {line[0]: line[1:] for line in words if line}
    size = next(iter(announced.get("SIZE", ())), "0")
    return Extensions(
        pipelining="PIPELINING" in announced,
        smtputf8="SMTPUTF8" in announced,
        starttls="STARTTLS" in announced,
        size=int(size) if size.isascii() and size.isdigit() else 0,
        login_by=frozenset(announced.get("AUTH", ())),
    )


def _own_name(transport: asyncio.Transport) -> str:
    name = socket.gethostname()
    if "." in name:
        return name
    address = transport.get_extra_info("sockname")[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def _base64(secret: str) -> str:
    return base64.b64encode(secret.encode()).decode()


def _down(relay: Relay, reason: str) -> CarrierDown:
    return CarrierDown(str(relay), Outcome(Kind.CARRIER_DOWN, 0, reason))
