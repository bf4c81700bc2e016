"""The whole look at a message before it is sent."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from tidings.messaging.checks.findings import Finding, Severity, in_order
from tidings.messaging.checks.html import check_html
from tidings.messaging.checks.placeholders import PERSONAL, Lack, gaps, unfilled, unknown
from tidings.messaging.mime.message import Content, sources
from tidings.messaging.personalization.errors import TemplateError
from tidings.messaging.personalization.names import KnownNames, Name
from tidings.messaging.personalization.sources import MARK, outline
from tidings.messaging.personalization.template import used_names

SUBJECT_SHOWN_CHARS = 70
"""About what mail programs show of a subject; phones show half of it."""

SHOUTED_CHARS = 10
"""Shorter subjects in capitals are names, such as NASA."""

WAYS_OUT = ("unsubscribe", "preferences")


@dataclass(frozen=True)
class Facts:
    """What surrounds the content. `lacks` counts the members without a value, and is None without a group."""

    known: KnownNames
    archived: Collection[Name] = ()
    lacks: Mapping[Name, Lack] | None = None
    is_marketing: bool = True


def check(content: Content, facts: Facts) -> list[Finding]:
    """All there is to say about the content, the most serious first. A broken template is the only finding then."""
    try:
        return in_order(_findings(content, facts))
    except TemplateError as error:
        part, problem, line = (str(error.facts[name]) for name in ("part", "problem", "line"))
        mend = "Correct it where you write the message, or in the group's header and footer."
        return [Finding(Severity.ERROR, "template_broken", part, problem, mend, int(line))]


def gaps_of(content: Content, roots: Collection[str] = PERSONAL) -> frozenset[Name]:
    """The values of these roots that the content shows without a fallback; raises `TemplateError`."""
    return frozenset(name for part, source in sources(content).items() for name in gaps(source, part, roots))


def _findings(content: Content, facts: Facts) -> Iterator[Finding]:
    for part, source in sources(content).items():
        yield from unknown(source, part, facts.known, facts.archived)
        yield from unfilled(gaps(source, part), part, facts.lacks)
    yield from _of_parts(content)
    yield from _of_subject(content)
    if facts.is_marketing:
        yield from _of_ways_out(content)
    if content.html and not content.preheader.strip():
        problem = "It is empty, so lists of mail show the first words of the HTML behind the subject."
        yield Finding(Severity.HINT, "preview_text_missing", "preview text", problem, "Write a short one.")
    if content.html:
        yield from check_html(outline(content.html, "html"), len(content.html.encode("utf-8", "replace")))


def _of_parts(content: Content) -> Iterator[Finding]:
    if not (content.html or "").strip() and not (content.text or "").strip():
        yield Finding(Severity.ERROR, "content_missing", "message", "It says nothing.", "Write HTML or text.")
    elif not (content.text or "").strip():
        problem = "There is no text part, which some people read and many filters look for."
        yield Finding(
            Severity.HINT, "text_missing", "text", problem, "Write what the HTML says as plain text."
        )


def _of_subject(content: Content) -> Iterator[Finding]:
    shown = MARK.sub("", outline(content.subject, "subject").text).strip()
    if not content.subject.strip():
        yield Finding(Severity.ERROR, "subject_empty", "subject", "It is empty.", "Write one.")
    if len(shown) > SUBJECT_SHOWN_CHARS:
        problem = (
            f"It has {len(shown)} characters without its values; most programs show {SUBJECT_SHOWN_CHARS}."
        )
        yield Finding(
            Severity.HINT, "subject_long", "subject", problem, "Put what matters first, or shorten it."
        )
    if len(shown) >= SHOUTED_CHARS and shown.isupper():
        problem = "It is all in capitals, as spam often is; filters count that."
        yield Finding(Severity.HINT, "subject_shouted", "subject", problem, "Write it in small letters.")


def _of_ways_out(content: Content) -> Iterator[Finding]:
    """Mail programs get a link of their own in any case (RFC 8058), but not all show it."""
    for part, source in (("html", content.html), ("text", content.text)):
        if source and not any(Name("links", way) in used_names(source, part) for way in WAYS_OUT):
            problem = "It has no link to unsubscribe, which the law asks of marketing in most countries."
            mend = "Put {{ links.unsubscribe }} into it, or into the group's footer."
            yield Finding(Severity.WARNING, "unsubscribe_missing", part, problem, mend)
