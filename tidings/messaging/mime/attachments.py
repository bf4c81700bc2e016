"""Files that a mail brings along: the same bytes for every recipient, encoded once per sendout."""

from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from typing import NamedTuple

from tidings.messaging.mime.headers import unstructured


class Attachment(NamedTuple):
    """A file: its name as mail programs show it, its type, its bytes, and what is read out in place of a picture."""

    name: str
    content_type: str
    data: bytes
    description: str = ""


def encoded(attachments: Sequence[Attachment], boundary: str) -> bytes:
    """The end of a `multipart/mixed` message: each file as a part, and the last boundary."""
    parts = [f"\r\n--{boundary}\r\n".encode() + _part(one) for one in attachments]
    return b"".join([*parts, f"\r\n--{boundary}--\r\n".encode()])


def _part(attachment: Attachment) -> bytes:
    # Written by the standard library: it knows how names beyond ASCII are folded (RFC 2231), and it is done once.
    part = EmailMessage(policy=SMTP)
    main, _, sub = attachment.content_type.partition("/")
    part.set_content(
        attachment.data, maintype=main, subtype=sub, disposition="attachment", filename=attachment.name
    )
    del part["MIME-Version"]  # stands in the head of the message
    described = unstructured("Content-Description", attachment.description) if attachment.description else ""
    return described.encode() + part.as_bytes()
