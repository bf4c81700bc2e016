"""The built-in mailbox stores what it catches, bounded, and readable whatever its headers are."""

import os
import signal
import smtplib
import socket
import subprocess
import sys
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from tidings.channels.mailbox.catch import SLACK, store, subject_of
from tidings.channels.mailbox.models import CaughtMessage
from tidings.channels.mailbox.server import CaughtMail


def mail(*recipients: str, data: bytes = b"Subject: Hello\r\n\r\nGood morning!\r\n") -> CaughtMail:
    return CaughtMail(datetime.now(UTC), "news@example.org", recipients, data)


def test_a_mail_is_stored_once_per_recipient(committed):
    store([mail("anna@example.com", "berta@example.com")])
    caught = CaughtMessage.objects.order_by("id")
    assert [message.recipient for message in caught] == ["anna@example.com", "berta@example.com"]
    assert (caught[0].sender, caught[0].subject) == ("news@example.org", "Hello")
    assert bytes(caught[0].data).endswith(b"Good morning!\r\n")
    assert caught[0].size == len(caught[0].data)


def test_the_oldest_go_when_there_are_too_many(committed, set_environment):
    set_environment(mailbox_keeps=10)
    for _ in range(3):
        store([mail(f"p{n}@example.com") for n in range(SLACK)])
    assert 10 <= CaughtMessage.objects.count() <= 10 + SLACK
    assert CaughtMessage.objects.latest("id").recipient == f"p{SLACK - 1}@example.com"


@pytest.mark.parametrize(
    ("header", "subject"),
    [
        (b"Subject: Plain", "Plain"),
        (b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"Subject: =?utf-8?b?R3LDvMOfZQ==?=", "Grüße"),
        (b"X-Other: 1", ""),
        (b"Subject: =?no-such-charset?q?a?=", "=?no-such-charset?q?a?="),
        (b"Subject: a\x00b", "ab"),
    ],
)
def test_a_subject_is_decoded_as_far_as_it_can_be(header, subject):
    assert subject_of(header + b"\r\n\r\nbody\r\n") == subject


def test_a_subject_of_raw_bytes_can_be_stored(committed):
    store([mail("anna@example.com", data=b"Subject: Gr\xfc\xdfe\r\n\r\nbody\r\n")])
    assert CaughtMessage.objects.get().subject.startswith("Gr")


def test_a_mail_that_was_answered_is_stored_also_when_the_mailbox_is_ended(test_environment):
    program = "import django, socket, sys; django.setup(); from tidings.channels.mailbox import catch; "
    program += "catch.run(socket.socket(fileno=int(sys.argv[1])))"
    with socket.create_server(("127.0.0.1", 0)) as door:
        command = [sys.executable, "-c", program, str(door.fileno())]
        port = door.getsockname()[1]
        with subprocess.Popen(command, env=test_environment, pass_fds=[door.fileno()]) as mailbox:
            with smtplib.SMTP("127.0.0.1", port) as client:
                client.send_message(letter())
            os.kill(mailbox.pid, signal.SIGTERM)
            assert mailbox.wait(10) == 0
    assert CaughtMessage.objects.get().recipient == "anna@example.com"


def letter() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "news@example.org", "anna@example.com", "Hello"
    message.set_content("Good morning!")
    return message
