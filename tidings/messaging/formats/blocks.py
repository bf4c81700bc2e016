"""Blocks: a message as a list of headings, texts, buttons and the like, stored as JSON and compiled through MJML.

A source is `[{"type": "heading", "text": "Hello"}, …]`. What each kind of block holds stands in `KINDS`; all values
are strings, `columns` holds a list of columns. Texts are Markdown, and every value may hold placeholders.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any

from markdown_it import MarkdownIt

from tidings.messaging.formats.errors import BadBlock, BadBlocks
from tidings.messaging.formats.masks import mask
from tidings.messaging.formats.mjml import compile_mjml
from tidings.messaging.personalization.errors import TemplateError
from tidings.messaging.personalization.template import used_names

Block = dict[str, Any]

MAX_BLOCKS = 200
KINDS: Mapping[str, tuple[str, ...]] = {
    "heading": ("text",),
    "text": ("text",),
    "button": ("label", "link"),
    "image": ("source", "alt", "link"),
    "divider": (),
    "columns": ("columns",),
    "footer": ("text", "unsubscribe"),
}
NEEDED = {"heading": ("text",), "button": ("label", "link"), "image": ("source",), "footer": ("unsubscribe",)}
COLUMN = ("source", "alt", "text")
"""What a column holds: a picture, a text, or both."""
MAX_COLUMNS = 4

_TEXT = MarkdownIt("commonmark", {"html": False}).enable("strikethrough")
_FRAME = files(__package__).joinpath("blocks.mjml").read_text(encoding="utf-8")


def compile_blocks(source: str) -> str:
    """The HTML document; `BadBlock` says which block is wrong and how."""
    return compile_mjml(mjml_of(read_blocks(source)))


def read_blocks(source: str) -> list[Block]:
    """The blocks of a source, each with all fields of its kind; raises `BadBlocks` or `BadBlock`."""
    try:
        blocks = json.loads(source or "[]")
    except ValueError as error:
        raise BadBlocks(part="blocks", problem=f"it is no JSON ({error}).") from error
    if not isinstance(blocks, list):
        raise BadBlocks(part="blocks", problem="it is no list. Write [{…}, {…}].")
    if len(blocks) > MAX_BLOCKS:
        raise BadBlocks(part="blocks", problem=f"there are {len(blocks)}; {MAX_BLOCKS} are possible.")
    return [_read(number, block) for number, block in enumerate(blocks, start=1)]


def write_blocks(blocks: Sequence[Block]) -> str:
    """The source that holds these blocks, one a line."""
    lines = ",\n".join(json.dumps(block, ensure_ascii=False) for block in blocks)
    return f"[\n{lines}\n]"


def mjml_of(blocks: Sequence[Block]) -> str:
    """The blocks as MJML; `BadBlock` names the first that lacks something."""
    sections = []
    for number, block in enumerate(blocks, start=1):
        for field in NEEDED.get(block["type"], ()):
            if not block[field].strip():
                raise _bad(number, block["type"], f"its {field} is empty. Fill it in, or delete the block.")
        sections.append(_SECTIONS[block["type"]](block))
    return _FRAME.replace("<!-- blocks -->", "\n".join(sections))


def _read(number: int, block: object) -> Block:
    if not isinstance(block, dict) or block.get("type") not in KINDS:
        kinds = ", ".join(KINDS)
        raise _bad(number, "of no known type", f"its type is one of {kinds}.")
    kind = block["type"]
    _demand_known(number, kind, block, ("type", *KINDS[kind]))
    if kind == "columns":
        return {"type": kind, "columns": _read_columns(number, block.get("columns", []))}
    return {"type": kind} | {field: _string(number, kind, block, field) for field in KINDS[kind]}


def _read_columns(number: int, columns: object) -> list[dict[str, str]]:
    if not isinstance(columns, list) or not 1 <= len(columns) <= MAX_COLUMNS:
        raise _bad(number, "columns", f"it holds a list of 1 to {MAX_COLUMNS} columns.")
    for column in columns:
        if not isinstance(column, dict):
            raise _bad(number, "columns", "a column is no object.")
        _demand_known(number, "columns", column, COLUMN)
    return [{field: _string(number, "columns", column, field) for field in COLUMN} for column in columns]


def _demand_known(number: int, kind: str, block: Mapping[str, Any], known: Sequence[str]) -> None:
    if unknown := [field for field in block if field not in known]:
        raise _bad(number, kind, f"it has no field “{unknown[0]}”. There are: {', '.join(known)}.")


def _string(number: int, kind: str, block: Mapping[str, Any], field: str) -> str:
    value = block.get(field, "")
    if not isinstance(value, str) or "\x00" in value:
        raise _bad(number, kind, f"its {field} is no text.")
    try:
        used_names(value, field)
    except TemplateError as error:
        raise _bad(
            number, kind, f"its {field}, line {error.facts['line']}: {error.facts['problem']}"
        ) from error
    return value


def _bad(number: int, kind: str, problem: str) -> BadBlock:
    return BadBlock(part="blocks", number=number, kind=kind, problem=problem)


def _section(*columns: str) -> str:
    inside = "".join(f"<mj-column>{column}</mj-column>" for column in columns)
    return f'<mj-section css-class="letter" background-color="#ffffff" padding="0">{inside}</mj-section>'


def _escaped(value: str) -> str:
    """The value in MJML's text or attributes, its placeholders as they are."""
    masked = mask(value)
    return masked.unmask(escape(masked.text))


def _markdown(value: str) -> str:
    masked = mask(value)
    return masked.unmask(_TEXT.render(masked.text))


def _heading(block: Block) -> str:
    return _section(f'<mj-text mj-class="heading"><h1>{_escaped(block["text"])}</h1></mj-text>')


def _text(block: Block) -> str:
    return _section(f"<mj-text>{_markdown(block['text'])}</mj-text>")


def _button(block: Block) -> str:
    return _section(f'<mj-button href="{_escaped(block["link"])}">{_escaped(block["label"])}</mj-button>')


def _image(block: Block) -> str:
    return _section(_picture(block["source"], block["alt"], block["link"]))


def _picture(source: str, alt: str, link: str = "") -> str:
    href = f' href="{_escaped(link)}"' if link.strip() else ""
    return f'<mj-image src="{_escaped(source)}" alt="{_escaped(alt)}"{href} />'


def _divider(block: Block) -> str:  # noqa: ARG001 - all sections are made from their block
    return _section("<mj-divider />")


def _columns(block: Block) -> str:
    return _section(*map(_column, block["columns"]))


def _column(column: Mapping[str, str]) -> str:
    picture = _picture(column["source"], column["alt"]) if column["source"].strip() else ""
    return f"{picture}<mj-text>{_markdown(column['text'])}</mj-text>"


def _footer(block: Block) -> str:
    link = f'<p><a href="{{{{ links.unsubscribe }}}}">{_escaped(block["unsubscribe"])}</a></p>'
    return _section(f'<mj-text mj-class="footer">{_markdown(block["text"])}{link}</mj-text>')


_SECTIONS: Mapping[str, Callable[[Block], str]] = {
    "heading": _heading,
    "text": _text,
    "button": _button,
    "image": _image,
    "divider": _divider,
    "columns": _columns,
    "footer": _footer,
}
