"""Runs the built-in mailbox: what is mailed here is stored, the oldest goes when there is too much.

It is for trying out, so it is quick rather than safe: mail of the last moments before a power cut may be lost.
"""

import asyncio
import re
import signal
import socket
from collections.abc import Iterator
from email.errors import MessageError
from email.header import decode_header, make_header

import uvloop
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction

from tidings.channels.mailbox.server import CaughtMail, serve
from tidings.kernel import db

# A deletion now and then instead of one with each mail: the page shows at most this many more than it keeps.
SLACK = 100

_COLUMNS = {
    "received_at": "timestamptz",
    "sender": "text",
    "recipient": "text",
    "subject": "text",
    "size": "int4",
    "data": "bytea",
}
_SUBJECT = re.compile(rb"^subject:([^\r]*(?:\r\n[ \t][^\r]*)*)", re.IGNORECASE | re.MULTILINE)


def run(listening: socket.socket) -> None:
    """Catches mail on a bound socket until SIGTERM or SIGINT."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_catch(listening))


async def _catch(listening: socket.socket) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    server = await serve(listening, _Together().store)
    await ended.wait()
    await server.close()


class _Together:
    """Stores in one thread. What comes while that is busy goes into one transaction after it, however much it is."""

    def __init__(self) -> None:
        self._busy = asyncio.Lock()
        self._mails: list[CaughtMail] = []
        self._next: asyncio.Task[None] | None = None

    async def store(self, mails: list[CaughtMail]) -> None:
        self._mails += mails
        if self._next is None:
            self._next = asyncio.create_task(self._store_next())
        await self._next

    async def _store_next(self) -> None:
        async with self._busy:
            mails, self._mails, self._next = self._mails, [], None
            await sync_to_async(store)(mails)


def store(mails: list[CaughtMail]) -> None:
    """Stores mails, one row per recipient, and keeps the number of rows bounded."""
    try:
        _store(mails)
    except (OperationalError, InterfaceError):
        connection.close()  # the database may have been restarted since the last mail: a new connection tells
        _store(mails)


def _store(mails: list[CaughtMail]) -> None:
    with transaction.atomic():
        db.execute("SET LOCAL synchronous_commit TO off")
        with db.copy_into("mailbox_messages", list(_COLUMNS), types=list(_COLUMNS.values())) as copy:
            for mail in mails:
                for row in _rows(mail):
                    copy.write_row(row)
        _trim(sum(len(mail.recipients) for mail in mails))


def _rows(mail: CaughtMail) -> Iterator[tuple[object, ...]]:
    """One per recipient, in the order of the columns."""
    subject, size = subject_of(mail.data), len(mail.data)
    for recipient in mail.recipients:
        yield mail.received_at, mail.sender, recipient, subject, size, mail.data


def _trim(stored: int) -> None:
    """Numbers are given without gaps, but for mail that could not be stored, so nothing must be counted."""
    last = db.value("SELECT lastval()")
    if last % SLACK < stored:
        oldest = last - settings.ENVIRONMENT.mailbox_keeps
        db.execute("DELETE FROM mailbox_messages WHERE id <= %(oldest)s", {"oldest": oldest})


def subject_of(data: bytes) -> str:
    """The decoded subject of a mail, or what can be read of it."""
    found = _SUBJECT.search(b"" if data.startswith(b"\r\n") else data.partition(b"\r\n\r\n")[0])
    raw = found[1].replace(b"\r\n", b"").strip().decode(errors="replace") if found else ""
    return _decode(raw).replace("\x00", "")


def _decode(raw: str) -> str:
    if "=?" not in raw:
        return raw
    try:
        subject = str(make_header(decode_header(raw)))
    except (ValueError, LookupError, MessageError):
        return raw
    return subject.encode(errors="replace").decode()  # half a character can be encoded, but not stored
