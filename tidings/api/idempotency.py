"""Starting long work once: a call repeated with the same Idempotency-Key gets the first call's answer.

Answers are facts in the journal, under a number made of user and key. Calls with one key take turns by a
lock of the database that ends with the transaction. A call that failed isn't remembered: to repeat it is to
try again.
"""

import json
from collections.abc import Callable
from hashlib import blake2b
from typing import Annotated, Any, NamedTuple

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from ninja import Header

from tidings.accounts.models import User
from tidings.api.problems import BadIdempotencyKey
from tidings.journal.actions import record
from tidings.journal.models import Fact
from tidings.kernel import db

ANSWERED = "request.answered"
KEY_CHARACTERS_AT_MOST = 255

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Chosen by the caller. The same key again gets the first answer and starts nothing.",
        examples=["6f0c1d5e-newsletter-47"],
    ),
]


class Started(NamedTuple):
    """The answer to a call that started long work: where to look, and what to see there."""

    location: str
    body: dict[str, Any]


def once(key: str | None, asked: object, start: Callable[[], Started], *, by: User) -> Started:
    """`start()`, or what it gave the first time; `asked` must be the same then, or `BadIdempotencyKey`."""
    if key is None:
        return start()
    if not key.isprintable() or not 1 <= len(key) <= KEY_CHARACTERS_AT_MOST:
        raise BadIdempotencyKey(why=f"it has 1 to {KEY_CHARACTERS_AT_MOST} printable characters.")
    number, fingerprint = _number(f"{by.pk} {key}"), _fingerprint(asked)
    with transaction.atomic():
        db.execute("SELECT pg_advisory_xact_lock(%(number)s)", {"number": number})
        first = Fact.objects.filter(verb=ANSWERED, subject=number, by_id=by.pk, data__key=key).first()
        return _again(first, fingerprint) if first else _first(key, number, fingerprint, start, by)


def _first(key: str, number: int, fingerprint: str, start: Callable[[], Started], by: User) -> Started:
    started = start()
    body = json.loads(json.dumps(started.body, cls=DjangoJSONEncoder))
    record(ANSWERED, number, by=by, key=key, fingerprint=fingerprint, location=started.location, body=body)
    return Started(started.location, body)


def _again(first: Fact, fingerprint: str) -> Started:
    if first.data["fingerprint"] != fingerprint:
        raise BadIdempotencyKey(why="it was used with another request before. Choose a new key.")
    return Started(first.data["location"], first.data["body"])


def _number(text: str) -> int:
    """A signed 64-bit number, which is what a fact's subject and a lock can be."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), signed=True)


def _fingerprint(asked: object) -> str:
    text = json.dumps(asked, cls=DjangoJSONEncoder, sort_keys=True)
    return blake2b(text.encode(), digest_size=16).hexdigest()
