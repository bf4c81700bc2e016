"""SMTP replies out of a stream of bytes, however the network cuts it."""

LONGEST_REPLY_BYTES = (
    64 * 1024
)  # RFC 5321 asks for 512 a line; whoever sends more than this is no SMTP server
CODES = range(200, 600)  # SMTP knows no 1xx replies


class NotSmtpError(Exception):
    """The peer said something that is no SMTP reply."""


Reply = tuple[int, bytes]
"""A reply's code and text; the lines of a multi-line text are joined by newlines."""


def decoded(text: bytes) -> str:
    """Make a reply's text readable; what is not UTF-8 shows as replacement characters."""
    return text.rstrip().decode("utf-8", "replace")


class ReplyReader:
    """Collects packets and gives the replies they complete."""

    __slots__ = ("_earlier", "_rest")

    def __init__(self) -> None:
        self._rest = b""  # the beginning of a line
        self._earlier: list[bytes] = []  # lines of a reply that goes on

    @property
    def is_empty(self) -> bool:
        """No part of a reply is waiting for its end."""
        return not self._rest and not self._earlier

    def feed(self, packet: bytes) -> list[Reply]:
        """Take the next packet; return the replies it completes, in order. Raises NotSmtpError."""
        lines = (self._rest + packet).split(b"\n")
        self._rest = lines.pop()
        replies = []
        for line in lines:
            mark = line[3:4]
            code = int(line[:3]) if line[:3].isdigit() else 0
            if code not in CODES or mark not in b" -\r":
                raise NotSmtpError(f"no SMTP reply: {decoded(line[:80])!r}")
            if mark == b"-":
                self._earlier.append(line[4:].rstrip())
            else:
                replies.append((code, self._joined(line[4:]) if self._earlier else line[4:]))
        if self._rest or self._earlier:
            self._check_length()
        return replies

    def _joined(self, last: bytes) -> bytes:
        text = b"\n".join((*self._earlier, last))
        self._earlier.clear()
        return text

    def _check_length(self) -> None:
        if len(self._rest) + sum(map(len, self._earlier)) + len(self._earlier) > LONGEST_REPLY_BYTES:
            raise NotSmtpError("a reply without end")
