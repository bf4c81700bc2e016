"""Lists in pages: a cursor says where the next page begins, so nothing is counted or passed over."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from ninja import Query, Schema
from pydantic import Field

from tidings.api.problems import BadCursor
from tidings.kernel.order import beyond

ITEMS_AT_MOST = 200

Row = TypeVar("Row", bound=Model)
Item = TypeVar("Item")

After = Annotated[
    str, Query(pattern=r"^[0-9]{1,18}$", description="The `next` of the page before.", examples=["50"])
]
Limit = Annotated[int, Query(ge=1, le=ITEMS_AT_MOST, description="Items on a page at most.")]

BEGINNING = "0"
# Above every id there is: where a list that shows the newest first begins.
BEGINNING_OF_NEWEST = str(10**18 - 1)


class Page(Schema, Generic[Item]):
    """Some items, and the cursor of those after them; `next` is null on the last page."""

    items: list[Item]
    next: str | None = Field(examples=["50"])


def cut(rows: QuerySet[Row], limit: int, cursor: Callable[[Row], object]) -> tuple[list[Row], str | None]:
    """The first `limit` rows and the cursor of the page after them, if there is one."""
    found = list(rows[: limit + 1])
    if len(found) <= limit:
        return found, None
    return found[:limit], str(cursor(found[limit - 1]))


def cut_in_order(
    found: QuerySet[Row], order: Sequence[str], after: str, limit: int
) -> tuple[list[Row], str | None]:
    """The same for rows in an order whose last field is the key, behind the row whose key is `after`.

    Raises `BadCursor` if that row isn't among them any more and the order needs more of it than the key.
    """
    if after != BEGINNING:
        found = found.filter(beyond(order, _edge(found, order, int(after))))
    return cut(found.order_by(*order), limit, lambda row: row.pk)


def _edge(found: QuerySet[Row], order: Sequence[str], key: int) -> list[Any]:
    if len(order) == 1:
        return [key]
    row = found.filter(pk=key).first()
    if row is None:
        raise BadCursor
    return [getattr(row, field.removeprefix("-")) for field in order]
