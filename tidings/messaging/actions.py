"""Writing messages."""

from django.db import transaction
from django.db.models import Max

from tidings.accounts.models import User
from tidings.journal.actions import record
from tidings.messaging.errors import EmptyMessage, TooLong
from tidings.messaging.mime.message import Content, find_names
from tidings.messaging.models import Message, Version

NAME_LENGTH = 150
SUBJECT_LENGTH = 500
BODY_LENGTH = 2_000_000  # characters; mail programs cut at a twentieth of that


def write(
    name: str,
    *,
    subject: str,
    html: str = "",
    text: str = "",
    by: User | None,
    message: Message | None = None,
) -> Version:
    """A message with its first version, or the next version of `message`. Raises `TemplateError`, naming the line."""
    _check(subject, html, text)
    with transaction.atomic():
        if message is None:
            message = Message.objects.create(
                name=(name.strip() or subject.strip())[:NAME_LENGTH], created_by=by
            )
        else:
            message = Message.objects.select_for_update().get(pk=message.pk)
        last = message.versions.aggregate(last=Max("number"))["last"] or 0
        version = Version.objects.create(
            message=message, number=last + 1, subject=subject.strip(), html=html, text=text, created_by=by
        )
        record("message.written", message.pk, by=by, version=version.number)
    return version


def _check(subject: str, html: str, text: str) -> None:
    if not subject.strip() or not (html.strip() or text.strip()):
        raise EmptyMessage
    limits = {"subject": (subject, SUBJECT_LENGTH), "html": (html, BODY_LENGTH), "text": (text, BODY_LENGTH)}
    for part, (source, limit) in limits.items():
        if len(source) > limit:
            raise TooLong(part=part, length=len(source), limit=limit)
    find_names(Content(subject=subject, html=html or None, text=text or None))
