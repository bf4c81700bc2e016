"""What each column of a file means: chosen once, stored as JSON, checked again at every run."""

from collections.abc import Iterable
from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from tidings.attributes.rules import BUILT_IN, PUSH_APP, PUSH_ENDPOINT, Attribute, DateOrder, Kind
from tidings.imports.rules.errors import BadMapping


class Key(StrEnum):
    """The identity that says who a row is about."""

    EMAIL = "email"
    EXTERNAL_ID = "external_id"
    MOBILE = "mobile"
    PUSH_ENDPOINT = "push_endpoint"


TARGETS: ReadOnly[str, Attribute] = {**BUILT_IN, **{one.key: one for one in (PUSH_ENDPOINT, PUSH_APP)}}
"""What a column may fill in every installation."""

MEMBER_PREFIX = "member."
"""Before the name of a member attribute, where profile attributes are named as well."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in the header, and the attribute it fills; None if it is left out.

    `is_new` says that the attribute has to be created before the run, `is_member` that it is a member attribute.
    """

    header: str
    attribute: Attribute | None = None
    is_new: bool = False
    is_member: bool = False

    @property
    def target(self) -> str:
        """What it fills, as a person would name it: `first_name`, `member.card`; empty if it is left out."""
        if self.attribute is None:
            return ""
        return f"{MEMBER_PREFIX}{self.attribute.key}" if self.is_member else self.attribute.key


@dataclass(frozen=True, slots=True)
class Mapping:
    """The columns of a file in their order and how their cells are read.

    `source` names the tool that exported the file, if it was recognised. `default_country` (such as `DE`)
    reads telephone numbers without a country code, `date_order` dates like 03/04/1990. `ignores_others` leaves out what
    turns up further down an XML file under other names. A cell that is the `clear_marker` empties its value. A push
    endpoint whose row names no app is of the `app`.
    """

    columns: tuple[Column, ...]
    key: Key = Key.EMAIL
    source: str = ""
    date_order: DateOrder | None = None
    default_country: str = ""
    ignores_others: bool = False
    clear_marker: str = ""
    app: str = ""

    def __post_init__(self) -> None:
        """Raises BadMapping."""
        targets = [column.target for column in self.columns if column.attribute]
        if self.key not in targets:
            raise BadMapping(problem=f"no column is mapped to its key {self.key}")
        if twice := sorted({target for target in targets if targets.count(target) > 1}):
            raise BadMapping(problem=f"more than one column is mapped to {', '.join(twice)}")

    @property
    def headers(self) -> tuple[str, ...]:
        """The header this mapping was made for."""
        return tuple(column.header for column in self.columns)

    @property
    def ignored(self) -> tuple[str, ...]:
        """The columns that are left out."""
        return tuple(column.header for column in self.columns if column.attribute is None)

    @property
    def new_columns(self) -> tuple[Column, ...]:
        """Those whose attributes have to be in the catalogue before the run."""
        return tuple(column for column in self.columns if column.attribute and column.is_new)

    @property
    def of_identities(self) -> "Mapping":
        """The same file with nothing read but who its rows are about."""
        columns = (column if column.target in set(Key) else Column(column.header) for column in self.columns)
        return replace(self, columns=tuple(columns), app=self.app or "any")

    @property
    def has_push(self) -> bool:
        """Whether the file names push endpoints."""
        return self.position_of(PUSH_ENDPOINT.key) is not None

    def position_of(self, target: str) -> int | None:
        """The index of the column that fills an attribute, by its key."""
        return next((i for i, c in enumerate(self.columns) if c.attribute and c.target == target), None)

    def header_of(self, target: str) -> str:
        """The name of the column that fills an attribute, by its key; empty if none does."""
        return next((column.header for column in self.columns if column.target == target), "")

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "columns": [_column_to_dict(column) for column in self.columns],
            "key": str(self.key),
            "source": self.source,
            "date_order": self.date_order and str(self.date_order),
            "default_country": self.default_country,
            "ignores_others": self.ignores_others,
            "clear_marker": self.clear_marker,
            "app": self.app,
        }

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> "Mapping":
        """What `to_dict` gave. Raises BadMapping."""
        try:
            return cls(
                columns=tuple(_column_from_dict(column) for column in stored["columns"]),
                key=Key(stored["key"]),
                source=stored["source"],
                date_order=DateOrder(stored["date_order"]) if stored["date_order"] else None,
                default_country=stored["default_country"],
                ignores_others=stored.get("ignores_others", False),
                clear_marker=stored.get("clear_marker", ""),
                app=stored.get("app", ""),
            )
        except (KeyError, TypeError, ValueError) as fault:
            raise BadMapping(problem=f"{type(fault).__name__} {fault}") from None


def quoted(names: Iterable[str], *, at_most: int = 20) -> str:
    """Names for a message, and how many more there are."""
    listed = list(names)
    text = ", ".join(f'"{name}"' for name in listed[:at_most])
    more = len(listed) - at_most
    return f"{text} and {more:,} more" if more > 0 else text


def _column_to_dict(column: Column) -> dict[str, Any]:
    attribute = column.attribute
    if attribute is None:
        return {"header": column.header, "ignored": True}
    return {
        "header": column.header,
        "key": attribute.key,
        "label": attribute.label,
        "kind": str(attribute.kind),
        "choices": list(attribute.choices),
        "is_new": column.is_new,
        "is_member": column.is_member,
    }


def _column_from_dict(stored: dict[str, Any]) -> Column:
    if stored.get("ignored"):
        return Column(stored["header"])
    attribute = Attribute(stored["key"], stored["label"], Kind(stored["kind"]), tuple(stored["choices"]))
    return Column(stored["header"], attribute, stored["is_new"], stored.get("is_member", False))
