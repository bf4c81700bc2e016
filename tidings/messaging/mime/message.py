"""A whole e-mail: what it is compiled from, and what makes its copies."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import NamedTuple

from tidings.messaging.mime import quoted_printable
from tidings.messaging.mime.attachments import Attachment, encoded
from tidings.messaging.mime.headers import (
    HEADER_NAME,
    MESSAGE_ID,
    checked_url,
    clean,
    mailbox,
    unstructured,
)
from tidings.messaging.personalization import tree
from tidings.messaging.personalization.errors import RenderError, TemplateError, ValueProblemError
from tidings.messaging.personalization.fold import Surroundings, surroundings
from tidings.messaging.personalization.generate import Fill, Target, Values
from tidings.messaging.personalization.names import KnownNames, Name
from tidings.messaging.personalization.template import Template, read_template, used_names
from tidings.messaging.personalization.values import Escape

MAX_SUBJECT_CHARS = 998
"""Programs show 70; a longer one than a line may be is a mistake in the values."""

OWN_HEADERS = frozenset(
    {"date", "from", "to", "cc", "bcc", "subject", "message-id", "reply-to", "sender", "mime-version"}
)
"""What this module, or nobody, writes; besides Content-* and, if it is asked for, List-Unsubscribe."""

BYTES_FOR_EACH_SIGN = 12
"""What a sign of a template takes at most, compiled for MIME and as text, among many placeholders (measured)."""

BODY_HEAD = (
    'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
)
BODY_TAG = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
HIDDEN = (
    '<div style="display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;'
    'opacity:0;overflow:hidden">'
)


@dataclass(frozen=True)
class Content:
    """The templates of a message, with HTML, text or both. The preheader is plain text put into HTML."""

    subject: str
    html: str | None = None
    text: str | None = None
    preheader: str = ""


@dataclass(frozen=True)
class Sender:
    """Who it is from; control characters in the name become spaces, a bad address is refused."""

    name: str
    address: str
    reply_to: str | None = None


FillText = Callable[[Values, Values, Values, Values], str]
NO_PARAMETERS: Values = {}


class Copy(NamedTuple):
    """One recipient's facts.

    Keys of `contact`, `member` and `links` are spelled as in the `KnownNames` the message was compiled with,
    and without those as `fold_name` makes them. `date` is a date of RFC 5322, `message_id` has its angle
    brackets. `links` has `one_click` if the message was compiled with `list_unsubscribe`. `param` is what a single send
    brings along, its names as `fold_name` makes them.
    """

    address: str
    name: str
    contact: Mapping[str, object]
    member: Mapping[str, object]
    links: Mapping[str, object]
    message_id: str
    date: str
    param: Mapping[str, object] = NO_PARAMETERS


@dataclass(frozen=True)
class Preview:
    """One copy as pages show it."""

    subject: str
    preheader: str
    html: str | None
    text: str | None


@dataclass(frozen=True)
class _Part:
    """A body of the message: the bytes before it, and what fills it."""

    opening: bytes
    fill: Fill[bytes]


@dataclass(frozen=True)
class _Body:
    """A body before it is compiled to bytes."""

    subtype: str
    template: Template
    target: Target[bytes]


@dataclass(frozen=True)
class CompiledMessage:
    """A message of one sendout within one group, ready to be copied. Made by `compile_message`.

    `weight` is how many bytes it takes at most, about, to keep it.
    """

    from_line: str
    subject: FillText
    list_unsubscribe: bool
    parts: Sequence[_Part]
    closing: bytes
    preheader: FillText
    html: FillText | None
    text: FillText | None
    weight: int

    def render(self, copy: Copy) -> bytes:
        """The whole message, ready for SMTP's DATA but for the final dot; raises RenderError."""
        values = copy.contact, copy.member, copy.links, copy.param
        pieces = [self._head(copy)]
        for part in self.parts:
            pieces.append(part.opening)
            pieces += part.fill(*values)
        pieces.append(self.closing)
        return b"".join(pieces)

    def preview(self, copy: Copy) -> Preview:
        """The same copy as text, without its headers and with line ends as they come; raises RenderError."""
        values = copy.contact, copy.member, copy.links, copy.param
        return Preview(
            self.subject(*values),
            clean(self.preheader(*values)),
            self.html(*values) if self.html else None,
            self.text(*values) if self.text else None,
        )

    def _head(self, copy: Copy) -> bytes:
        subject = self.subject(copy.contact, copy.member, copy.links, copy.param)
        try:
            return "".join(
                (
                    _envelope_lines(copy),
                    self.from_line,
                    mailbox("To", copy.name, copy.address),
                    unstructured("Subject", subject),
                    _unsubscribe_lines(copy.links) if self.list_unsubscribe else "",
                )
            ).encode()
        except ValueProblemError as error:
            raise RenderError(part="recipient", reason=error) from error


def compile_message(
    content: Content,
    sender: Sender,
    *,
    group: Mapping[str, object],
    message: Mapping[str, object],
    subject_prefix: str = "",
    headers: Sequence[tuple[str, str]] = (),
    list_unsubscribe: bool = True,
    known: KnownNames | None = None,
    attachments: Sequence[Attachment] = (),
) -> CompiledMessage:
    """Does once what is the same for every recipient; TemplateError says what is wrong and where.

    `group` and `message` are values that templates may use; `message["language"]` is that of dates and
    numbers for contacts who have none. `headers` are further ones of free text. With `list_unsubscribe` a
    copy has the headers of RFC 8058, with the link `one_click`. Without `known` any name may be missing. Each copy
    brings the `attachments` along.
    """
    around = surroundings(group, message, known)
    text, html = _text_template(content, around), _html_template(content, around)
    bodies = [_Body("plain", text, quoted_printable.TEXT)] if text else []
    bodies += [_Body("html", html, quoted_printable.HTML)] if html else []
    mixed = _boundary(content, "mixed") if attachments else None
    boundary = _boundary(content, "alternative") if len(bodies) > 1 else None
    head = _static_headers(sender, headers, list_unsubscribe=list_unsubscribe)
    head += _opening("mixed", mixed, f"\r\n--{mixed}\r\n") + _opening("alternative", boundary)
    closing = (f"\r\n--{boundary}--\r\n".encode() if boundary else b"") + (
        encoded(attachments, mixed) if mixed else b""
    )
    return CompiledMessage(
        from_line=_sender_line(sender),
        subject=_subject(content, around, subject_prefix),
        list_unsubscribe=list_unsubscribe,
        parts=_parts(head, bodies, boundary),
        closing=closing,
        preheader=read_template(content.preheader, "preheader", around, Escape.NOTHING).text(),
        html=html.text() if html else None,
        text=text.text() if text else None,
        weight=len(closing) + BYTES_FOR_EACH_SIGN * sum(map(len, sources(content).values())),
    )


def sources(content: Content) -> dict[str, str]:
    """The templates of a message by the names of their parts; an empty one is left out."""
    parts = {
        "subject": content.subject,
        "preheader": content.preheader,
        "html": content.html,
        "text": content.text,
    }
    return {part: source for part, source in parts.items() if source}


def find_names(content: Content) -> frozenset[Name]:
    """Every attribute the message uses, in the author's spelling; TemplateError if a part is no template."""
    found = [used_names(source, part) for part, source in sources(content).items()]
    return frozenset[Name]().union(*found)


def _html_template(content: Content, around: Surroundings) -> Template | None:
    if content.html is None:
        return None
    html = read_template(_ended(content.html), "html", around, Escape.VALUES)
    if not content.preheader:
        return html
    preheader = read_template(content.preheader, "preheader", around, Escape.ALL)
    hidden = (tree.Text(HIDDEN), *preheader.body, tree.Text("</div>"))
    return replace(html, body=_after_body_tag(html.body, hidden))


def _text_template(content: Content, around: Surroundings) -> Template | None:
    if content.text is None:
        if content.html is None:
            raise TemplateError(part="message", line=1, problem="it has neither HTML nor text. Write one.")
        return None
    return read_template(_ended(content.text), "text", around, Escape.NOTHING)


def _ended(source: str) -> str:
    """The source with the line end that a text in a mail has."""
    return source if source.endswith(("\n", "\r")) else source + "\n"


def _after_body_tag(body: tree.Body, hidden: tree.Body) -> tree.Body:
    """The HTML with the hidden text at the start of what is shown."""
    for at, statement in enumerate(body):
        match = BODY_TAG.search(statement.text) if isinstance(statement, tree.Text) else None
        if match and isinstance(statement, tree.Text):
            before, after = statement.text[: match.end()], statement.text[match.end() :]
            return (*body[:at], tree.Text(before), *hidden, tree.Text(after), *body[at + 1 :])
    return (*hidden, *body)


def _subject(content: Content, around: Surroundings, prefix: str) -> FillText:
    fill = read_template(content.subject, "subject", around, Escape.NOTHING).text()

    def subject(contact: Values, member: Values, links: Values, param: Values) -> str:
        shown = clean(prefix + fill(contact, member, links, param))
        if len(shown) > MAX_SUBJECT_CHARS:
            reason = f"it has {len(shown):,} characters; {MAX_SUBJECT_CHARS} are allowed"
            raise RenderError(part="subject", reason=reason)
        return shown

    return subject


def _sender_line(sender: Sender) -> str:
    try:
        return mailbox("From", sender.name, sender.address)
    except ValueProblemError as error:
        raise TemplateError(part="sender", line=1, problem=f"{error}. Correct it.") from error


def _static_headers(sender: Sender, headers: Sequence[tuple[str, str]], *, list_unsubscribe: bool) -> str:
    """The header lines that are the same in all copies, but for those of the first body."""
    lines = [_reply_to_line(sender)] if sender.reply_to else []
    for name, value in headers:
        _check_header_name(name, list_unsubscribe=list_unsubscribe)
        lines.append(_header_line(name, value))
    lines.append("MIME-Version: 1.0\r\n")
    return "".join(lines)


def _opening(kind: str, boundary: str | None, first: str = "") -> str:
    """The header line of a part that holds parts, and what stands before the first of them."""
    return f'Content-Type: multipart/{kind};\r\n boundary="{boundary}"\r\n{first}' if boundary else ""


def _header_line(name: str, value: str) -> str:
    try:
        return unstructured(name, value)
    except ValueProblemError as error:
        raise TemplateError(part="headers", line=1, problem=f"{error}. Correct {name}.") from error


def _reply_to_line(sender: Sender) -> str:
    try:
        return mailbox("Reply-To", "", sender.reply_to or "")
    except ValueProblemError as error:
        raise TemplateError(
            part="sender", line=1, problem=f"{error}. Correct the address for replies."
        ) from error


def _check_header_name(name: str, *, list_unsubscribe: bool) -> None:
    folded = name.lower()
    ours = folded in OWN_HEADERS or folded.startswith("content-")
    if ours or (list_unsubscribe and folded.startswith("list-unsubscribe")):
        raise TemplateError(
            part="headers", line=1, problem=f"{name} is written by Tidings itself. Remove it."
        )
    if not HEADER_NAME.fullmatch(name):
        problem = f"{name[:60]!a} is no name of a header. Use letters, digits and hyphens."
        raise TemplateError(part="headers", line=1, problem=problem)


def _parts(head: str, bodies: Sequence[_Body], boundary: str | None) -> list[_Part]:
    """The bodies, each opened by what stands between it and what comes before it."""
    separator = f"\r\n--{boundary}\r\n" if boundary else ""
    parts = []
    for body in bodies:
        opening = head + separator + BODY_HEAD.format(subtype=body.subtype)
        parts.append(_Part(opening.encode(), body.template.compiled(body.target)))
        head = ""
    return parts


def _boundary(content: Content, kind: str) -> str:
    """A line that no body holds: in quoted-printable no _ follows a =, and base64 has none. Fixed for all copies."""
    source = repr((kind, content)).encode("utf-8", "backslashreplace")
    digest = blake2b(source, digest_size=8)
    return f"=_{digest.hexdigest()}"


def _envelope_lines(copy: Copy) -> str:
    if not (MESSAGE_ID.fullmatch(copy.message_id) and copy.date.isascii() and copy.date.isprintable()):
        raise ValueProblemError(f"{copy.message_id!a} or {copy.date!a} can't stand in a header")
    return f"Date: {copy.date}\r\nMessage-ID: {copy.message_id}\r\n"


def _unsubscribe_lines(links: Values) -> str:
    url = checked_url(links.get("one_click"))
    return f"List-Unsubscribe: <{url}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
