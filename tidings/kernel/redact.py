"""Finding a person's addresses in texts: regular expressions of PostgreSQL that match exactly one identity."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# What an address may go on with, on either side: `anna@example.com` doesn't stand in `joanna@example.com`.
_NOT_INSIDE = r"(?<![[:alnum:]._%+-]){}(?![[:alnum:]-]|\.[[:alnum:]])"


@dataclass(frozen=True)
class Identity:
    """An identity of somebody who is erased, and the hash that takes its place."""

    name: str
    value: str
    hash: str


def identities_from(stored: Sequence[Mapping[str, str]]) -> list[Identity]:
    """Identities as they were written into JSON."""
    return [Identity(**one) for one in stored]


def in_text(identity: Identity) -> str:
    """Matches the identity in a text; an id of another system, which may be any word, only as the whole text."""
    escaped = escape(identity.value)
    return f"^{escaped}$" if identity.name == "external_id" else _NOT_INSIDE.format(escaped)


def in_json(identity: Identity) -> str:
    """The same in JSON that is read as a text; such an id also where it stands quoted in a text, as in a rule."""
    quoted = escape(json.dumps(identity.value, ensure_ascii=False)[1:-1])
    if identity.name == "external_id":
        return rf'(?<="){quoted}(?=\\?")'
    return _NOT_INSIDE.format(quoted)


def escape(text: str) -> str:
    """A regular expression that matches exactly this text."""
    return "".join(sign if sign.isalnum() or not sign.isascii() else f"\\{sign}" for sign in text)
