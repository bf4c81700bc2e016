"""The stored values of an attribute, wherever they are: packages plug their tables in (`ATTRIBUTE_VALUES`).

They are read and written in pages, so memory doesn't grow with the number of contacts.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Protocol

from tidings.attributes.models import Attribute
from tidings.attributes.rules import Value, ValueFault
from tidings.kernel import plugs
from tidings.locks.errors import Passing
from tidings.locks.holding import Holding

MISFITS_SHOWN = 5
MISFIT_CHARACTERS_SHOWN = 60

Page = list[tuple[Any, Value]]
Read = Callable[[Value], Value | ValueFault]


class Store(Protocol):
    """A table that holds values. A page is pairs of a row's key and its value; only the store knows such keys."""

    scope: str
    holders: str

    def pages(self, key: str) -> Iterator[Page]:
        """Who has a value under `key`, page by page."""

    def write(self, key: str, page: Page) -> None:
        """Puts other values in the place of those that `pages` gave."""


class Misfit(Passing):
    """A value that doesn't fit was written while others were looked at. They are looked at again."""


def stores(attribute: Attribute) -> list[Store]:
    """Where values of the attribute are."""
    return [store for store in plugs.load("ATTRIBUTE_VALUES") if store.scope == attribute.scope]


def users(attribute: Attribute) -> list[str]:
    """Where the attribute is in use, in words that people understand; empty if nobody would miss it."""
    holders = [store.holders for store in stores(attribute) if any(store.pages(attribute.key))]
    return holders + [use for find in plugs.load("ATTRIBUTE_USERS") for use in find(attribute)]


def has_value(attribute: Attribute, value: Value) -> bool:
    """Whether somebody has exactly this value."""
    return any(value == found for page in pages(attribute) for _, found in page)


def pages(attribute: Attribute) -> Iterator[Page]:
    """All values, page by page."""
    return (page for store in stores(attribute) for page in store.pages(attribute.key))


def first_pages(attribute: Attribute) -> Iterator[Page]:
    """The first page of each table: what a person who waits can be told of at once."""
    return (page for store in stores(attribute) for page in islice(store.pages(attribute.key), 1))


def counted(given: Iterable[Page], holding: Holding) -> Iterator[Page]:
    """The same pages; they count as what the holder has done, who stops between them when it has to."""
    for page in given:
        holding.check()
        yield page
        holding.done += len(page)


def misfits(given: Iterable[Page], read: Read) -> list[str]:
    """The first values that `read` can't take, each with why."""
    faults = ((value, read(value)) for page in given for _, value in page)
    found = ((value, fault) for value, fault in faults if isinstance(fault, ValueFault))
    return [
        f"“{str(value)[:MISFIT_CHARACTERS_SHOWN]}” ({fault.value})"
        for value, fault in islice(found, MISFITS_SHOWN)
    ]


def convert(attribute: Attribute, read: Read, holding: Holding) -> int:
    """Stores each value as `read` gives it, and returns how many changed; belongs in a transaction."""
    changed = 0
    for store in stores(attribute):
        for page in counted(store.pages(attribute.key), holding):
            others = [(row, new) for row, value in page if not _is_same(new := _read(read, value), value)]
            store.write(attribute.key, others)
            changed += len(others)
    return changed


def _read(read: Read, value: Value) -> Value:
    new = read(value)
    if isinstance(new, ValueFault):
        raise Misfit
    return new


def _is_same(new: Value, old: Value) -> bool:
    return new == old and isinstance(new, bool) == isinstance(old, bool)  # to Python, 1 is True
