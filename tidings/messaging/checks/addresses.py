"""What is wrong with where a link or an image leads."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from tidings.messaging.checks.findings import Severity
from tidings.messaging.personalization.sources import CLOSE, OPEN

WEB = frozenset({"http", "https"})
CONTACTS = frozenset({"mailto", "tel", "sms"})
"""Schemes beside the web's that mail programs open."""

PRIVATE_ENDINGS = (".local", ".localdomain", ".internal", ".lan", ".intranet", ".home.arpa")
"""Of names that only a house's own network knows (RFC 6762, RFC 8375 and habit)."""

SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
HOST = re.compile(r"[\w.-]+|[0-9a-f:.]+", re.IGNORECASE)
INVISIBLE = str.maketrans("", "", "\t\r\n")  # browsers leave them out


@dataclass(frozen=True)
class Fault:
    """What is wrong with an address."""

    severity: Severity
    code: str
    problem: str
    mend: str


MISTYPED = "Write it like https://example.org/page."
REMOVED = "Mail programs remove such links. Lead to a web page instead."
UNREACHABLE = "Write the address under which everybody reaches the page."


def fault_of(address: str) -> Fault | None:
    """The worst that is wrong with an address, whose placeholders are marks; None for a good one."""
    address = address.translate(INVISIBLE).strip()
    if not address or address == "#":
        problem = "A link leads nowhere."
        return Fault(Severity.WARNING, "link_empty", problem, "Give it an address, or make it plain text.")
    if address.startswith(("#", OPEN)):
        return None  # within the mail; or the value is the address, which only a copy can show
    scheme = SCHEME.match(address)
    if scheme is None:
        problem = "A link has no https:// at its beginning, and a mail has no site to start from."
        return _broken(problem, MISTYPED)
    return _with_scheme(scheme[1].lower(), address)


def _with_scheme(scheme: str, address: str) -> Fault | None:
    if scheme in CONTACTS:
        is_empty = not address.partition(":")[2].strip()
        return _broken(f"A {scheme}: link names nobody.", "Write whom it reaches.") if is_empty else None
    if scheme not in WEB:
        return Fault(Severity.ERROR, "link_scheme", f"A link begins with {scheme}:.", REMOVED)
    if any(sign.isspace() for sign in address):
        return _broken("A link has a space in it, where mail programs cut it.", "Write %20 for it.")
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return _broken("A link's host or port can't be read.", MISTYPED)
    return _of_host(parts, host)


def _of_host(parts: SplitResult, host: str) -> Fault | None:
    if not parts.netloc or not host:
        return _broken("A link has no host.", MISTYPED)
    if OPEN in host or CLOSE in host:
        return None
    if not HOST.fullmatch(host) or ".." in host or host.startswith("."):
        return _broken("A link's host is no host's name.", MISTYPED)
    return _of_reach(host) or _of_safety(parts)


def _of_reach(host: str) -> Fault | None:
    kind = _kind(host)
    if kind == "loopback":
        problem = "A link leads to this computer itself: everybody who clicks lands on their own."
        return Fault(Severity.ERROR, "link_loopback", problem, UNREACHABLE)
    if kind == "private":
        problem = "A link leads into a private network, which nobody outside of it reaches."
        return Fault(Severity.WARNING, "link_private", problem, UNREACHABLE)
    return None


def _kind(host: str) -> str:
    name = host.rstrip(".")
    try:
        address = ip_address(name)
    except ValueError:
        if name == "localhost" or name.endswith(".localhost"):
            return "loopback"
        return "private" if "." not in name or name.endswith(PRIVATE_ENDINGS) else "public"
    if address.is_loopback or address.is_unspecified:
        return "loopback"
    return "private" if address.is_private else "public"


def _of_safety(parts: SplitResult) -> Fault | None:
    if parts.scheme == "https":
        return None
    problem = "A link begins with http://, so others on the way can read and change the page."
    return Fault(Severity.HINT, "link_insecure", problem, "Write https:// if the site offers it.")


def _broken(problem: str, mend: str) -> Fault:
    return Fault(Severity.ERROR, "link_broken", problem, mend)
