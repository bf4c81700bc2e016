"""Writing messages, and what else a person may command of one."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max, ProtectedError

from tidings.accounts.models import User
from tidings.contacts.rules import AddressFault, normalise_language
from tidings.journal.actions import record
from tidings.kernel import clock
from tidings.kernel.errors import NotFound
from tidings.messaging.compose import compose
from tidings.messaging.errors import BadAbout, MessageUsed
from tidings.messaging.files import demand_attachable
from tidings.messaging.models import Message, Version, Written

NAME_LENGTH = 150
DESCRIPTION_LENGTH = 2_000
WRITTEN = ("subject", "preview_text", "format", "source", "text", "attachments")
"""What an author writes, as it goes from version to draft and back."""


def create(
    name: str,
    *,
    description: str = "",
    purpose: str = Message.Purpose.MARKETING,
    language: str = "",
    is_template: bool = False,
    by: User | None,
) -> Message:
    """A message that says nothing yet."""
    about = _about(name, description, purpose, language)
    with transaction.atomic():
        message = Message.objects.create(**about, is_template=is_template, created_by=by)
        record("message.created", message.pk, by=by, name=message.name, purpose=purpose)
    return message


def describe(
    message: Message, *, name: str, description: str, purpose: str, language: str, by: User | None
) -> Message:
    """Changes what is known about a message; its versions stay as they are."""
    about = _about(name, description, purpose, language)
    with transaction.atomic():
        held = _held(message)
        before = {field: getattr(held, field) for field in about}
        for field, value in about.items():
            setattr(held, field, value)
        held.save(update_fields=list(about))
        changed = [field for field in about if before[field] != about[field]]
        if changed:
            old = {field: before[field] for field in changed}
            record(
                "message.described", held.pk, by=by, before=old, after={name: about[name] for name in changed}
            )
    return held


def _about(name: str, description: str, purpose: str, language: str) -> dict[str, str]:
    if not 1 <= len(name.strip()) <= NAME_LENGTH:
        raise BadAbout(part="name", problem=f"The name has 1 to {NAME_LENGTH} characters.")
    if len(description) > DESCRIPTION_LENGTH:
        problem = f"The description has {len(description):,} characters; {DESCRIPTION_LENGTH:,} are possible."
        raise BadAbout(part="description", problem=problem)
    if purpose not in Message.Purpose.values:
        known = ", ".join(Message.Purpose.values)
        raise BadAbout(part="purpose", problem=f"“{purpose}” is no purpose. There are: {known}.")
    tag = normalise_language(language) if language.strip() else ""
    if isinstance(tag, AddressFault):
        raise BadAbout(part="language", problem=tag.value)
    return {"name": name.strip(), "description": description, "purpose": purpose, "language": tag}


def write(
    name: str,
    *,
    subject: str,
    html: str = "",
    source: str = "",
    form: str = Written.Format.HTML,
    text: str = "",
    preview_text: str = "",
    attachments: Sequence[int] = (),
    by: User | None,
    message: Message | None = None,
) -> Version:
    """A message with its first version, or the next version of `message`.

    `source` is in the format `form`; `html` is short for a source in HTML. Without `text` it is made from the HTML.
    `attachments` are ids of files. Raises `TemplateError`, `BadSource` or `BadBlock`, naming the place.
    """
    written = Version(
        subject=subject.strip(),
        preview_text=preview_text,
        format=form,
        source=source or html,
        text=text,
        attachments=list(dict.fromkeys(attachments)),
    )
    composed = compose(written, message.language if message else "")
    with transaction.atomic():
        demand_attachable(written.attachments)
        if message is None:
            message = create((name.strip() or written.subject)[:NAME_LENGTH], by=by)
        written.message = _held(message)
        last = message.versions.aggregate(last=Max("number"))["last"] or 0
        written.number, written.created_by = last + 1, by
        written.html, written.text, written.text_is_own = composed.html, composed.text, composed.text_is_own
        written.save(force_insert=True)
        record("message.written", message.pk, by=by, version=written.number)
    return written


def copy(version: Version, name: str, *, is_template: bool = False, by: User | None) -> Version:
    """A new message, or template, whose first version says what this one does."""
    source = version.message
    with transaction.atomic():
        made = create(
            name,
            description=source.description,
            purpose=source.purpose,
            language=source.language,
            is_template=is_template,
            by=by,
        )
        copied = {field: getattr(version, field) for field in (*WRITTEN, "html", "text_is_own")}
        first = Version.objects.create(message=made, number=1, created_by=by, **copied)
        record("message.copied", made.pk, by=by, source=source.pk, version=version.number)
    return first


def archive(message: Message, *, by: User | None) -> Message:
    """The message leaves the lists and can't be sent; its sendouts go on."""
    with transaction.atomic():
        held = _held(message)
        if held.archived_at is None:
            held.archived_at = clock.now()
            held.save(update_fields=["archived_at"])
            record("message.archived", held.pk, by=by)
    return held


def activate(message: Message, *, by: User | None) -> Message:
    """Undoes archiving."""
    with transaction.atomic():
        held = _held(message)
        if held.archived_at:
            held.archived_at = None
            held.save(update_fields=["archived_at"])
            record("message.activated", held.pk, by=by)
    return held


def delete(message: Message, *, by: User | None) -> None:
    """Removes a message with its versions and its draft; raises `MessageUsed` if it was ever sent."""
    try:
        with transaction.atomic():
            held = _held(message)
            record("message.deleted", held.pk, by=by, name=held.name)
            held.delete()
    except ProtectedError as error:
        raise MessageUsed(message=message.name) from error


def _held(message: Message) -> Message:
    """The message as it is now, for this transaction alone."""
    held = Message.objects.select_for_update().filter(pk=message.pk).first()
    if held is None:
        raise NotFound(thing="message", ref=message.pk)
    return held
