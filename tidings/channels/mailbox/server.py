"""A small SMTP server that takes every mail and stores it before it says so.

Extensions: PIPELINING, SIZE, 8BITMIME, SMTPUTF8. A mail ends only at CRLF.CRLF, and one with a bare CR or LF
is refused, so nobody can smuggle a second mail inside the first.
"""

import asyncio
import logging
import re
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

SIZE_LIMIT_BYTES = 25 * 1024 * 1024  # what the large mailbox providers take
LINE_LIMIT_BYTES = 2048  # RFC 5321 asks for 512, our extensions add less than 100
MOST_RECIPIENTS = 1000  # of one mail; RFC 5321 asks for at least 100
IDLE_SECONDS = 300.0  # RFC 5321 4.5.3.2.7
SHORTEST_LOOK_SECONDS = 1.0  # while a slow `store` keeps a client waiting beyond its idle time
BATCH_MAILS = 100
# How long a mail waits for others, so that one `store` takes them together. Senders wait for our answer
# before they send the next mail, so every millisecond here is one less of sending.
GATHER_SECONDS = 0.001
READ_AHEAD_BYTES = 64 * 1024  # of commands, while a mail is being stored

END_OF_MAIL = b"\r\n.\r\n"
PATH_COMMAND = re.compile(r"(?:FROM|TO): ?<([^<>\s]*)>((?: [^ ]+)*) *", re.IGNORECASE)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CaughtMail:
    """A mail as it was sent: `data` has CRLF line ends and no dot-stuffing; `sender` may be empty."""

    received_at: datetime
    sender: str
    recipients: tuple[str, ...]
    data: bytes


Store = Callable[[list[CaughtMail]], Awaitable[None]]


class MailboxServer:
    """A running server; `serve` makes it."""

    def __init__(self, server: asyncio.Server, catcher: "_Catcher") -> None:
        self._server = server
        self._catcher = catcher
        self.port: int = server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Take no more mail, finish storing what came, answer for it, and close all connections."""
        self._server.close()
        await self._catcher.finish()
        for session in tuple(self._catcher.sessions):
            session.dismiss("421 4.3.2 closing")
        await self._server.wait_closed()


async def serve(
    where: socket.socket | tuple[str, int],
    store: Store,
    *,
    hostname: str = "mailbox.tidings.localhost",
    size_limit_bytes: int = SIZE_LIMIT_BYTES,
    gather_seconds: float = GATHER_SECONDS,
    idle_seconds: float = IDLE_SECONDS,
) -> MailboxServer:
    """Listen on a bound socket or on (host, port); port 0 takes a free one.

    `store` gets the mails in batches of up to 100, and each is answered with 250 only after it returned. When
    it raises, the senders of that batch are told to try again later. Several calls may run at once.
    """
    catcher = _Catcher(store, hostname, size_limit_bytes, gather_seconds, idle_seconds)
    loop = asyncio.get_running_loop()
    if isinstance(where, socket.socket):
        server = await loop.create_server(lambda: _Session(catcher), sock=where)
    else:
        server = await loop.create_server(lambda: _Session(catcher), *where)
    return MailboxServer(server, catcher)


class _Catcher:
    """What the sessions share: the limits, and the batch that is being gathered."""

    def __init__(
        self, store: Store, hostname: str, size_limit: int, gather_seconds: float, idle_seconds: float
    ) -> None:
        self.hostname = hostname
        self.size_limit = size_limit
        self.idle_seconds = idle_seconds
        self.closing = False
        self.sessions: set[_Session] = set()
        self._store = store
        self._gather_seconds = gather_seconds
        self._batch: list[tuple[CaughtMail, _Session]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._storing: set[asyncio.Task[None]] = set()

    def catch(self, mail: CaughtMail, session: "_Session") -> None:
        self._batch.append((mail, session))
        if len(self._batch) >= BATCH_MAILS:
            self._flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._gather_seconds, self._flush)

    async def finish(self) -> None:
        self.closing = True
        while self._batch or self._storing:
            self._flush()
            await asyncio.wait(self._storing)

    def _flush(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
        batch, self._batch = self._batch, []
        if batch:
            task = asyncio.create_task(self._store_batch(batch))
            self._storing.add(task)
            task.add_done_callback(self._storing.discard)

    async def _store_batch(self, batch: list[tuple[CaughtMail, "_Session"]]) -> None:
        answer = "451 4.3.0 the mail could not be stored, try again later"
        try:
            await self._store([mail for mail, _ in batch])
            answer = "250 2.0.0 stored"
        except Exception:
            log.exception("could not store %d caught mails", len(batch))
        finally:
            for _, session in batch:
                session.answer_mail(answer)


class _Session(asyncio.Protocol):
    """One client: its unread bytes and its transaction."""

    def __init__(self, catcher: _Catcher) -> None:
        self._catcher = catcher
        self._transport: asyncio.Transport
        self._buffer = bytearray()
        self._commands: dict[str, Callable[[str], str]] = {
            "EHLO": self._ehlo,
            "HELO": self._helo,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._start_data,
            "RSET": self._rset,
            "NOOP": lambda _: "250 2.0.0 ok",
            "VRFY": lambda _: "252 2.5.0 everything is caught here",
        }
        self._greeted = False
        self._reads_mail = False
        self._searched = 0  # how far of the buffer was searched for the end of the mail
        self._oversized = False
        self._waiting = False  # for a mail to be stored; commands wait too
        self._eof = False
        self._heard_at = asyncio.get_running_loop().time()
        self._idle_timer: asyncio.TimerHandle | None = None
        self._forget_transaction()

    def _forget_transaction(self) -> None:
        self._sender: str | None = None
        self._recipients: list[str] = []
        self._utf8 = False

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a server's transport can read and write
        self._catcher.sessions.add(self)
        self._say(f"220 {self._catcher.hostname} ESMTP catches everything")
        self._watch_idleness()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._catcher.sessions.discard(self)
        if self._idle_timer:
            self._idle_timer.cancel()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._heard_at = asyncio.get_running_loop().time()
        if not self._waiting:
            self._read_on()
        elif len(self._buffer) > READ_AHEAD_BYTES:
            self._transport.pause_reading()

    def eof_received(self) -> bool:
        """Keep the connection open for the answer that a mail still waits for."""
        self._eof = True
        return self._waiting

    # Reading.

    def _read_on(self) -> None:
        answers: list[str] = []
        while not self._waiting and not self._transport.is_closing():
            answer = self._read_mail() if self._reads_mail else self._read_command()
            if answer is None:
                break
            answers.append(answer)
            if answer.startswith(("221", "421")):
                break
        if answers:
            self._say(*answers)
        if answers and answers[-1].startswith(("221", "421")):
            self._transport.close()

    def _read_command(self) -> str | None:
        end = self._buffer.find(b"\r\n")
        if end > LINE_LIMIT_BYTES or (end < 0 and len(self._buffer) > LINE_LIMIT_BYTES):
            return "421 5.5.2 command line too long"
        if end < 0:
            return None
        line = bytes(self._buffer[:end])
        answer = self._obey(line)
        # The line end before the mail stays: then even an empty mail ends in CRLF.CRLF.
        del self._buffer[: end if self._reads_mail else end + 2]
        return answer

    def _obey(self, line: bytes) -> str:
        try:
            text = line.decode()
        except UnicodeDecodeError:
            return "500 5.5.2 the command is not UTF-8"
        if not text.isprintable():
            return "500 5.5.2 control character or bare line end in the command"
        verb, _, argument = text.partition(" ")
        if verb.upper() == "QUIT":
            return "221 2.0.0 bye"
        command = self._commands.get(verb.upper())
        return command(argument) if command else "502 5.5.1 command not known"

    def _read_mail(self) -> str | None:
        end = self._buffer.find(END_OF_MAIL, max(0, self._searched - len(END_OF_MAIL)))
        size = (len(self._buffer) if end < 0 else end + 2) - 2
        self._oversized = self._oversized or size > self._catcher.size_limit
        if end < 0:
            if self._oversized:
                del self._buffer[: -len(END_OF_MAIL)]
            self._searched = len(self._buffer)
            return None
        data = bytes(self._buffer[: end + 2])
        del self._buffer[: end + len(END_OF_MAIL)]
        return self._end_mail(data)

    def _end_mail(self, data: bytes) -> str | None:
        """Take a mail that begins with the line end before it."""
        sender, recipients, oversized = self._sender or "", tuple(self._recipients), self._oversized
        self._forget_transaction()
        self._reads_mail = self._oversized = False
        self._searched = 0
        if oversized:
            return f"552 5.3.4 the mail is larger than {self._catcher.size_limit} bytes"
        if not data.count(b"\n") == data.count(b"\r") == data.count(b"\r\n"):
            return "550 5.6.0 the mail has a bare CR or LF; lines must end in CRLF"
        self._waiting = True
        unstuffed = data.replace(b"\r\n.", b"\r\n")[2:]
        self._catcher.catch(CaughtMail(datetime.now(UTC), sender, recipients, unstuffed), self)
        return None

    def answer_mail(self, answer: str) -> None:
        """Answer for a mail that `store` has dealt with, and go on reading."""
        self._waiting = False
        self._say(answer)
        self._transport.resume_reading()
        self._heard_at = asyncio.get_running_loop().time()
        self._read_on()
        if self._eof and not self._waiting:
            self._transport.close()

    # Commands.

    def _helo(self, _name: str) -> str:
        self._greeted = True
        self._forget_transaction()
        return f"250 {self._catcher.hostname}"

    def _ehlo(self, name: str) -> str:
        extensions = ("PIPELINING", f"SIZE {self._catcher.size_limit}", "8BITMIME", "SMTPUTF8")
        lines = (self._helo(name)[4:], *extensions)
        return "\r\n".join((*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"))

    def _mail(self, argument: str) -> str:
        match = PATH_COMMAND.fullmatch(argument)
        if self._catcher.closing:
            return "421 4.3.2 closing"
        if not self._greeted:
            return "503 5.5.1 say EHLO first"
        if self._sender is not None:
            return "503 5.5.1 there is a MAIL already"
        if not match or not argument.upper().startswith("FROM"):
            return "501 5.5.4 write MAIL FROM:<address>"
        return self._parameters(match[2].upper().split()) or self._begin(match[1])

    def _parameters(self, words: list[str]) -> str:
        """Take MAIL's parameters; return the refusal, if any."""
        self._utf8 = "SMTPUTF8" in words
        for word in words:
            name, _, value = word.partition("=")
            if name == "SIZE" and value.isdecimal():
                if int(value) > self._catcher.size_limit:
                    return f"552 5.3.4 the mail is larger than {self._catcher.size_limit} bytes"
            elif word not in {"SMTPUTF8", "BODY=7BIT", "BODY=8BITMIME"}:
                return f"555 5.5.4 parameter {name} not known"
        return ""

    def _begin(self, sender: str) -> str:
        if not sender.isascii() and not self._utf8:
            return "553 5.6.7 the address needs the parameter SMTPUTF8"
        self._sender = sender
        return "250 2.1.0 ok"

    def _rcpt(self, argument: str) -> str:
        match = PATH_COMMAND.fullmatch(argument)
        if self._sender is None:
            return "503 5.5.1 say MAIL first"
        if not match or not match[1] or not argument.upper().startswith("TO"):
            return "501 5.5.4 write RCPT TO:<address>"
        if match[2]:
            return "555 5.5.4 no parameters known"
        if not match[1].isascii() and not self._utf8:
            return "553 5.6.7 the address needs MAIL with the parameter SMTPUTF8"
        if len(self._recipients) == MOST_RECIPIENTS:
            return f"452 4.5.3 more than {MOST_RECIPIENTS} recipients"
        self._recipients.append(match[1])
        return "250 2.1.5 ok"

    def _start_data(self, argument: str) -> str:
        if argument:
            return "501 5.5.4 DATA takes nothing"
        if not self._recipients:
            return "503 5.5.1 no recipient yet"
        self._reads_mail = True
        return "354 end with a dot on a line of its own"

    def _rset(self, _argument: str) -> str:
        self._forget_transaction()
        return "250 2.0.0 ok"

    # Speaking.

    def dismiss(self, reason: str) -> None:
        """Say why, and close."""
        if not self._transport.is_closing():
            self._say(reason)
            self._transport.close()

    def _say(self, *answers: str) -> None:
        self._transport.write("".join(f"{answer}\r\n" for answer in answers).encode())

    def _watch_idleness(self) -> None:
        """Look whether the client has been silent for too long, and when to look again."""
        loop = asyncio.get_running_loop()
        left = self._heard_at + self._catcher.idle_seconds - loop.time()
        if left <= 0 and not self._waiting:
            self.dismiss("421 4.4.2 idle for too long")
        else:
            self._idle_timer = loop.call_later(max(left, SHORTEST_LOOK_SECONDS), self._watch_idleness)
