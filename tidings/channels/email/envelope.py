"""The envelope: the commands MAIL and RCPT, and which addresses and sizes may stand in them."""

import re
from functools import lru_cache

import idna

from tidings.channels.email.opening import Extensions
from tidings.channels.outcomes import Kind, Outcome

# What a path may hold: no space, no control character, no angle bracket, so that nothing can end a command
# early. Quoted local parts with spaces are lost by that; nobody has one.
PLAIN_ADDRESS = re.compile(r"[!-;=?-~]+@[!-;=?-?A-~]+")
LONGEST_ADDRESS_BYTES = 254  # RFC 5321 4.5.3.1.3, less the brackets; longer ones make servers hang up
DOMAINS_REMEMBERED = 10_000
SENDERS_REMEMBERED = 1_000


class BadEnvelopeError(Exception):
    """A message that can't be handed to this server; `outcome` says why."""

    def __init__(self, code: int, reason: str) -> None:
        self.outcome = Outcome(Kind.FAILED, code, reason)
        super().__init__(reason)


def envelope(sender: str, recipient: str, size: int, extensions: Extensions) -> tuple[str, str]:
    """Write the lines MAIL and RCPT for a message of `size` bytes. An empty sender is allowed.

    Raises BadEnvelopeError before anything is sent: a server could read some addresses as commands.
    """
    utf8 = extensions.smtputf8
    to = _path(recipient, utf8)
    mail = _mail(sender, utf8, not to.isascii())
    if extensions.size:
        mail += _size(size, extensions.size)
    return mail + "\r\n", f"RCPT TO:<{to}>\r\n"


@lru_cache(SENDERS_REMEMBERED)
def _mail(sender: str, utf8: bool, utf8_recipient: bool) -> str:
    written = _path(sender, utf8) if sender else ""
    parameter = " SMTPUTF8" if utf8_recipient or not written.isascii() else ""
    return f"MAIL FROM:<{written}>{parameter}"


def _size(size: int, limit: int) -> str:
    if size > limit:
        raise BadEnvelopeError(552, f"5.3.4 the message has {size} bytes, the server takes {limit}")
    return f" SIZE={size}"


def _path(address: str, utf8: bool) -> str:
    if PLAIN_ADDRESS.fullmatch(address) and len(address) <= LONGEST_ADDRESS_BYTES:
        return address
    return _international(address, utf8)


def _international(address: str, utf8: bool) -> str:
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain or not address.isprintable() or set(address) & set(" <>"):
        raise BadEnvelopeError(553, f"5.1.3 {address!r} is not an e-mail address")
    if not local.isascii() and not utf8:
        raise BadEnvelopeError(553, f"5.6.7 {address!r} needs a server with SMTPUTF8, which this one is not")
    written = f"{local}@{_a_label(domain)}"
    if len(written.encode()) > LONGEST_ADDRESS_BYTES:
        raise BadEnvelopeError(553, f"5.1.3 {address!r} is longer than {LONGEST_ADDRESS_BYTES} bytes")
    return written


@lru_cache(DOMAINS_REMEMBERED)
def _a_label(domain: str) -> str:
    if domain.isascii():
        return domain
    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError as fault:
        raise BadEnvelopeError(553, f"5.1.2 {domain!r} is not a domain name") from fault


def dot_safe(data: bytes) -> bytes:
    """Make any message fit for DATA: lines end in CRLF, also the last, and none starts with a single dot."""
    lines = re.split(rb"\r\n|\r|\n", data)
    if lines[-1] == b"":
        lines.pop()
    return b"".join((b"." + line if line.startswith(b".") else line) + b"\r\n" for line in lines)
