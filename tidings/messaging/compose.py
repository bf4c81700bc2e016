"""What is done once per version, when it is saved: checks, HTML from the source, a text from the HTML."""

from dataclasses import dataclass

from tidings.messaging.errors import EmptyMessage, TooLong
from tidings.messaging.formats.compile import compile_source
from tidings.messaging.formats.plain import text_of
from tidings.messaging.mime.message import Content, find_names
from tidings.messaging.models import Written
from tidings.messaging.personalization.template import used_names

SUBJECT_LENGTH = 500
PREVIEW_LENGTH = 500  # programs show 140 at most
BODY_LENGTH = 2_000_000  # characters; mail programs cut at a twentieth of that


@dataclass(frozen=True)
class Composed:
    """The parts as they are sent. `text` was made from the HTML unless the author wrote one."""

    html: str
    text: str
    text_is_own: bool


def compose(written: Written, language: str) -> Composed:
    """The parts of what is written.

    Raises `EmptyMessage` or `TooLong`; `TemplateError`, `BadSource` or `BadBlock` say which part is wrong and where.
    """
    _check(written)
    html = compile_source(written.format, written.source, language)
    is_own = bool(written.text.strip()) or not html
    text = written.text if is_own else text_of(html)
    find_names(Content(written.subject, html or None, text or None, written.preview_text))
    return Composed(html, text, is_own)


def _check(written: Written) -> None:
    if not written.subject.strip() or not (written.source.strip() or written.text.strip()):
        raise EmptyMessage
    limits = {
        "subject": (written.subject, SUBJECT_LENGTH),
        "preview text": (written.preview_text, PREVIEW_LENGTH),
        written.format: (written.source, BODY_LENGTH),
        "text": (written.text, BODY_LENGTH),
    }
    for part, (source, limit) in limits.items():
        if len(source) > limit:
            raise TooLong(part=part, length=len(source), limit=limit)
    if written.format != Written.Format.BLOCKS:  # there each block is a template of its own
        used_names(written.source, written.format)  # before it is compiled, so that the line is the author's
