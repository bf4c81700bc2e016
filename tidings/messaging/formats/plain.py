"""The plain text that stands beside HTML, made from it: paragraphs, lists, and links with their addresses."""

import re
from html.parser import HTMLParser

from tidings.messaging.formats.elements import LINES, PARAGRAPHS, UNSEEN, VOID
from tidings.messaging.formats.masks import mask

HIDDEN_STYLE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
SPACES = re.compile(r"[ \t\r\n\f\u00a0\u200b\u200c\u034f]+")
RULE = "-" * 40
MANY_LINE_ENDS = re.compile(r"\n{3,}")


def text_of(html: str) -> str:
    """The text of the HTML, with its placeholders and blocks. Pictures are told by their alternative text."""
    masked = mask(html)
    reader = _Reader(masked.word)
    reader.feed(masked.text)
    reader.close()
    return masked.unmask(reader.text())


class _Block(str):
    """`{% … %}`: it leaves nothing in a copy, so what comes before it is what a copy shows last."""

    __slots__ = ()


class _Bullet(str):
    """What begins an item of a list; no line ends right behind it."""

    __slots__ = ()


class _Reader(HTMLParser):
    """Collects what is seen; two line ends before and after a paragraph, one at the border of any other block."""

    def __init__(self, hidden_word: str) -> None:
        super().__init__(convert_charrefs=True)
        self.hidden_word = hidden_word
        self.pieces: list[str] = []
        self.unseen: list[str] = []  # open elements from the outermost one that isn't shown on
        self.lists: list[int | None] = []  # the last number of each open list; None for bullets
        self.links: list[tuple[str, int]] = []  # address, and where its text begins

    def text(self) -> str:
        lines = "".join(self.pieces).split("\n")
        return MANY_LINE_ENDS.sub("\n\n", "\n".join(line.rstrip(" ") for line in lines)).strip("\n ") + "\n"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if self.unseen or tag in UNSEEN or HIDDEN_STYLE.search(given.get("style", "")):
            if tag not in VOID:
                self.unseen.append(tag)
            return
        self._border(tag)
        if tag == "br":
            self.pieces.append("\n")
        elif tag == "hr":
            self.pieces.append(f"{RULE}\n\n")
        elif tag == "img":
            self._say(given.get("alt", ""))
        elif tag in {"ul", "ol"}:
            self.lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self._begin_item()
        elif tag in {"td", "th"}:
            self._say(" ")
        elif tag == "a":
            self.links.append((given.get("href", ""), len(self.pieces)))

    def handle_endtag(self, tag: str) -> None:
        if self.unseen:
            self._leave_unseen(tag)
            return
        if tag == "a" and self.links:
            self._end_link(*self.links.pop())
        elif tag in {"ul", "ol"} and self.lists:
            self.lists.pop()
        self._border(tag)

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self._say(SPACES.sub(" ", data))

    def handle_comment(self, data: str) -> None:
        if self.hidden_word in data and not self.unseen:
            self.pieces += map(_Block, re.findall(rf"{self.hidden_word}[0-9]+z", data))

    def _leave_unseen(self, tag: str) -> None:
        while tag in self.unseen:  # with what stands open inside of it
            if self.unseen.pop() == tag:
                return

    def _border(self, tag: str) -> None:
        if tag in PARAGRAPHS and not (tag in {"ul", "ol"} and self.lists):
            self._end_line("\n\n")
        elif tag in LINES:
            self._end_line("\n")

    def _end_line(self, end: str) -> None:
        last = self._last()
        if last and not isinstance(last, _Bullet) and not last.endswith(end):
            self.pieces.append(end)

    def _say(self, words: str) -> None:
        last = self._last()
        if words := words if last and not last.endswith(("\n", " ")) else words.lstrip(" "):
            self.pieces.append(words)

    def _last(self) -> str:
        return next((piece for piece in reversed(self.pieces) if not isinstance(piece, _Block)), "")

    def _begin_item(self) -> None:
        number = self.lists[-1] if self.lists else None
        indent = "  " * max(len(self.lists) - 1, 0)
        if number is None:
            self.pieces.append(_Bullet(f"{indent}- "))
        else:
            self.lists[-1] = number + 1
            self.pieces.append(_Bullet(f"{indent}{number + 1}. "))

    def _end_link(self, address: str, start: int) -> None:
        shown = "".join(self.pieces[start:]).strip()
        address = address.removeprefix("mailto:").strip()
        if address and not address.startswith("#") and address != shown:
            self.pieces.append(f" ({address})" if shown else address)
