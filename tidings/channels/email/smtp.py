"""One SMTP connection as a state machine: callbacks instead of a task or a future per message.

The stage is a bound method that takes the next reply. With PIPELINING, MAIL, RCPT and DATA leave in one write
and their replies run through the same stages as without it. Each message gets exactly one outcome:

    after MAIL -> after RCPT -> after DATA -> after the dot -> idle
        |             |             |
        +-- refused --+-------------+--> rest of the group -> (lone dot) -> RSET -> idle

The commands of the next message, if there is one, leave in one write with the content (RFC 2920 3.1): then the way
leads from "after the dot" straight to "after MAIL".
"""

import asyncio
import socket
from collections.abc import Callable

from tidings.channels.email.envelope import BadEnvelopeError, envelope
from tidings.channels.email.opening import Extensions, open_session
from tidings.channels.email.refusals import is_general
from tidings.channels.email.relay import Relay
from tidings.channels.email.replies import NotSmtpError, ReplyReader, decoded
from tidings.channels.outcomes import Kind, Outcome

# Up to this size a message leaves in one write. A longer one is written piece by piece as the server
# takes it, so that we know, when the connection breaks, whether the final dot was on its way.
PIECE_BYTES = 64 * 1024
SERVICE_CLOSING = 421
LOOK_SECONDS = 1.0  # how often the watch looks for overdue replies, at most ...
LOOKS_PER_TIMEOUT = 4  # ... and at least: a timeout comes up to a quarter late
QUIT_SECONDS = 5  # patience for the goodbye; nothing is at stake any more

# Linux alone lets a program acknowledge at once.
QUICK_ACK: int | None = getattr(socket, "TCP_QUICKACK", None)

POSITIVE, INTERMEDIATE, TEMPORARY = range(200, 300), range(300, 400), range(400, 500)

Done = Callable[[Outcome], None]
Stage = Callable[[int, bytes], None]


class BusyError(Exception):
    """A message was handed to a connection that is not idle."""


class Connection(asyncio.Protocol):
    """An open SMTP session which carries one message after the other.

    `idle`: a message may be handed over now. `usable`: False once the connection is closed or closing.
    `served`: messages the server has answered. `closed`: a future that is done once the socket is gone.
    `on_idle` is called with the connection each time it becomes idle: after a message, or as soon as the commands of
    the next may be sent.
    """

    def __init__(
        self,
        relay: Relay,
        loop: asyncio.AbstractEventLoop,
        transport: asyncio.Transport,
        extensions: Extensions,
    ) -> None:
        self.relay = relay
        self.name = str(relay)
        self.extensions = extensions
        self.on_idle: Callable[[Connection], None] | None = None
        self.idle = self.usable = True
        self.served = 0
        self.closed: asyncio.Future[None] = loop.create_future()
        self._loop = loop
        self._pipelining = extensions.pipelining
        self._goes_behind = extensions.pipelining and QUICK_ACK is not None
        self._transport = transport
        self._reader = ReplyReader()
        self._stage: Stage = self._unasked
        self._done: Done | None = None  # of the message that has no outcome yet
        self._data = b""
        self._rcpt = b""
        self._next: tuple[bytes, Done] | None = None  # a message whose commands left behind the dot
        self._behind = b""  # those commands
        self._awaits_group = False
        self._unsent = memoryview(b"")  # pieces of a long message
        self._dot_sent = False
        self._writable = True
        self._recipient_taken = False
        self._quitting = False
        self._due = 0.0  # when a reply is overdue, in the loop's time
        self._watch: asyncio.TimerHandle | None = None
        transport.set_write_buffer_limits(high=PIECE_BYTES, low=0)
        transport.set_protocol(self)
        self._keep_watch()

    @classmethod
    async def open(cls, relay: Relay, *, loop: asyncio.AbstractEventLoop | None = None) -> "Connection":
        """Connect, greet, protect and log in as the relay asks. Raises CarrierDown."""
        loop = loop or asyncio.get_running_loop()
        session = await open_session(relay, loop)
        return cls(relay, loop, session.transport, session.extensions)

    def hand_over(self, sender: str, recipient: str, data: bytes, done: Done) -> None:
        """Send one message; `done` gets its outcome exactly once, from the event loop, never in this call.

        `sender` may be empty (a message nobody answers). `data` ends in CRLF and no line of it starts with a
        dot (see `envelope.dot_safe`). Raises BusyError if the connection is not idle, without calling `done`.
        """
        if not self.idle:
            raise BusyError("hand messages only to an idle connection")
        self.idle = False
        try:
            mail, rcpt = envelope(sender, recipient, len(data), self.extensions)
        except BadEnvelopeError as bad:
            self._refuse_ourselves(bad.outcome, done)
            return
        group = f"{mail}{rcpt}DATA\r\n".encode()
        if self._done:
            self._next, self._behind = (data, done), group
            return
        self._begin(data, done)
        self._due = self._loop.time() + self.relay.reply_seconds
        if self._pipelining:
            self._transport.write(group)
        else:
            self._rcpt = rcpt.encode()
            self._transport.write(mail.encode())

    def _begin(self, data: bytes, done: Done) -> None:
        self._dot_sent = self._recipient_taken = False
        self._data, self._done = data, done
        self._stage = self._after_mail

    def offer(self) -> None:
        """Call `on_idle` if a message may be handed over now."""
        if self.idle and self.on_idle:
            self.on_idle(self)

    async def close(self) -> None:
        """Say QUIT after the message under way, if any, and wait for the end."""
        self._quitting = True
        if self.idle:
            self._quit()
        await asyncio.wait([self.closed])

    def abort(self, reason: str, code: int = 0) -> None:
        """End the connection at once; a message under way is lost or in doubt."""
        self.idle = self.usable = False
        self._stage = self._after_end
        self._transport.abort()
        if self._done:
            self._report(Outcome(Kind.IN_DOUBT if self._dot_sent else Kind.LOST, code, reason))
        if self._next:
            (_, done), self._next = self._next, None
            done(Outcome(Kind.LOST, code, reason))

    # The stages of a message, in order.

    def _after_mail(self, code: int, text: bytes) -> None:
        if code in POSITIVE:
            self._stage = self._after_rcpt
            if not self._pipelining:
                self._transport.write(self._rcpt)
        elif code == SERVICE_CLOSING:  # about the session, not about this message
            self.abort(decoded(text), code)
        elif self._refused(code, text, "MAIL"):
            self._drain(self._after_rcpt)

    def _after_rcpt(self, code: int, text: bytes) -> None:
        if code in POSITIVE:
            self._recipient_taken = True
            self._stage = self._after_data
            if not self._pipelining:
                self._transport.write(b"DATA\r\n")
        elif self._refused(code, text, "RCPT"):
            self._drain(self._after_data)

    def _after_data(self, code: int, text: bytes) -> None:
        if code in INTERMEDIATE:
            self._go_ahead()
        elif self._refused(code, text):
            self._reset()

    def _after_dot(self, code: int, text: bytes) -> None:
        if not self._dot_sent:
            self._cut_short(code, text)
        elif code in POSITIVE:
            self._report(Outcome(Kind.ACCEPTED, code, decoded(text)))
            self._become_idle()
        elif self._refused(code, text):
            self._become_idle()  # whatever the answer to the dot, the transaction is over: no RSET

    def _after_lone_dot(self, _code: int, _text: bytes) -> None:
        self._reset()

    def _after_rset(self, code: int, text: bytes) -> None:
        if code in POSITIVE:
            self._become_idle()
        else:
            self.abort(f"RSET refused: {decoded(text)}", code)

    def _after_quit(self, _code: int, _text: bytes) -> None:
        self._transport.close()

    def _unasked(self, _code: int, _text: bytes) -> None:
        # A 421 is the server's right. After anything else, replies could be booked to the wrong recipient.
        self.abort("reply without a command")

    def _after_end(self, _code: int, _text: bytes) -> None:
        """Ignore what else was in the packet that ended the connection."""

    # What the stages do.

    def _go_ahead(self) -> None:
        if self._done is None and self._recipient_taken:
            self.abort("DATA accepted after MAIL was refused")  # a lone dot would deliver an empty message
        elif self._done is None:
            # Nobody gets this empty message: it is the only way out of DATA (RFC 2920 3.1).
            self._transport.write(b".\r\n")
            self._stage = self._after_lone_dot
        else:
            self._stage = self._after_dot
            self._awaits_group = False
            self._send_message()

    def _send_message(self) -> None:
        if len(self._data) <= PIECE_BYTES:
            self._due = self._loop.time() + self.relay.dot_seconds
            self._dot_sent = True
            self._transport.write(b"%b.\r\n%b" % (self._data, self._group_behind()))
        else:
            self._unsent = memoryview(self._data)
            self._send_pieces()

    def _group_behind(self) -> bytes:
        """Ask for the next message, and give its commands: they may leave behind the dot (RFC 2920 3.1)."""
        if self._goes_behind and not self._quitting and self.served + 1 != self.relay.per_connection:
            self.idle = True
            self.offer()
            self.idle = False
        group, self._behind = self._behind, b""
        return group

    def _send_pieces(self) -> None:
        self._due = self._loop.time() + self.relay.dot_seconds
        while self._unsent and self._writable:
            self._transport.write(self._unsent[:PIECE_BYTES])
            self._unsent = self._unsent[PIECE_BYTES:]
        if self._writable:
            self._dot_sent = True
            self._transport.write(b".\r\n")

    def _cut_short(self, code: int, text: bytes) -> None:
        """Take a reply that comes before we sent the dot: the rest of the message can't be taken back."""
        if self._refused(code, text):
            self.abort("answered before the end of the message", code)

    def _refused(self, code: int, text: bytes, command: str = "DATA") -> bool:
        """Report the first failing reply; return whether the session can go on."""
        if code < TEMPORARY.start:
            self.abort(f"unexpected reply: {code} {decoded(text)}")
            return False
        kind = Kind.DEFERRED if code in TEMPORARY else Kind.FAILED
        if self._done:
            words = decoded(text)
            self._report(Outcome(kind, code, words, general=is_general(command, code, words)))
        if code == SERVICE_CLOSING:
            self.abort(decoded(text), code)
        return code != SERVICE_CLOSING

    def _drain(self, next_stage: Stage) -> None:
        """Go on after a refusal: with pipelining the rest of the group has been sent and will be answered."""
        if self._pipelining:
            self._stage = next_stage
        else:
            self._reset()

    def _reset(self) -> None:
        self._stage = self._after_rset
        self._transport.write(b"RSET\r\n")

    def _refuse_ourselves(self, outcome: Outcome, done: Done) -> None:
        self._loop.call_soon(done, outcome)
        if not self._done:
            self._loop.call_soon(self._stand_by)

    def _stand_by(self) -> None:
        if self.usable:  # else the connection broke in the meantime
            self._become_idle()
            self.offer()

    def _report(self, outcome: Outcome) -> None:
        done, self._done = self._done, None
        self._data = b""
        if done:
            done(outcome)

    def _become_idle(self) -> None:
        self.served += 1
        self._stage = self._unasked
        if self._next:
            message, self._next = self._next, None
            self._begin(*message)
            self._awaits_group = True
        elif self._quitting or self.served == self.relay.per_connection:
            self._quit()
        else:
            self.idle = True

    def _quit(self) -> None:
        self.idle = self.usable = False
        self._stage = self._after_quit
        self._transport.write(b"QUIT\r\n")
        self._due = self._loop.time() + min(QUIT_SECONDS, self.relay.reply_seconds)

    def _keep_watch(self) -> None:
        pause = min(LOOK_SECONDS, self.relay.reply_seconds / LOOKS_PER_TIMEOUT)
        self._watch = self._loop.call_later(pause, self._keep_watch)
        if not self.idle and self._loop.time() > self._due:
            self.abort("no answer in time")

    # What the event loop calls.

    def data_received(self, data: bytes) -> None:
        """Run all replies through the stages, and only then offer the connection: none is booked wrong."""
        was_idle = self.idle
        self._due = self._loop.time() + self.relay.reply_seconds  # the stage may grant more
        try:
            for code, text in self._reader.feed(data):
                self._stage(code, text)
        except NotSmtpError as fault:
            self.abort(str(fault))
        if self._awaits_group:
            self._acknowledge()
        if not was_idle:
            self.offer()

    def _acknowledge(self) -> None:
        """Tell the server at once that its answer to the dot came: else it may keep the next ones back for 40 ms.

        (Nagle's algorithm there, delayed acknowledgement here, and nothing for us to write before they come.)
        """
        self._transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, QUICK_ACK, 1)

    def eof_received(self) -> None:
        """Treat a half-closed connection as lost: what we would still write is not read."""
        self.abort("the server closed the connection")

    def connection_lost(self, exc: Exception | None) -> None:
        """Give the message under way its outcome, and tell whoever waits for the end."""
        self.abort(f"connection lost: {exc or 'closed by the server'}")
        if self._watch:
            self._watch.cancel()
        if not self.closed.done():
            self.closed.set_result(None)

    def pause_writing(self) -> None:
        self._writable = False

    def resume_writing(self) -> None:
        self._writable = True
        if self._stage == self._after_dot and not self._dot_sent:
            self._send_pieces()
