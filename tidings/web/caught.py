"""A caught mail as a page shows it: headers, parts, attachments. Whatever was mailed here must not break the page."""

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from typing import cast

HEADERS_SHOWN = (
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post",
)  # fmt: skip


@dataclass(frozen=True)
class Mail:
    """What can be read of a mail; `html` and `text` are empty if it has no such part."""

    headers: list[tuple[str, str]]
    html: str
    text: str
    attachments: list[str]


def read_mail(data: bytes) -> Mail:
    """The mail in its parts. Broken parts are read as far as they go."""
    message = message_from_bytes(data, policy=policy.default)
    bodies: dict[str, str] = {}
    attachments = []
    for part in message.walk():
        if part.is_multipart():
            continue
        kind = part.get_content_type()
        if part.get_filename() or kind not in {"text/html", "text/plain"}:
            attachments.append(f"{part.get_filename() or 'without a name'} ({kind})")
        else:
            bodies.setdefault(kind, _text(part))
    return Mail(_headers(message), bodies.get("text/html", ""), bodies.get("text/plain", ""), attachments)


def _headers(message: EmailMessage) -> list[tuple[str, str]]:
    return [(name, text) for name in HEADERS_SHOWN if (text := _header(message, name))]


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name, ""))
    except (
        ValueError,
        LookupError,
        IndexError,
        AttributeError,
    ):  # the parser's own faults with broken headers
        return "(can't be read; see the source)"


def _text(part: "Message[str, str]") -> str:
    data = part.get_payload(decode=True)
    charset = part.get_content_charset() or "utf-8"
    try:
        return cast("bytes", data).decode(charset, "replace")
    except LookupError:
        return cast("bytes", data).decode("utf-8", "replace")
