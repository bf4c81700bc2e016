"""Whether two documents show the same, however their sources are laid out."""

import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser

from tidings.messaging.formats.elements import LINES
from tidings.messaging.formats.masks import mask

Piece = tuple[str, ...]

SPACE = re.compile(r"[ \t\r\n\f]+")  # not the one that doesn't break

_BREAKING = LINES | {"body", "head", "html", "td", "th"}
"""Elements beside which white space is not seen."""


def show_the_same(one: str, other: str) -> bool:
    """Whether two HTML documents have the same elements, attributes, texts and placeholders."""
    return _pieces(one) == _pieces(other)


def _pieces(document: str) -> list[Piece]:
    masked = mask(document)
    reader = _Reader()
    reader.feed(masked.text)
    reader.close()
    return [tuple(masked.unmask(part) for part in piece) for piece in _without_unseen_space(reader.pieces)]


class _Reader(HTMLParser):
    """Takes a document to pieces, with the white space between words as one space."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[Piece] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = (f"{name}={_tidy(name, value or '')}" for name, value in sorted(attrs))
        self.pieces.append(("<", tag, *values))

    def handle_endtag(self, tag: str) -> None:
        self.pieces.append((">", tag))

    def handle_data(self, data: str) -> None:
        self.pieces.append(("text", SPACE.sub(" ", data)))

    def handle_comment(self, data: str) -> None:
        self.pieces.append(("comment", SPACE.sub(" ", data)))


def _tidy(name: str, value: str) -> str:
    """A value without what only looks different: style sheets write `color:red` as `color: red;`."""
    if name != "style":
        return value
    rules = (rule.partition(":") for rule in value.split(";") if rule.strip())
    return ";".join(f"{key.strip()}:{SPACE.sub(' ', what.strip())}" for key, _, what in rules)


def _without_unseen_space(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces, texts without the spaces where a line ends anyway."""
    edge: Piece = (">", "html")
    for before, piece, after in zip([edge, *pieces], pieces, [*pieces[1:], edge], strict=False):
        if piece[0] != "text":
            yield piece
            continue
        text = piece[1]
        text = text.lstrip(" ") if _breaks(before) else text
        text = text.rstrip(" ") if _breaks(after) else text
        if text:
            yield ("text", text)


def _breaks(piece: Piece) -> bool:
    return piece[0] == "comment" or (piece[0] in "<>" and piece[1] in _BREAKING)
