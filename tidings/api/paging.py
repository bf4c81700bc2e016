"""Lists in pages: a cursor says where the next page begins, so nothing is counted or passed over."""

from collections.abc import Callable
from typing import Annotated, Generic, TypeVar

from django.db.models import Model, QuerySet
from ninja import Query, Schema
from pydantic import Field

ITEMS_AT_MOST = 200

Row = TypeVar("Row", bound=Model)
Item = TypeVar("Item")

After = Annotated[
    str, Query(pattern=r"^[0-9]{1,18}$", description="The `next` of the page before.", examples=["50"])
]
Limit = Annotated[int, Query(ge=1, le=ITEMS_AT_MOST, description="Items on a page at most.")]

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
