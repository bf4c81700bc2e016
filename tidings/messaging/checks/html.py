"""The HTML part as a mail program reads it: links, images, language, and tags that don't fit together."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from tidings.messaging.checks.addresses import fault_of
from tidings.messaging.checks.findings import Finding, Severity
from tidings.messaging.personalization.sources import MARK, Outline

PART = "html"
CUT_BYTES = 102 * 1024
"""Gmail shows that much of a message, and with the rest the link to unsubscribe is hidden."""

VOID = frozenset(
    [
        "area",
        "base",
        "basefont",
        "br",
        "col",
        "embed",
        "frame",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)
"""Elements without an end tag."""

OPEN_ENDED = frozenset(
    [
        "html",
        "head",
        "body",
        "p",
        "li",
        "dt",
        "dd",
        "option",
        "optgroup",
        "tr",
        "td",
        "th",
        "tbody",
        "thead",
        "tfoot",
        "colgroup",
        "caption",
        "rp",
        "rt",
    ]
)
"""Elements whose end tag HTML lets be left out."""

REMOVED = ("script", "form", "iframe", "object", "embed", "video", "audio")
"""What mail programs take out, or never run."""

HIDDEN_TEXT = re.compile(
    r"<!--.*?(?:-->|$)|<(style|script|title|textarea)\b.*?(?:</\1\s*>|$)", re.DOTALL | re.IGNORECASE
)
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")
UNESCAPED_VALUE = re.compile(r"\s*(?:contact|member)\b(?!.*\burlencode\b)", re.DOTALL)


@dataclass(frozen=True)
class _Element:
    """A start tag: its attributes, and the line it stands in."""

    tag: str
    attributes: dict[str, str]
    line: int


def check_html(source: Outline, size: int) -> Iterator[Finding]:
    """All findings about an HTML part; `size` is that of its source, in bytes."""
    elements = list(_elements(source.text))
    for element in elements:
        yield from _of_link(element, source)
        yield from _of_image(element, source)
    yield from _of_removed(elements)
    yield from _of_language(elements)
    yield from _of_balance(source)
    if size > CUT_BYTES:
        problem = f"It has {size // 1024:,} kB. Gmail shows the first 102 kB and hides the rest."
        yield Finding(Severity.WARNING, "html_too_large", PART, problem, "Shorten it, or link to a web page.")


def _elements(text: str) -> Iterator[_Element]:
    parser = etree.HTMLParser(no_network=True, huge_tree=False, encoding="utf-8", remove_comments=True)
    root = etree.fromstring(text.encode("utf-8", "replace"), parser) if text.strip() else None
    for element in root.iter(etree.Element) if root is not None else ():
        attributes = {str(name).lower(): str(value) for name, value in element.attrib.items()}
        line = element.sourceline
        yield _Element(str(element.tag).lower(), attributes, line if isinstance(line, int) else 1)


def _of_link(element: _Element, source: Outline) -> Iterator[Finding]:
    address = element.attributes.get("href")
    if element.tag not in ("a", "area") or address is None:
        return
    if fault := fault_of(address):
        shown = source.written(address.strip())[:80]
        problem = f"{fault.problem} (“{shown}”)" if shown else fault.problem
        yield Finding(fault.severity, fault.code, PART, problem, fault.mend, element.line)
    yield from _of_values(address, element, source)


def _of_values(address: str, element: _Element, source: Outline) -> Iterator[Finding]:
    """Personal values within an address, where a space or an & of theirs would break it."""
    start = MARK.match(address.strip())
    rest = address.strip()[start.end() :] if start else address
    for placeholder in source.within(rest):
        if UNESCAPED_VALUE.match(placeholder):
            written = placeholder.strip()
            problem = f"A value goes into a link as it is: {{{{ {written} }}}}. A space or an & in it breaks the link."
            mend = f"Write {{{{ {written} | urlencode }}}}."
            yield Finding(Severity.WARNING, "link_unescaped", PART, problem, mend, element.line)


def _of_image(element: _Element, source: Outline) -> Iterator[Finding]:
    if element.tag != "img":
        return
    if "alt" not in element.attributes:
        problem = "An image has no text for who can't see it; many programs load no images at first."
        mend = 'Say in alt="…" what it shows; alt="" if it only decorates.'
        yield Finding(Severity.WARNING, "image_without_alt", PART, problem, mend, element.line)
    address = element.attributes.get("src", "").strip()
    if address.lower().startswith("cid:"):
        return
    fault = fault_of(address)
    if address.lower().startswith("data:"):
        problem, mend = (
            "An image stands in the HTML itself, which Gmail doesn't show.",
            "Link to it, or attach it.",
        )
        yield Finding(Severity.WARNING, "image_inline", PART, problem, mend, element.line)
    elif fault:
        problem = fault.problem.replace("A link", "An image")
        shown = source.written(address)[:80]
        mend = "Give the whole address, like https://example.org/picture.png."
        code = fault.code.replace("link", "image")
        yield Finding(fault.severity, code, PART, f"{problem} (“{shown}”)", mend, element.line)


def _of_removed(elements: Iterable[_Element]) -> Iterator[Finding]:
    found = {element.tag: element.line for element in elements if element.tag in REMOVED}
    for tag, line in found.items():
        problem = f"Mail programs take out <{tag}>, or don't run it."
        yield Finding(
            Severity.WARNING, "html_removed", PART, problem, "Link to a web page that has it.", line
        )


def _of_language(elements: Iterable[_Element]) -> Iterator[Finding]:
    if any(element.attributes.get("lang", "").strip() for element in elements):
        return
    problem = "It doesn't say its language, so screen readers may read it out in another one."
    yield Finding(
        Severity.HINT, "language_missing", PART, problem, 'Begin it with <html lang="en">, or yours.'
    )


def _of_balance(source: Outline) -> Iterator[Finding]:
    """The first tag that has no partner. Branches of an if may open what another one closes, so then it's a hint."""
    found = _without_partner(source.text)
    if found:
        tag, line = found
        severity = Severity.HINT if source.has_tags else Severity.WARNING
        problem = f"{tag} has no partner, so programs guess where it belongs."
        mend = "Close each element in the order in which it was opened."
        yield Finding(severity, "html_unbalanced", PART, problem, mend, line)


def _without_partner(text: str) -> tuple[str, int] | None:
    """A tag and its line."""
    opened: list[tuple[str, int]] = []
    visible = HIDDEN_TEXT.sub(lambda hidden: "\n" * hidden[0].count("\n"), text)
    line, last = 1, 0
    for tag in TAG.finditer(visible):
        name = tag[2].lower()
        line, last = line + visible.count("\n", last, tag.start()), tag.start()
        if name in VOID or name in OPEN_ENDED:
            continue
        if not tag[1]:
            opened.append((name, line))
        elif opened and opened[-1][0] == name:
            opened.pop()
        else:
            return f"</{name}>", line
    return (f"<{opened[-1][0]}>", opened[-1][1]) if opened else None
