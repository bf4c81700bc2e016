"""What changed from one version to another, word by word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple

from tidings.messaging.files import attached_to
from tidings.messaging.models import Written

PARTS = ("subject", "preview_text", "format", "source", "text", "attachments")
WORDS = re.compile(r"\s+|\w+|[^\w\s]")
CHARS_AROUND = 200  # of what stayed, beside a change; more is left out of the middle
MAX_WORDS = 20_000  # beyond it whole lines are compared: word by word would take seconds


class Piece(NamedTuple):
    """Some text that is `same`, `added` or `removed`; `left out` stands for text that stayed, and says how much."""

    kind: str
    text: str


@dataclass(frozen=True)
class Difference:
    """One part of a message that differs, in the order in which it reads."""

    part: str
    pieces: list[Piece]

    @property
    def label(self) -> str:
        """The part as people read it."""
        return self.part.replace("_", " ").capitalize()


def difference(old: Written, new: Written) -> list[Difference]:
    """The parts that differ; none if both say the same."""
    return [
        Difference(part, list(_shortened(_pieces(before, after))))
        for part in PARTS
        if (before := _said(old, part)) != (after := _said(new, part))
    ]


def _said(written: Written, part: str) -> str:
    """A part as text; attachments by their names."""
    if part == "attachments":
        return "\n".join(file.name for file in attached_to(written))
    said: str = getattr(written, part)
    return said


def _pieces(before: str, after: str) -> Iterator[Piece]:
    old, new = WORDS.findall(before), WORDS.findall(after)
    if max(len(old), len(new)) > MAX_WORDS:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    for kind, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece("same", "".join(old[start:end]))
            continue
        if start < end:
            yield Piece("removed", "".join(old[start:end]))
        if new_start < new_end:
            yield Piece("added", "".join(new[new_start:new_end]))


def _shortened(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The pieces without the middle of long texts that stayed as they were."""
    for piece in pieces:
        left_out = len(piece.text) - 2 * CHARS_AROUND
        if piece.kind != "same" or left_out <= CHARS_AROUND:
            yield piece
            continue
        yield Piece("same", piece.text[:CHARS_AROUND])
        yield Piece("left out", f"{left_out:,} characters")
        yield Piece("same", piece.text[-CHARS_AROUND:])
