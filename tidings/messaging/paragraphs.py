"""A plain text as HTML: its paragraphs, lines and links. Placeholders and blocks stay what they are."""

import re
from html import escape

_MARK = re.compile(r"(\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\})", re.DOTALL)
_LINK = re.compile(r"\{\{\s*links\.\w+\s*\}\}")
_ADDRESS = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?)]")
_BETWEEN_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")
_BODY = "font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif"


def as_html(text: str, language: str = "") -> str:
    """The same template as HTML, in that language if it is known."""
    paragraphs = _BETWEEN_PARAGRAPHS.split(text.replace("\r\n", "\n").strip())
    body = "\n".join(f"<p>{_lines(one)}</p>" for one in paragraphs)
    spoken = f' lang="{escape(language)}"' if language else ""
    return f'<!doctype html>\n<html{spoken}>\n<body style="{_BODY}">\n{body}\n</body>\n</html>\n'


def _lines(paragraph: str) -> str:
    # Every second part is a mark; what stands between is plain.
    parts = _MARK.split(paragraph)
    return "".join(_mark(part) if number % 2 else _plain(part) for number, part in enumerate(parts))


def _mark(part: str) -> str:
    return _anchor(part) if _LINK.fullmatch(part) else part


def _plain(part: str) -> str:
    escaped = escape(part, quote=False)
    return _ADDRESS.sub(lambda found: _anchor(found.group()), escaped).replace("\n", "<br>\n")


def _anchor(target: str) -> str:
    return f'<a href="{target}">{target}</a>'
