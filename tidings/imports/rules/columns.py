"""Cells -> values, a column of many rows at a time: the hot loop of every import.

`map` and `zip` do most of the work, a third faster than row by row; single cells are looked at where something is
wrong with them.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from json.encoder import encode_basestring
from typing import Generic, TypeVar, cast

from tidings.attributes.rules import (
    OWN_COLUMNS,
    PUSH_APP,
    PUSH_ENDPOINT,
    TEXT_CHARACTERS_AT_MOST,
    Attribute,
    DateOrder,
    Kind,
    ValueFault,
    normalise_value,
)
from tidings.contacts.rules import (
    EXTERNAL_ID_CHARACTERS_AT_MOST,
    AddressFault,
    normalise_app,
    normalise_emails,
    normalise_endpoint,
    normalise_language,
    normalise_mobile,
)
from tidings.imports.rules.mapping import Key, Mapping
from tidings.imports.rules.reasons import Reason

# Values of typed columns repeat (a hundred years have 36,525 birthdays); each is normalised once.
CACHED_VALUES_PER_COLUMN = 50_000
CACHED_CELL_CHARACTERS_AT_MOST = 100  # no date or number is longer, but what stands in its place may be

Columns = Sequence[Sequence[str]]
"""The cells of some records, by column."""

ReadCell = Callable[[str], str | AddressFault | ValueFault]
ReadCells = Callable[[Sequence[str]], Iterable[str | AddressFault | ValueFault]]
Empty = TypeVar("Empty", str, None)

_REASONS = {
    AddressFault.NO_ADDRESS: Reason.NO_ADDRESS,
    AddressFault.BAD_ADDRESS: Reason.BAD_ADDRESS,
    AddressFault.SEVERAL_ADDRESSES: Reason.SEVERAL_ADDRESSES,
    AddressFault.NAME_WITH_ADDRESS: Reason.NAME_WITH_ADDRESS,
    AddressFault.TOO_LONG: Reason.TOO_LONG,
    AddressFault.BAD_MOBILE: Reason.BAD_MOBILE,
    AddressFault.BAD_LANGUAGE: Reason.BAD_LANGUAGE,
    AddressFault.BAD_ENDPOINT: Reason.BAD_PUSH_ENDPOINT,
    AddressFault.LONG_ENDPOINT: Reason.TOO_LONG,
    AddressFault.BAD_APP: Reason.BAD_APP,
    ValueFault.CONTROL_CHARACTER: Reason.CONTROL_CHARACTER,
    ValueFault.TOO_LONG: Reason.TOO_LONG,
    ValueFault.NOT_A_NUMBER: Reason.BAD_NUMBER,
    ValueFault.AMBIGUOUS_NUMBER: Reason.BAD_NUMBER,
    ValueFault.TOO_MANY_DIGITS: Reason.BAD_NUMBER,
    ValueFault.NOT_A_BOOLEAN: Reason.BAD_BOOLEAN,
    ValueFault.NOT_A_DATE: Reason.BAD_DATE,
    ValueFault.AMBIGUOUS_DATE: Reason.AMBIGUOUS_DATE,
    ValueFault.NOT_A_DATE_TIME: Reason.BAD_DATE_TIME,
    ValueFault.NOT_A_ZONE: Reason.BAD_TIME_ZONE,
    ValueFault.NOT_A_LIMIT: Reason.BAD_LIMIT,
    ValueFault.NOT_A_CHOICE: Reason.BAD_CHOICE,
}
_MISSING = {
    Key.EMAIL: Reason.NO_ADDRESS,
    Key.MOBILE: Reason.NO_MOBILE,
    Key.EXTERNAL_ID: Reason.NO_EXTERNAL_ID,
    Key.PUSH_ENDPOINT: Reason.NO_PUSH_ENDPOINT,
}
_OWN_TARGETS = {*OWN_COLUMNS, PUSH_ENDPOINT.key, PUSH_APP.key}
_json = json.JSONEncoder(ensure_ascii=False).encode
_EMPTY_DATE_CHARACTERS = frozenset("0./-")  # Outlook writes 0.0.00 and databases 0000-00-00 for no date


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a record is no row; `column` is the index of the column that is to blame, None for the whole record."""

    reason: Reason
    column: int | None
    value: str


Faults = dict[int, Fault]
"""The first fault of each record that has one, by the record's index."""


class Reader:
    """Reads columns by one mapping. Faults are looked for among identities first, then typed values, then texts."""

    def __init__(self, mapping: Mapping) -> None:
        self._identities = _identities(mapping)
        self._push = _Push(mapping) if mapping.has_push else None
        keys = [*self._identities, self._push and self._push.endpoint]
        self._key = next(each for each in keys if each and each.missing)
        self._profile = _Values(mapping, is_member=False)
        self._member = _Values(mapping, is_member=True)

    def key_of(self, cells: Sequence[str]) -> tuple[str, ...]:
        """Who a record is about, as it is stored; nobody if that can't be read."""
        cell = cells[self._key.at] if self._key.at < len(cells) else ""
        found = next(iter(self._key.read([cell])))
        return (found,) if isinstance(found, str) else ()

    def identities(self, columns: Columns, faults: Faults) -> list[Iterable[str | None]]:
        """The e-mail address, mobile number, external id and language of each record."""
        return [repeat(None) if each is None else each.values(columns, faults) for each in self._identities]

    def push(self, columns: Columns, faults: Faults) -> tuple[Iterable[str | None], ...]:
        """The push endpoint of each record, and its app; nothing if the file has none."""
        return self._push.values(columns, faults) if self._push else ()

    def attributes(self, columns: Columns, faults: Faults) -> Iterable[str]:
        """The other values of each record, as a JSON object; one that is to be emptied is null."""
        return self._profile.objects(columns, faults) if self._profile.are_any else repeat("{}")

    def member_attributes(self, columns: Columns, faults: Faults) -> Iterable[str | None]:
        """The member attributes of each record, in the same form; None if the file has none."""
        return self._member.objects(columns, faults) if self._member.are_any else repeat(None)


class _Values:
    """The columns that become one JSON object: those of profile attributes, or those of member attributes."""

    def __init__(self, mapping: Mapping, *, is_member: bool) -> None:
        free = _free_attributes(mapping, is_member=is_member)
        marker = mapping.clear_marker
        self._texts = [_Text(at, attribute.key, marker) for at, attribute in free if attribute.is_free_text]
        self._typed = [
            _Column(at, partial(map, _member_reader(attribute, mapping.date_order, marker)), empty="")
            for at, attribute in free
            if not attribute.is_free_text
        ]
        self.are_any = bool(free)

    def objects(self, columns: Columns, faults: Faults) -> list[str]:
        """A JSON object for each record."""
        members = [text.members(columns) for text in self._texts]
        members += [typed.values(columns, faults) for typed in self._typed]
        objects = ["{" + "".join(row)[:-1] + "}" for row in zip(*members, strict=True)]
        if max(map(len, objects)) > TEXT_CHARACTERS_AT_MOST:  # one check for all texts; few rows come so far
            for text in self._texts:
                text.refuse_long(columns, faults)
        return objects


@dataclass(frozen=True, slots=True)
class _Column(Generic[Empty]):
    """How the cells of column `at` are read; `empty` stands for an empty one, unless that is the fault `missing`."""

    at: int
    read: ReadCells
    empty: Empty
    missing: Reason | None = None

    def values(self, columns: Columns, faults: Faults) -> list[str | Empty]:
        """The value of each cell; a cell that has none adds its fault."""
        cells = columns[self.at]
        found = list(self.read(cells))
        if set(map(type, found)) == {str}:
            return cast("list[str | Empty]", found)
        return [
            value if isinstance(value, str) else self._without_value(row, cells[row], value, faults)
            for row, value in enumerate(found)
        ]

    def _without_value(
        self, row: int, cell: str, problem: AddressFault | ValueFault, faults: Faults
    ) -> Empty:
        if cell.strip():
            faults.setdefault(row, Fault(_REASONS[problem], self.at, cell))
        elif self.missing:
            faults.setdefault(row, Fault(self.missing, self.at, ""))
        return self.empty


@dataclass(frozen=True, slots=True)
class _Text:
    """The column of a text attribute: nothing of it is read but the space around it."""

    at: int
    key: str
    marker: str

    def members(self, columns: Columns) -> list[str]:
        """A member of a JSON object for each cell, with a comma behind it; empty text for an empty cell."""
        name = _member_name(self.key)
        members = [
            f"{name}{encode_basestring(text)}," if text else "" for text in map(str.strip, columns[self.at])
        ]
        if not self.marker:
            return members
        full, emptied = f"{name}{encode_basestring(self.marker)},", f"{name}null,"
        return [emptied if member == full else member for member in members]

    def refuse_long(self, columns: Columns, faults: Faults) -> None:
        """Adds the faults of texts that are too long."""
        for row, cell in enumerate(columns[self.at]):
            if len(cell.strip()) > TEXT_CHARACTERS_AT_MOST:
                faults.setdefault(row, Fault(Reason.TOO_LONG, self.at, cell))


class _Push:
    """The columns of push endpoints and of their apps."""

    def __init__(self, mapping: Mapping) -> None:
        self._default = mapping.app or None
        self.endpoint = _push_column(mapping)
        at = mapping.position_of(PUSH_APP.key)
        read = partial(map, _Cached(normalise_app).__getitem__)
        self._app = None if at is None else _Column(at, read, empty=None)

    def values(self, columns: Columns, faults: Faults) -> tuple[Iterable[str | None], Iterable[str | None]]:
        """Both for each record; an endpoint whose app nobody names is a fault."""
        endpoints = self.endpoint.values(columns, faults)
        if self._app is None:
            return endpoints, repeat(self._default)
        apps = [app or self._default for app in self._app.values(columns, faults)]
        for row, (endpoint, app) in enumerate(zip(endpoints, apps, strict=True)):
            if endpoint and not app:
                faults.setdefault(row, Fault(Reason.NO_APP, self._app.at, ""))
        return endpoints, apps


def _identities(mapping: Mapping) -> list[_Column[None] | None]:
    readers: dict[str, ReadCells] = {
        "email": normalise_emails,
        "mobile": partial(map, partial(normalise_mobile, default_country=mapping.default_country)),
        "external_id": partial(map, _external_id),
        "language": partial(map, _Cached(normalise_language).__getitem__),
    }
    return [_identity(mapping, target, read) for target, read in readers.items()]


def _identity(mapping: Mapping, target: str, read: ReadCells) -> _Column[None] | None:
    at = mapping.position_of(target)
    if at is None:
        return None
    if mapping.clear_marker and target not in {mapping.key, Key.EMAIL}:
        read = partial(map, _clearing(read, mapping.clear_marker))
    return _Column(at, read, empty=None, missing=_MISSING[mapping.key] if target == mapping.key else None)


def _push_column(mapping: Mapping) -> _Column[None]:
    """A contact may have many endpoints, so the word that empties a value says nothing here: it is a fault."""

    def read(cell: str) -> str | AddressFault:
        is_marker = cell.strip() == mapping.clear_marker
        return AddressFault.BAD_ENDPOINT if is_marker else normalise_endpoint(cell)

    at = mapping.position_of(Key.PUSH_ENDPOINT)
    missing = Reason.NO_PUSH_ENDPOINT if mapping.key is Key.PUSH_ENDPOINT else None
    return _Column(cast("int", at), partial(map, read), empty=None, missing=missing)


def _clearing(read: ReadCells, marker: str) -> ReadCell:
    """Reads cell by cell; the marker is the empty text, which takes an identity away."""

    def read_one(cell: str) -> str | AddressFault | ValueFault:
        return "" if cell.strip() == marker else next(iter(read([cell])))

    return read_one


def _external_id(cell: str) -> str | AddressFault:
    text = cell.strip()
    if len(text) > EXTERNAL_ID_CHARACTERS_AT_MOST:
        return AddressFault.TOO_LONG
    return text or AddressFault.NO_ADDRESS


def _free_attributes(mapping: Mapping, *, is_member: bool) -> list[tuple[int, Attribute]]:
    return [
        (at, column.attribute)
        for at, column in enumerate(mapping.columns)
        if column.attribute and column.is_member == is_member and column.target not in _OWN_TARGETS
    ]


def _member_name(key: str) -> str:
    return encode_basestring(key) + ":"


def _member_reader(attribute: Attribute, date_order: DateOrder | None, marker: str) -> ReadCell:
    """A function: cell -> a member of a JSON object with a comma behind it, empty text for an empty cell."""
    name = _member_name(attribute.key)

    def read(cell: str) -> str | ValueFault:
        text = cell.strip()
        if not text or (attribute.kind is Kind.DATE and _EMPTY_DATE_CHARACTERS.issuperset(text)):
            return ""
        if text == marker:
            return f"{name}null,"
        value = normalise_value(attribute, text, date_order=date_order)
        return value if isinstance(value, ValueFault) else f"{name}{_json(value)},"

    return _Cached(read).__getitem__


class _Cached(dict[str, str | AddressFault | ValueFault]):
    """What a function read in cells so far. Faster than `lru_cache`, and a long cell isn't kept."""

    def __init__(self, read: ReadCell) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, cell: str) -> str | AddressFault | ValueFault:
        if len(self) >= CACHED_VALUES_PER_COLUMN:
            self.clear()
        value = self._read(cell)
        if len(cell) <= CACHED_CELL_CHARACTERS_AT_MOST:
            self[cell] = value
        return value
