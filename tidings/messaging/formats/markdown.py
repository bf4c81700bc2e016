"""Markdown (CommonMark with tables) to an HTML document."""

from importlib.resources import files

from markdown_it import MarkdownIt

from tidings.messaging.formats.masks import mask
from tidings.messaging.formats.styles import with_inline_styles

_READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_STYLES = files(__package__).joinpath("markdown.css").read_text(encoding="utf-8")
_DOCUMENT = """<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<style>{styles}</style>
</head>
<body>
<div class="page"><div class="letter">
{body}</div></div>
</body>
</html>
"""


def compile_markdown(source: str) -> str:
    """The document. Nothing is wrong Markdown, so nothing is refused; HTML within it stays."""
    masked = mask(source)
    body = _READER.render(masked.text)
    return masked.unmask(with_inline_styles(_DOCUMENT.format(styles=_STYLES, body=body)))
