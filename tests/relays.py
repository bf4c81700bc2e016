"""A relay to send through: a real SMTP server that can be told how to answer."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller

from tests.channels.servers import free_port

TAKEN = "250 taken"
HANG_UP = "hang up"


class RelayServer:
    """Keeps every mail it takes. `answer(recipient, nth)` may refuse one, or `HANG_UP` after the final dot.

    `nth` counts the attempts for that recipient from 1.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.attempts: Counter[str] = Counter()
        self.answer: Callable[[str, int], str] = lambda _recipient, _nth: TAKEN

    async def handle_DATA(self, server, _session, envelope) -> str:  # noqa: N802 - aiosmtpd's name
        [recipient] = envelope.rcpt_tos
        self.attempts[recipient] += 1
        answer = self.answer(recipient, self.attempts[recipient])
        if answer in {TAKEN, HANG_UP}:
            self.mails.append(message_from_bytes(envelope.original_content, policy=policy.default))
            self.recipients.append(recipient)
        if answer == HANG_UP:
            server.transport.abort()
        return answer

    def mail_to(self, recipient: str) -> EmailMessage:
        """The one mail that this recipient got."""
        [index] = [i for i, name in enumerate(self.recipients) if name == recipient]
        return self.mails[index]


@contextmanager
def relay_server() -> Iterator[RelayServer]:
    relay = RelayServer()
    controller = Controller(relay, hostname="127.0.0.1", port=relay.port)
    controller.start()
    try:
        yield relay
    finally:
        controller.stop()
