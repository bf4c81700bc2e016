"""What may stand on a blacklist, in the one form in which it is stored and compared.

The form itself tells the kind, so a list needs one column: `anna@example.com`, `example.com` (the domain alone),
`*.example.com` (with its subdomains), `+491713920000`, 32 or 64 hexadecimal digits.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, StrEnum

from tidings.contacts.rules import AddressFault, normalise_email, normalise_mobile

PATTERN_CHARACTERS_AT_MOST = 300
REASON_CHARACTERS_AT_MOST = 300
WITH_SUBDOMAINS = "*."

_HASH = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}")
_MD5_DIGITS = 32
_NUMBER = re.compile(r"\+?[0-9 ./()\u00a0-]+")


class Kind(StrEnum):
    """What an entry names."""

    EMAIL = "email"
    DOMAIN = "domain"
    SUBDOMAINS = "subdomains"
    MOBILE = "mobile"
    MD5 = "md5"
    SHA256 = "sha256"


class PatternFault(Enum):
    """Why a text can't stand on a blacklist; the member's value is a sentence that says what to do."""

    EMPTY = "There is nothing in it."
    UNKNOWN = (
        "It is neither an address, a domain, a number nor a hash. Write it like anna@example.com, example.com, "
        "*.example.com, +49 171 3920000, or as the MD5 or SHA-256 hash of a lower-cased address."
    )
    BAD_ADDRESS = "It is not an e-mail address. Write it like anna@example.com."
    BAD_DOMAIN = "It is not a domain. Write it like example.com, or *.example.com with all its subdomains."
    BAD_MOBILE = "It is not a mobile number. Write it with its country code, like +49 171 3920000."
    TOO_LONG = f"It has more than {PATTERN_CHARACTERS_AT_MOST} characters."
    LONG_REASON = f"Its reason has more than {REASON_CHARACTERS_AT_MOST} characters. Shorten it."


@dataclass(frozen=True)
class Pattern:
    """What an entry names, normalised."""

    kind: Kind
    text: str


def normalise(raw: str) -> Pattern | PatternFault:
    """What the text names, in its one form, or why it can't be an entry."""
    text = raw.strip()
    if not text:
        return PatternFault.EMPTY
    return PatternFault.TOO_LONG if len(text) > PATTERN_CHARACTERS_AT_MOST else _read(text)


def _read(text: str) -> Pattern | PatternFault:
    if _HASH.fullmatch(text.lower()):
        return Pattern(Kind.MD5 if len(text) == _MD5_DIGITS else Kind.SHA256, text.lower())
    if _NUMBER.fullmatch(text):
        return _mobile(text)
    if "@" in text.removeprefix("@").removeprefix("*@"):
        return _email(text)
    return _domain(text) if "." in text else PatternFault.UNKNOWN


def _email(text: str) -> Pattern | PatternFault:
    email = normalise_email(text)
    return PatternFault.BAD_ADDRESS if isinstance(email, AddressFault) else Pattern(Kind.EMAIL, email)


def _mobile(text: str) -> Pattern | PatternFault:
    number = normalise_mobile("+" + text[2:] if text.startswith("00") else text)
    return PatternFault.BAD_MOBILE if isinstance(number, AddressFault) else Pattern(Kind.MOBILE, number)


def _domain(text: str) -> Pattern | PatternFault:
    name = text.removeprefix("*@").removeprefix("@").removesuffix(".")
    bare = name.removeprefix(WITH_SUBDOMAINS).removeprefix(".")
    # The rules of addresses are those of their domains: letters beyond ASCII become `xn--`.
    email = normalise_email(f"x@{bare}")
    if isinstance(email, AddressFault):
        return PatternFault.BAD_DOMAIN
    domain = email.removeprefix("x@")
    if name == bare:
        return Pattern(Kind.DOMAIN, domain)
    return Pattern(Kind.SUBDOMAINS, WITH_SUBDOMAINS + domain)


def patterns_of(email: str | None, mobile: str | None) -> list[str]:
    """Every pattern that would keep these addresses out, both in the form in which they are stored."""
    hashed = [form(address) for address in (email, mobile) if address for form in (_md5, sha256)]
    return [*filter(None, (email, mobile)), *(_domains_of(email) if email else ()), *hashed]


def _domains_of(email: str) -> Iterator[str]:
    domain = email.rpartition("@")[2]
    yield domain
    labels = domain.split(".")
    yield from (WITH_SUBDOMAINS + ".".join(labels[depth:]) for depth in range(len(labels)))


def _md5(address: str) -> str:
    return hashlib.md5(address.encode(), usedforsecurity=False).hexdigest()


def sha256(address: str) -> str:
    """The hash under which an address may stand instead of itself."""
    return hashlib.sha256(address.encode()).hexdigest()


def traceless(pattern: Pattern) -> str:
    """How the journal names an entry: a fact never changes, so it mustn't hold a person's address."""
    return sha256(pattern.text) if pattern.kind in (Kind.EMAIL, Kind.MOBILE) else pattern.text
