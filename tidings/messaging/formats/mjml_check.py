"""What has to be right with MJML before it is compiled: known tags, in their places, closed."""

import re
from difflib import get_close_matches
from html.parser import HTMLParser
from typing import NamedTuple, NoReturn

from tidings.messaging.formats.elements import (
    MJML_INSIDE,
    MJML_KNOWN,
    MJML_SELF_CLOSED,
    MJML_WITH_BLOCKS,
    VOID,
)
from tidings.messaging.formats.errors import BadSource
from tidings.messaging.formats.masks import Masked

QUOTED = re.compile(r""""[^"]*"|'[^']*'""")
UNQUOTED_VALUE = re.compile(r"""\s([\w:-]+)\s*=\s*(?!["'\s])""")
BARE_LESS_THAN = re.compile(r"<(?![a-zA-Z/!])")


class _Open(NamedTuple):
    tag: str
    line: int


def check(masked: Masked) -> None:
    """Raises `BadSource` for the first thing that is wrong, with its line and what to do."""
    if bare := BARE_LESS_THAN.search(masked.text):
        line = masked.text.count("\n", 0, bare.start()) + 1
        raise BadSource(part="mjml", line=line, problem="a < that begins no tag. Write &lt; instead.")
    checker = _Checker(masked)
    checker.feed(masked.text)
    checker.end()


class _Checker(HTMLParser):
    """Walks the tags. HTML inside of texts is only asked to be closed."""

    def __init__(self, masked: Masked) -> None:
        super().__init__(convert_charrefs=False)
        self.masked = masked
        self.open: list[_Open] = []
        self.has_body = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's signature
        self._check_tag(tag)
        if tag in MJML_SELF_CLOSED:
            self._refuse(f"<{tag}> isn't closed. Write <{tag} … />.")
        if tag not in VOID:
            self.open.append(_Open(tag, self.getpos()[0]))
        if tag == "mj-style":
            self.set_cdata_mode(tag)  # a > in a style sheet ends no tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's signature
        self._check_tag(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1].tag != tag:
            self._refuse_end(tag)
        self.open.pop()

    def handle_data(self, data: str) -> None:
        parent = self._parent()
        if data.strip() and parent in MJML_INSIDE:
            line = self.getpos()[0] + data[: len(data) - len(data.lstrip())].count("\n")
            self._refuse(f"text can't stand directly in <{parent}>. Put it into an <mj-text>.", line)

    def handle_comment(self, data: str) -> None:
        parent = self._parent()
        if self.masked.hides_in(data) and parent in MJML_INSIDE and parent not in MJML_WITH_BLOCKS:
            self._refuse(
                f"{self.masked.unmask(data).strip()} can't stand directly in <{parent}>. Put it into an <mj-section>."
            )

    def end(self) -> None:
        """What can only be told when everything was read."""
        self.close()
        if self.open:
            tag, line = self.open[-1]
            self._refuse(f"<{tag}> isn't closed. Write </{tag}> where it ends.", line)
        if not self.has_body:
            self._refuse("there is no <mj-body>. Put the content into <mjml><mj-body>…</mj-body></mjml>.", 1)

    def _check_tag(self, tag: str) -> None:
        self._check_place(tag)
        if unquoted := UNQUOTED_VALUE.search(QUOTED.sub('""', self.get_starttag_text() or "")):
            name = unquoted[1]
            self._refuse(f'the value of {name} has no quotes. Write {name}="…".')

    def _check_place(self, tag: str) -> None:
        parent = self._parent()
        self.has_body = self.has_body or tag == "mj-body"
        if parent == "mj-attributes":
            return
        if tag.startswith("mj") and tag not in MJML_KNOWN:
            alike = get_close_matches(tag, MJML_KNOWN, 1)
            advice = f"Did you mean <{alike[0]}>?" if alike else "Remove it."
            self._refuse(f"MJML has no tag <{tag}>. {advice}")
        if parent == "" and tag != "mjml":
            self._refuse(f"<{tag}> stands outside of <mjml>. Put everything into <mjml>…</mjml>.")
        if parent in MJML_INSIDE and tag not in MJML_INSIDE[parent]:
            fitting = ", ".join(f"<{one}>" for one in sorted(MJML_INSIDE[parent]))
            self._refuse(f"<{tag}> can't stand in <{parent}>. There may be: {fitting}.")
        if parent and parent not in MJML_INSIDE and tag in MJML_KNOWN:
            self._refuse(f"<{tag}> can't stand in <{parent}>. Is </{parent}> missing before it?")

    def _refuse_end(self, tag: str) -> NoReturn:
        if not self.open or tag not in {one.tag for one in self.open}:
            self._refuse(f"</{tag}> ends nothing. Remove it.")
        unclosed = self.open[-1]
        self._refuse(f"<{unclosed.tag}> isn't closed before </{tag}>.", unclosed.line)

    def _parent(self) -> str:
        return self.open[-1].tag if self.open else ""

    def _refuse(self, problem: str, line: int | None = None) -> NoReturn:
        raise BadSource(part="mjml", line=line or self.getpos()[0], problem=problem)
