"""An SMTP server that keeps account of what it took, and can be told to misbehave while mail comes in.

It announces PIPELINING. A mail is noted before it is answered, so what a sender believes to have failed after the dot
shows here as taken.
"""

import asyncio
import contextlib
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple, Self

TAKEN = b"250 taken"
# Instead of an answer: the connection breaks ...
HANG_UP_IN_DATA = b"hang up in the middle of the message"
HANG_UP_AFTER_DOT = b"hang up after the message"
# The address in `RCPT TO:<address>`, and the id of a mail.
RECIPIENT = re.compile(rb"<(.*?)>")
MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>]*>)", re.IGNORECASE | re.MULTILINE)
END_OF_DATA = b"\r\n.\r\n"
LONGEST_MESSAGE_BYTES = 1024 * 1024
GREETING = b"220 relay of the tests"
EXTENSIONS = b"250-relay of the tests\r\n250 PIPELINING"


class Copy(NamedTuple):
    """One mail that was taken."""

    recipient: str
    message_id: str


class Relay:
    """A server in a thread of its own.

    `answer(recipient, nth)` gives the reply to the `nth` attempt for that recipient, from 1: `TAKEN`, a refusal at
    RCPT such as b"451 later", or one of the ways to hang up. `pause_seconds` go by before each final reply.
    """

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.host, self.port = host, 0
        self.copies: list[Copy] = []
        self.attempts: Counter[str] = Counter()
        self.answer: Callable[[str, int], bytes] = lambda _recipient, _nth: TAKEN
        self.pause_seconds = 0.0
        self._loop = asyncio.new_event_loop()
        self._answering = asyncio.Event()
        self._answering.set()
        self._talks: set[asyncio.Task] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="relay")

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._run(asyncio.start_server(self._talk, self.host, 0, limit=LONGEST_MESSAGE_BYTES))
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_error: object) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def taken_by(self) -> Counter[str]:
        """How many copies each recipient got."""
        return Counter(copy.recipient for copy in self.copies)

    def message_ids(self, recipient: str) -> set[str]:
        """The ids of the copies of one recipient."""
        return {copy.message_id for copy in self.copies if copy.recipient == recipient}

    def begin_anew(self) -> None:
        """Forgets all mail and how it was to answer."""
        self.copies.clear()
        self.attempts.clear()
        self.answer = lambda _recipient, _nth: TAKEN

    def stop_answering(self) -> None:
        """From now on it says nothing any more, though it goes on to read, to take and to let clients connect."""
        self._loop.call_soon_threadsafe(self._answering.clear)

    def go_on(self) -> None:
        """Answers again, also what it had not answered."""
        self._loop.call_soon_threadsafe(self._answering.set)

    @contextlib.contextmanager
    def away(self) -> Iterator[None]:
        """Nobody listens on the port, and all connections break."""
        self._run(self._close())
        yield
        self._server = self._run(asyncio.start_server(self._talk, self.host, self.port))

    def _run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _close(self) -> None:
        self._server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._talks.add(asyncio.current_task())
        try:
            await _Session(self, reader, writer).hold()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._talks.discard(asyncio.current_task())
            writer.transport.abort()

    async def answers(self) -> None:
        """Returns when the relay answers."""
        await self._answering.wait()

    def verdict(self, recipient: str) -> bytes:
        """What becomes of the next attempt for a recipient."""
        self.attempts[recipient] += 1
        return self.answer(recipient, self.attempts[recipient])


class _Session:
    """One connection, from greeting to QUIT."""

    def __init__(self, relay: Relay, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._relay, self._reader, self._writer = relay, reader, writer
        self._recipient, self._verdict = "", b""

    async def hold(self) -> None:
        await self._say(GREETING)
        while line := await self._reader.readline():
            word = line[:4].upper().strip()
            if word == b"RCPT":
                await self._say(self._hear_recipient(line))
            elif word == b"DATA":
                await self._take_message()
            else:
                await self._say(
                    EXTENSIONS if word == b"EHLO" else b"221 bye" if word == b"QUIT" else b"250 ok"
                )
            if word == b"QUIT":
                return

    async def _say(self, line: bytes) -> None:
        await self._relay.answers()
        self._writer.write(line + b"\r\n")
        await self._writer.drain()

    def _hear_recipient(self, line: bytes) -> bytes:
        recipient = RECIPIENT.search(line)[1].decode()
        self._verdict = self._relay.verdict(recipient)
        refused = self._verdict[:1] in b"45"
        self._recipient = "" if refused else recipient
        return self._verdict if refused else b"250 ok"

    async def _take_message(self) -> None:
        if not self._recipient:
            await self._say(b"503 nobody to send to")
            return
        await self._say(b"354 go on")
        if self._verdict == HANG_UP_IN_DATA:
            await self._reader.readline()
            raise ConnectionAbortedError
        data = await self._reader.readuntil(END_OF_DATA)
        self._relay.copies.append(Copy(self._recipient, MESSAGE_ID.search(data)[1].decode()))
        if self._verdict == HANG_UP_AFTER_DOT:
            raise ConnectionAbortedError
        if self._relay.pause_seconds:
            await asyncio.sleep(self._relay.pause_seconds)
        await self._say(TAKEN)
