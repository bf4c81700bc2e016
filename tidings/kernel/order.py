"""Where a list goes on: behind the key of its order, so that the last page is as fast as the first."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q


def beyond(order: Sequence[str], key: Sequence[Any]) -> Q:
    """Rows behind `key`: the first field is beyond its value, or it is equal and the next one is beyond.

    `order` names fields like `order_by`; its last one tells any two rows apart.
    """
    found, equal = Q(), Q()
    for field, value in zip(order, key, strict=False):
        name = field.removeprefix("-")
        relation = "lt" if field.startswith("-") else "gt"
        found |= equal & Q((f"{name}__{relation}", value))
        equal &= Q((name, value))
    return found
