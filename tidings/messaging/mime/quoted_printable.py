"""Quoted-printable in pieces that fit together in any order.

Each piece begins and ends at the start of a line: one without a line break of its own at the end gets a
soft one. So what is the same for all is encoded once, whatever the values between turn out to be.
"""

import re
from binascii import b2a_qp
from functools import lru_cache

from tidings.messaging.personalization.generate import Target
from tidings.messaging.personalization.values import escaped, text

MAX_ENCODED_CHARS = 75
"""RFC 2045 allows 76 in a line, the last one being the = of the soft break."""

SOFT_BREAK = b"=\r\n"
HARD_BREAK = b"\r\n"

LINE_END = re.compile("\r\n|\r|\n")

PLAIN = re.compile(r"(?!\.)[ !#-%(-;?-~]{1,75}").fullmatch
"""Tells a value that stands for itself on a line of its own, escaped or not: most do, and all our links."""

CACHED_PIECES = 4_096
"""Of short values that are not plain: Jürgen is met often. At most some 3 MB for each kind of part."""

CHUNK = re.compile(rb".{1,%d}(?<!=)(?<!=.)" % (MAX_ENCODED_CHARS - 2))
"""As much of an encoded line as fits; never ends within `=XX`, leaves room for a dot that becomes `=2E`."""


def encode(static: str) -> bytes:
    """Any text as a piece; its line ends become CRLF."""
    *lines, last = LINE_END.split(static)
    ended = [_wrapped(line) + HARD_BREAK for line in lines]
    return b"".join((*ended, _wrapped(last) + SOFT_BREAK if last else b""))


def encode_value(value: object) -> bytes:
    """The text of a value as a piece."""
    shown = value if value.__class__ is str else text(value)
    if PLAIN(shown):
        return shown.encode() + SOFT_BREAK
    return _encode_short(shown) if len(shown) <= MAX_ENCODED_CHARS else encode(text(shown))


def encode_html_value(value: object) -> bytes:
    """The text of a value, escaped for HTML, as a piece."""
    shown = value if value.__class__ is str else text(value)
    if PLAIN(shown):
        return shown.encode() + SOFT_BREAK
    return _encode_short_html(shown) if len(shown) <= MAX_ENCODED_CHARS else encode(escaped(shown))


@lru_cache(CACHED_PIECES)
def _encode_short(shown: str) -> bytes:
    return encode(shown)


@lru_cache(CACHED_PIECES)
def _encode_short_html(shown: str) -> bytes:
    return encode(escaped(shown))


def _wrapped(line: str) -> bytes:
    """One line of text, encoded in as many lines as it needs, without an end."""
    encoded = b2a_qp(line.encode()).replace(b"=\n", b"")  # the library's own soft breaks ignore dots
    chunks = CHUNK.findall(encoded)
    return SOFT_BREAK.join([b"=2E" + chunk[1:] if chunk[:1] == b"." else chunk for chunk in chunks])


TEXT = Target(static=encode, slot=encode_value)
HTML = Target(static=encode, slot=encode_html_value)
