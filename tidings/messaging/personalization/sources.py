"""A source with its placeholders taken out, for those who read the text around them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import TemplateSyntaxError

from tidings.messaging.personalization.errors import TemplateError
from tidings.messaging.personalization.parse import tokens

# Private characters that mark where a placeholder stood, around its number.
OPEN, CLOSE = "\ue000", "\ue001"
MARK = re.compile(f"{OPEN}(\\d+){CLOSE}")
_STRAY = str.maketrans("", "", OPEN + CLOSE)


@dataclass(frozen=True)
class Outline:
    """`text` has the lines of the source, marks for placeholders and nothing for tags and notes.

    `placeholders` are what stood between the braces; a mark's number is an index in it.
    """

    text: str
    placeholders: tuple[str, ...]
    has_tags: bool

    def written(self, text: str) -> str:
        """A piece of the outline with its placeholders as they were written."""
        return MARK.sub(lambda mark: f"{{{{ {self.placeholders[int(mark[1])].strip()} }}}}", text)

    def within(self, text: str) -> list[str]:
        """The placeholders that stand in a piece of the outline."""
        return [self.placeholders[int(number)] for number in MARK.findall(text)]


def outline(source: str, part: str) -> Outline:
    """The outline of a source; `TemplateError` if it is no template."""
    placeholders: list[str] = []
    inside: list[str] | None = None
    text = []
    has_tags = False
    for kind, value in _tokens(source, part):
        if kind == "data":
            text.append(value.translate(_STRAY))
            continue
        text.append("\n" * value.count("\n"))
        if kind == "variable_begin":
            inside = []
        elif kind == "variable_end":
            text.append(f"{OPEN}{len(placeholders)}{CLOSE}")
            placeholders.append("".join(inside or ()))
            inside = None
        elif inside is not None:
            inside.append(value)
        has_tags |= kind == "block_begin"
    return Outline("".join(text), tuple(placeholders), has_tags)


def _tokens(source: str, part: str) -> Iterator[tuple[str, str]]:
    try:
        yield from tokens(source)
    except TemplateSyntaxError as error:
        raise TemplateError(part=part, line=error.lineno, problem=error.message or "") from error
