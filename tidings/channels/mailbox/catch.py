"""Runs the built-in mailbox: what is mailed here is stored, the oldest goes when there is too much."""

import asyncio
import signal
import socket
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser

import uvloop
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections, transaction

from tidings.channels.mailbox.models import CaughtMessage
from tidings.channels.mailbox.server import CaughtMail, serve
from tidings.kernel import db

# A deletion now and then instead of one with each mail: the page shows at most this many more than it keeps.
SLACK = 100

_TRIM = """
DELETE FROM mailbox_messages WHERE id <= (
    SELECT id FROM mailbox_messages ORDER BY id DESC OFFSET %(keep)s LIMIT 1)
"""


def run(listening: socket.socket) -> None:
    """Catches mail on a bound socket until SIGTERM or SIGINT."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_catch(listening))


async def _catch(listening: socket.socket) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    server = await serve(listening, sync_to_async(store))
    await ended.wait()
    await server.close()


def store(mails: list[CaughtMail]) -> None:
    """Stores mails, one row per recipient, and keeps the number of rows bounded."""
    close_old_connections()
    rows = [
        CaughtMessage(
            received_at=mail.received_at,
            sender=mail.sender,
            recipient=recipient,
            subject=subject_of(mail.data),
            size=len(mail.data),
            data=mail.data,
        )
        for mail in mails
        for recipient in mail.recipients
    ]
    with transaction.atomic():
        CaughtMessage.objects.bulk_create(rows)
        last = rows[-1].pk
        if last % SLACK < len(rows):
            db.execute(_TRIM, {"keep": settings.ENVIRONMENT.mailbox_keeps})


def subject_of(data: bytes) -> str:
    """The decoded subject of a mail, or what can be read of it."""
    raw = str(BytesHeaderParser().parsebytes(data).get("Subject", ""))
    try:
        return str(make_header(decode_header(raw))).replace("\x00", "")
    except (ValueError, LookupError):
        return raw.encode("utf-8", "replace").decode().replace("\x00", "")
