"""The form in which blocks are written: fields from a source, blocks from posted fields, and what its buttons do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tidings.kernel.errors import TidingsError
from tidings.messaging.formats.blocks import (
    COLUMN,
    KINDS,
    MAX_BLOCKS,
    MAX_COLUMNS,
    Block,
    read_blocks,
    write_blocks,
)
from tidings.web.forms import with_our_line_ends

LABELS = {
    "text": "Text",
    "label": "Words on the button",
    "link": "Address it leads to",
    "source": "Address of the picture",
    "alt": "What the picture shows",
    "unsubscribe": "Words of the link to unsubscribe",
}
NAMES = {
    "heading": "Heading",
    "text": "Text",
    "button": "Button",
    "image": "Picture",
    "divider": "Line",
    "columns": "Columns",
    "footer": "Footer",
}
LONG = frozenset({("text", "text"), ("columns", "text"), ("footer", "text")})
DEFAULTS = {"footer": {"unsubscribe": "Unsubscribe"}}
NEW_COLUMNS = 2


@dataclass(frozen=True)
class Field:
    """One input of a block."""

    name: str
    label: str
    value: str
    is_long: bool


@dataclass(frozen=True)
class Row:
    """One block as the form shows it; `columns` are the fields of each."""

    number: int
    name: str
    kind: str
    fields: list[Field]
    columns: list[list[Field]]
    is_first: bool
    is_last: bool

    @property
    def has_room(self) -> bool:
        """Whether another column fits."""
        return len(self.columns) < MAX_COLUMNS


@dataclass(frozen=True)
class Done:
    """What a button did: the blocks now, what to say of it, and which block has the focus (0 for none)."""

    blocks: list[Block]
    said: str
    focus: int = 0


def rows_of(blocks: Sequence[Block]) -> list[Row]:
    """The blocks as the form shows them."""
    last = len(blocks)
    return [
        Row(
            number,
            NAMES[block["type"]],
            block["type"],
            [_field(block, number, name) for name in KINDS[block["type"]] if name != "columns"],
            [_column(column, number, at) for at, column in enumerate(block.get("columns", []), start=1)],
            number == 1,
            number == last,
        )
        for number, block in enumerate(blocks, start=1)
    ]


def _field(block: Block, number: int, name: str) -> Field:
    kind = block["type"]
    return Field(f"block-{number}-{name}", LABELS[name], block[name], (kind, name) in LONG)


def _column(column: Mapping[str, str], number: int, at: int) -> list[Field]:
    return [
        Field(f"block-{number}-{at}-{name}", LABELS[name], column[name], ("columns", name) in LONG)
        for name in COLUMN
    ]


def blocks_in(source: str) -> list[Block]:
    """The blocks of a source; none if it can't be read, which is told when a version is saved."""
    try:
        return read_blocks(source)
    except TidingsError:
        return []


def posted(given: Mapping[str, Any]) -> list[Block]:
    """The blocks that a form holds."""
    blocks = []
    for number in range(1, MAX_BLOCKS + 1):
        kind = given.get(f"block-{number}-type", "")
        if kind not in KINDS:
            break
        blocks.append(_posted(given, number, kind))
    return blocks


def _posted(given: Mapping[str, Any], number: int, kind: str) -> Block:
    if kind == "columns":
        return {"type": kind, "columns": _posted_columns(given, number)}
    return {"type": kind} | {name: _text(given, f"block-{number}-{name}") for name in KINDS[kind]}


def _posted_columns(given: Mapping[str, Any], number: int) -> list[dict[str, str]]:
    there = [at for at in range(1, MAX_COLUMNS + 1) if f"block-{number}-{at}-text" in given]
    return [{name: _text(given, f"block-{number}-{at}-{name}") for name in COLUMN} for at in there]


def _text(given: Mapping[str, Any], name: str) -> str:
    return with_our_line_ends(given.get(name, ""))


def source_of(blocks: Sequence[Block]) -> str:
    """The source that a draft keeps; nothing for no blocks."""
    return write_blocks(blocks) if blocks else ""


def press(blocks: list[Block], button: str) -> Done:
    """What a button does: `add:KIND`, `up:N`, `down:N`, `delete:N`, `column:N` and `uncolumn:N`.

    A button that doesn't fit the blocks does nothing: the form may have changed in another window.
    """
    verb, _, what = button.partition(":")
    if verb == "add" and what in KINDS and len(blocks) < MAX_BLOCKS:
        return Done([*blocks, _new(what)], f"{NAMES[what]} added at the end.", len(blocks) + 1)
    at = int(what) - 1 if what.isdecimal() and len(what) < 4 else -1  # noqa: PLR2004 - there are 200 at most
    if verb not in _ON_ONE or not 0 <= at < len(blocks):
        return Done(blocks, "")
    return _ON_ONE[verb](blocks, at)


def _new(kind: str) -> Block:
    if kind == "columns":
        return {"type": kind, "columns": [dict.fromkeys(COLUMN, "") for _ in range(NEW_COLUMNS)]}
    return {"type": kind} | dict.fromkeys(KINDS[kind], "") | DEFAULTS.get(kind, {})


def _move(blocks: list[Block], at: int, to: int, where: str) -> Done:
    if not 0 <= to < len(blocks):
        return Done(blocks, "", at + 1)
    moved = blocks.copy()
    moved[at], moved[to] = moved[to], moved[at]
    return Done(moved, f"{NAMES[blocks[at]['type']]} moved {where}, now block {to + 1}.", to + 1)


def _up(blocks: list[Block], at: int) -> Done:
    return _move(blocks, at, at - 1, "up")


def _down(blocks: list[Block], at: int) -> Done:
    return _move(blocks, at, at + 1, "down")


def _delete(blocks: list[Block], at: int) -> Done:
    rest = blocks[:at] + blocks[at + 1 :]
    return Done(rest, f"{NAMES[blocks[at]['type']]} deleted. Undo brings it back.", min(at + 1, len(rest)))


def _add_column(blocks: list[Block], at: int) -> Done:
    return _with_columns(blocks, at, [dict.fromkeys(COLUMN, "")], "added")


def _remove_column(blocks: list[Block], at: int) -> Done:
    return _with_columns(blocks, at, None, "removed")


def _with_columns(blocks: list[Block], at: int, more: list[dict[str, str]] | None, what: str) -> Done:
    """With another column at the end, or without the last one."""
    columns = blocks[at].get("columns", [])
    changed = columns + more if more else columns[:-1]
    if not columns or not 1 <= len(changed) <= MAX_COLUMNS:
        return Done(blocks, "", at + 1)
    done = [*blocks[:at], blocks[at] | {"columns": changed}, *blocks[at + 1 :]]
    return Done(done, f"Column {what}, now {len(changed)}.", at + 1)


_ON_ONE = {"up": _up, "down": _down, "delete": _delete, "column": _add_column, "uncolumn": _remove_column}
