"""Hides the personalization language from parsers that don't know it, and brings it back.

HTML parsers move `{% for %}` out of tables, and quotes within `{{ … }}` end attributes. So before a source is parsed
each `{{ … }}` becomes a word, and each `{% … %}` between elements a comment, which parsers leave where they stand.
"""

import re
from dataclasses import dataclass
from itertools import count

PLACEHOLDER = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
NOT_BETWEEN_ELEMENTS = re.compile(
    r"""<!--.*?-->|<(style|script|title|textarea|mj-style|mj-title|mj-preview)\b.*?</\1\s*>"""
    r"""|</?[a-zA-Z](?:"[^"]*"|'[^']*'|[^'">])*>""",
    re.DOTALL | re.IGNORECASE,
)
"""Where a comment would be text: in other comments, in what isn't parsed, inside a tag."""


@dataclass(frozen=True)
class Masked:
    """A source without placeholders, and what brings them back."""

    text: str
    word: str
    hidden: tuple[str, ...]

    def unmask(self, text: str) -> str:
        """The text with its placeholders, however a parser wrote their words."""
        number = rf"{self.word}([0-9]+)z"
        forms = rf"<!--{number}\s*-->|&lt;!--{number}\s*--&gt;|{number}"
        return re.sub(forms, lambda match: self.hidden[int(match[1] or match[2] or match[3])], text)

    def hides_in(self, text: str) -> bool:
        """Whether a placeholder or block is hidden in the text."""
        return self.word in text


def mask(source: str) -> Masked:
    """Hides all placeholders and blocks; lines keep their numbers."""
    word = next(word for n in count() if (word := f"hidden{n}x") not in source)
    hidden: list[str] = []

    def hide(match: re.Match[str]) -> str:
        hidden.append(match[0])
        return f"{word}{len(hidden) - 1}z"

    words = PLACEHOLDER.sub(hide, source)
    return Masked(_with_comments(words, word, hidden), word, tuple(hidden))


def _with_comments(words: str, word: str, hidden: list[str]) -> str:
    """The words of blocks between elements as comments, as many lines long as the blocks."""
    found = re.compile(rf"{word}([0-9]+)z")

    def comment(match: re.Match[str]) -> str:
        block = hidden[int(match[1])]
        return match[0] if block.startswith("{{") else f"<!--{match[0]}{chr(10) * block.count(chr(10))}-->"

    pieces, at = [], 0
    for kept in NOT_BETWEEN_ELEMENTS.finditer(words):
        pieces += [found.sub(comment, words[at : kept.start()]), kept[0]]
        at = kept.end()
    return "".join([*pieces, found.sub(comment, words[at:])])
