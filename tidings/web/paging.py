"""Lists page by page by the key of their order: as fast on the last page as on the first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core import signing
from django.db.models import Model, QuerySet

from tidings.kernel.errors import Refused
from tidings.kernel.order import beyond

M = TypeVar("M", bound=Model)

PAGE_ROWS = 50
CURSOR_SALT = "tidings.web.paging"
FORWARD, BACKWARD = "after", "before"


@dataclass(frozen=True)
class Page(Generic[M]):
    """Some rows of a list; `previous` and `next` are cursors, empty where the list ends."""

    rows: list[M]
    previous: str = ""
    next: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether the list has no other rows."""
        return not (self.previous or self.next)


def page_of(found: QuerySet[M], order: Sequence[str], cursor: str, *, size: int = PAGE_ROWS) -> Page[M]:
    """The page of `found` that `cursor` points at, the first one without.

    `order` names fields like `order_by` and must tell any two rows apart (its last field is a key).
    """
    direction, key = _read(cursor) if cursor else (FORWARD, [])
    facing = list(order) if direction == FORWARD else [_turned(field) for field in order]
    rows = list(found.filter(beyond(facing, key)).order_by(*facing)[: size + 1])
    is_more, rows = len(rows) > size, rows[:size]
    if direction == BACKWARD:
        rows.reverse()
        return Page(rows, _write(BACKWARD, rows, order) if is_more else "", _write(FORWARD, rows, order))
    return Page(
        rows,
        _write(BACKWARD, rows, order) if cursor else "",
        _write(FORWARD, rows, order) if is_more else "",
    )


def _turned(field: str) -> str:
    return field.removeprefix("-") if field.startswith("-") else f"-{field}"


def _write(direction: str, rows: Sequence[Model], order: Sequence[str]) -> str:
    if not rows:
        return ""
    edge = rows[-1] if direction == FORWARD else rows[0]
    key = [_plain(getattr(edge, field.removeprefix("-"))) for field in order]
    return signing.dumps([direction, key], salt=CURSOR_SALT)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _read(cursor: str) -> tuple[str, list[Any]]:
    # Signed, so that no invented value ever reaches the database.
    try:
        direction, key = signing.loads(cursor, salt=CURSOR_SALT)
    except signing.BadSignature:
        raise Refused(
            reason="This page of the list can't be found. Open the list from its beginning."
        ) from None
    return direction, key
