"""Real servers for the tests of channels, all on loopback and on free ports."""

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from tidings.channels.mailbox.server import CaughtMail, serve

START_SECONDS = 10


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        assert time.monotonic() < deadline, f"nothing listens on port {port} after {START_SECONDS} s"
        time.sleep(0.01)


class Sink:
    """Postfix's smtp-sink, which announces PIPELINING (unless it refuses commands) and dumps what it gets."""

    def __init__(self, folder: Path, *options: str) -> None:
        program = shutil.which("smtp-sink", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        assert program, "smtp-sink is missing: install the system package postfix (its daemon need not run)"
        self.port = free_port()
        self._folder = folder
        folder.chmod(0o777)  # smtp-sink gives up root before it writes there
        as_user = ("-u", "postfix") if os.geteuid() == 0 else ()
        listen = (f"127.0.0.1:{self.port}", "100")
        self._process = subprocess.Popen([program, *as_user, "-D", str(folder / "dump"), *options, *listen])

    def recipients(self) -> list[str]:
        """Who got a mail, in no order."""
        lines = [line for dump in self._folder.iterdir() for line in dump.read_text().splitlines()]
        return [line.split("<")[1].split(">")[0] for line in lines if line.startswith("X-Rcpt-Args:")]

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(START_SECONDS)


@contextlib.contextmanager
def sink(*options: str) -> Iterator[Sink]:
    with tempfile.TemporaryDirectory() as folder:
        server = Sink(Path(folder), *options)
        try:
            wait_for_port(server.port)
            yield server
        finally:
            server.stop()


class Collector:
    """aiosmtpd's handler: an independent server without PIPELINING."""

    def __init__(self) -> None:
        self.mails: list[CaughtMail] = []

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802 - aiosmtpd's name
        mail = CaughtMail(None, envelope.mail_from, tuple(envelope.rcpt_tos), envelope.original_content)
        self.mails.append(mail)
        return "250 OK"


class PlainSMTP(SMTP):
    """Only AUTH LOGIN, to see the stepwise login."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, auth_exclude_mechanism=["PLAIN"], **kwargs)


class LoginOnlyController(Controller):
    def factory(self) -> SMTP:
        return PlainSMTP(self.handler, **self.SMTP_kwargs)


def knows_only_anna(_server, _session, _envelope, _mechanism, login) -> AuthResult:
    known = (login.login, login.password) == (b"anna", "pä:ss".encode())
    return AuthResult(success=known, handled=False)


@contextlib.contextmanager
def aiosmtpd(
    *, controller: type[Controller] = Controller, **options
) -> Iterator[tuple[Controller, Collector]]:
    collector = Collector()
    server = controller(collector, hostname="127.0.0.1", port=free_port(), **options)
    server.start()
    try:
        yield server, collector
    finally:
        server.stop()


@contextlib.asynccontextmanager
async def mailbox(**options) -> AsyncIterator[tuple[int, list[CaughtMail]]]:
    """Our own mailbox server: its port and what it caught."""
    caught: list[CaughtMail] = []

    async def store(mails: list[CaughtMail]) -> None:
        caught.extend(mails)

    server = await serve(("127.0.0.1", 0), store, **options)
    try:
        yield server.port, caught
    finally:
        await server.close()


class Client:
    """The server's end of one connection, for scripts."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def hear(self) -> str:
        """Wait for the next line; raises ConnectionError at the end."""
        line = await self.reader.readline()
        if not line:
            raise ConnectionResetError
        return line.decode().rstrip("\r\n")

    async def say(self, *lines: str) -> None:
        self.writer.write("".join(f"{line}\r\n" for line in lines).encode())
        await self.writer.drain()

    async def hear_message(self) -> bytes:
        return await self.reader.readuntil(b"\r\n.\r\n")

    async def greet(self, *extensions: str) -> None:
        """Greet and answer EHLO, announcing the extensions."""
        await self.say("220 script")
        await self.hear()
        lines = ("script", *extensions)
        await self.say(*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}")

    async def take_message(self) -> str:
        """Play the server's part of one pipelined message; return its recipient. Leave at QUIT."""
        if await self.hear() == "QUIT":
            raise ConnectionResetError
        rcpt = await self.hear()
        await self.hear()
        await self.say("250-ok", "250 go on", "250 ok", "354 go")
        await self.hear_message()
        await self.say("250 taken")
        return rcpt.split("<")[1].split(">")[0]


Script = Callable[[Client], Awaitable[None]]


@contextlib.asynccontextmanager
async def scripted(script: Script, port: int = 0) -> AsyncIterator[int]:
    """A server that plays `script` with each connection and then closes it; gives the port."""
    tasks: set[asyncio.Task] = set()

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.current_task())
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await script(Client(reader, writer))
        writer.close()

    server = await asyncio.start_server(play, "127.0.0.1", port, limit=2**24)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
