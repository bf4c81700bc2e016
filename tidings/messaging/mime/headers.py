"""Header lines: cleaned, encoded after RFC 2047, folded. No value can begin another header."""

import re
from binascii import b2a_base64

import idna

from tidings.messaging.personalization.errors import ValueProblemError

MAX_LINE_CHARS = 76
"""RFC 2047 for lines with encoded words; RFC 5322 asks for 78."""

MAX_ADDRESS_CHARS = 254
"""RFC 5321's path of 256 without its brackets."""

ENCODED_WORD_CHARS = len("=?utf-8?B??=")
MIN_WORD_BYTES, MAX_WORD_BYTES = 12, 45
"""Of UTF-8 in one encoded word: four to fifteen groups of base64, the most that RFC 2047 lets be."""

CONTINUES = 0x80
"""The two high bits of every byte of a UTF-8 character but its first."""

CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+")
SPECIALS = re.compile(r'[\s<>()\[\]\\,;:"@]')
HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,59}")
MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,900}>")
URL = re.compile(r"[!-;=?-~]{1,900}")
"""Visible ASCII without <>. It can't be folded, and a line ends at 998 (RFC 5322)."""


def clean(value: str) -> str:
    """A value on one line: control characters and line ends become spaces, none stand around it."""
    if not value.isprintable():
        value = CONTROLS.sub(" ", value)
    return value.strip(" ")


def unstructured(name: str, value: str) -> str:
    """The header line of a free text, such as Subject, with its end."""
    value = clean(value)
    line = f"{name}: {value}"
    if value.isascii() and "=?" not in value:
        if len(line) <= MAX_LINE_CHARS:
            return line + "\r\n"
        folded = _folded(line)
        if folded:
            return folded
    return f"{name}: {_encoded_words(value, len(name) + 2)}\r\n"


def mailbox(name: str, display: str, address: str) -> str:
    """The header line of a person, such as From, with its end; ValueProblemError for a bad address."""
    address = checked_address(address)
    display = clean(display)
    if not display:
        return f"{name}: {address}\r\n"
    phrase = _phrase(display, len(name) + 2)
    start = len(name) + 2 + len(phrase)
    gap = " " if "\r" not in phrase and start + len(address) + 3 <= MAX_LINE_CHARS else "\r\n "
    return f"{name}: {phrase}{gap}<{address}>\r\n"


def checked_address(address: str) -> str:
    """The address as it stands in a header, its domain in ASCII; ValueProblemError if it can't."""
    if len(address) <= MAX_ADDRESS_CHARS:
        if PLAIN_ADDRESS.fullmatch(address):
            return address
        local, _, domain = address.rpartition("@")
        if local and local.isprintable() and not SPECIALS.search(local):
            return f"{local}@{_ascii_domain(domain)}"
    raise ValueProblemError(f"{address[:60]!a} is no e-mail address")


def checked_url(url: object) -> str:
    """The link, if it can stand in a header; else ValueProblemError."""
    if isinstance(url, str) and URL.fullmatch(url):
        return url
    raise ValueProblemError(f"{str(url)[:60]!a} can't stand as a link in a header")


def _ascii_domain(domain: str) -> str:
    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError as error:
        raise ValueProblemError(f"{domain[:60]!a} is no domain") from error


def _phrase(display: str, start: int) -> str:
    """A display name, quoted if it is short ASCII, else in encoded words."""
    if display.isascii() and "=?" not in display:
        quoted = '"' + display.replace("\\", "\\\\").replace('"', '\\"') + '"'
        if start + len(quoted) <= MAX_LINE_CHARS:
            return quoted
    return _encoded_words(display, start)


def _encoded_words(value: str, start: int) -> str:
    """The value in encoded words, one a line; the first line has `start` characters already."""
    room = (MAX_LINE_CHARS - start - ENCODED_WORD_CHARS) // 4 * 3
    most = min(max(room, MIN_WORD_BYTES), MAX_WORD_BYTES)
    data = _utf8(value)
    words = []
    at = 0
    while at < len(data):
        end = at + most
        while end < len(data) and data[end] & 0xC0 == CONTINUES:
            end -= 1  # each word holds whole characters (RFC 2047, section 5)
        words.append(f"=?utf-8?B?{b2a_base64(data[at:end], newline=False).decode()}?=")
        at = end
    return "\r\n ".join(words)


def _utf8(value: str) -> bytes:
    try:
        return value.encode()
    except UnicodeEncodeError as error:
        raise ValueProblemError("a header holds half a character (a lone surrogate)") from error


def _folded(line: str) -> str | None:
    """The line folded at single spaces, or None where that isn't enough."""
    first, *words = line.split(" ")
    lines = [first + " " + words[0]]  # parsers take a fold right after the colon for a space in the value
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) <= MAX_LINE_CHARS:
            lines[-1] += " " + word
        else:
            lines.append(" " + word)
    fits = "" not in words and max(map(len, lines)) <= MAX_LINE_CHARS
    return "\r\n".join(lines) + "\r\n" if fits else None
