"""A relay: the SMTP server that takes our messages, as told by one address."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from tidings.kernel.errors import TidingsError

PLAIN_PORT = 25
SUBMISSION_PORT = 587
IMPLICIT_TLS_PORT = 465
MOST_CONNECTIONS = 100  # beyond 20 nothing gets faster, beyond 100 relays take it for an attack
HELLO_NAME = re.compile(r"[A-Za-z0-9.:_\[\]-]{1,255}")


class BadRelay(TidingsError):
    """The relay address is not usable: {reason}. Write it like smtp://host:25,
    smtp://user:password@host:587?starttls=require or smtps://user:password@host:465?pool=10; several are separated by
    commas.
    """


class Tls(StrEnum):
    """How a connection to a relay is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    OPPORTUNISTIC = "opportunistic"
    """STARTTLS when announced, without checking the certificate: against listeners, not against impostors."""


@dataclass(frozen=True, slots=True)
class Relay:
    """Where and how to hand messages over. Times are in seconds."""

    host: str
    port: int = PLAIN_PORT
    tls: Tls = Tls.OPPORTUNISTIC
    user: str = ""
    password: str = field(default="", repr=False)
    pool: int = 10  # 4 to 20 connections reach the full speed of every server measured
    per_connection: int = 0  # messages before we reconnect; 0 leaves it to the server's 421
    hello: str = ""  # our name in EHLO; empty: the host's full name, or else its address
    ca_file: str = ""  # certificates to trust; empty: the system's
    connect_seconds: float = 30  # TCP and TLS
    reply_seconds: float = 60  # any reply but the last
    dot_seconds: float = 600  # the reply to the final dot, as RFC 5321 4.5.3.2.6 asks
    backup: bool = False  # gets nothing while a relay stands that is none

    def __post_init__(self) -> None:
        if self.user and self.tls is Tls.OPPORTUNISTIC:
            raise BadRelay(reason="opportunistic TLS could show the password to others: use starttls=require")

    def __str__(self) -> str:
        """Name the relay in messages to people: no user, no password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def parse_relay(address: str) -> Relay:
    """Read `smtp://` or `smtps://` with the options that OPTIONS names. Raises BadRelay.

    User and password are percent-decoded. A password travels unprotected only if `starttls=never` says so.
    """
    parts = _split(address)
    port = _port(parts)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise BadRelay(reason="user and password go together")
    options = _options(parts)
    tls = _tls(parts.scheme, options.pop("starttls", None), has_login=bool(user))
    values = {OPTIONS[name][0]: OPTIONS[name][1](name, text) for name, text in options.items()}
    defaults = {Tls.IMPLICIT: IMPLICIT_TLS_PORT, Tls.STARTTLS: SUBMISSION_PORT}
    port = port or defaults.get(tls, PLAIN_PORT)
    return Relay(parts.hostname or "", port, tls, user, password, **values)


def _split(address: str) -> SplitResult:
    # Never quotes the address: it holds a password.
    if not address.isprintable() or " " in address:
        raise BadRelay(
            reason="it holds spaces or control characters; percent-encode them in user and password"
        )
    try:
        parts = urlsplit(address)
    except ValueError as fault:
        raise BadRelay(reason="its host is malformed") from fault
    if parts.scheme not in {"smtp", "smtps"}:
        raise BadRelay(reason="it must start with smtp:// or smtps://")
    if not parts.hostname:
        raise BadRelay(reason="it names no host")
    if parts.path not in {"", "/"} or parts.fragment:
        raise BadRelay(
            reason="nothing but ?options may follow the host; percent-encode / and # in the password"
        )
    return parts


def _port(parts: SplitResult) -> int | None:
    try:
        port = parts.port
    except ValueError as fault:
        raise BadRelay(reason="its port must be a number from 1 to 65535") from fault
    if port == 0:
        raise BadRelay(reason="its port must be a number from 1 to 65535")
    return port


def _options(parts: SplitResult) -> dict[str, str]:
    known = ", ".join(sorted({*OPTIONS, "starttls"}))
    options: dict[str, str] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name not in OPTIONS and name != "starttls":
            raise BadRelay(reason=f"there is no option {name!r}, only {known}")
        if name in options:
            raise BadRelay(reason=f"the option {name} stands there twice")
        options[name] = value
    return options


def _tls(scheme: str, starttls: str | None, *, has_login: bool) -> Tls:
    if scheme == "smtps":
        if starttls is not None:
            raise BadRelay(reason="smtps:// is protected from the first byte: leave starttls out")
        return Tls.IMPLICIT
    if starttls is None:
        return Tls.STARTTLS if has_login else Tls.OPPORTUNISTIC
    choices = {"require": Tls.STARTTLS, "opportunistic": Tls.OPPORTUNISTIC, "never": Tls.NONE}
    if starttls not in choices:
        raise BadRelay(reason=f"starttls must be one of {', '.join(choices)}")
    return choices[starttls]


def _count(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < len("1000000000")):
        raise BadRelay(reason=f"{name} must be a whole number")
    return int(text)


def _pool(name: str, text: str) -> int:
    count = _count(name, text)
    if not 1 <= count <= MOST_CONNECTIONS:
        raise BadRelay(reason=f"{name} must be from 1 to {MOST_CONNECTIONS}")
    return count


def _seconds(name: str, text: str) -> int:
    seconds = _count(name, text)
    if seconds == 0:
        raise BadRelay(reason=f"{name} must be at least 1 second")
    return seconds


def _hello(name: str, text: str) -> str:
    if not HELLO_NAME.fullmatch(text):
        raise BadRelay(reason=f"{name} must be a host name or an address in brackets")
    return text


def _yes(name: str, text: str) -> bool:
    if text not in {"yes", "no"}:
        raise BadRelay(reason=f"{name} must be yes or no")
    return text == "yes"


def _path(name: str, text: str) -> str:
    if not text:
        raise BadRelay(reason=f"{name} must name a file of certificates")
    return text


OPTIONS: dict[str, tuple[str, Callable[[str, str], Any]]] = {
    "pool": ("pool", _pool),
    "per_connection": ("per_connection", _count),
    "hello": ("hello", _hello),
    "ca": ("ca_file", _path),
    "connect_timeout": ("connect_seconds", _seconds),
    "reply_timeout": ("reply_seconds", _seconds),
    "dot_timeout": ("dot_seconds", _seconds),
    "backup": ("backup", _yes),
}
