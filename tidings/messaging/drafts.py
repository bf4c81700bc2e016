"""Drafts: what the next version of a message will say, saved while it is written."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from tidings.accounts.models import User
from tidings.journal.actions import record
from tidings.kernel import clock
from tidings.messaging.actions import WRITTEN, create, write
from tidings.messaging.builtin import Template
from tidings.messaging.errors import DraftChanged
from tidings.messaging.models import Draft, Message, Version

Start = Version | Template

NO_DRAFT = 0
"""The revision that stands while there is no draft."""


def begin(name: str, *, purpose: str, language: str = "", start: Start, by: User | None) -> Draft:
    """A new message with a draft that says what `start` does: a version of a template, a built-in one, or nothing."""
    with transaction.atomic():
        message = create(name, purpose=purpose, language=language, by=by)
        return Draft.objects.create(message=message, changed_by=by, **written_in(start))


def written_in(start: Start | Draft) -> dict[str, Any]:
    """What an author would go on writing; a text that was made from the HTML is made anew."""
    found = {field: getattr(start, field) for field in WRITTEN}
    return found | {"text": start.own_text} if isinstance(start, Version) else found


def current(message: Message) -> Draft:
    """The draft; without one what the newest version says, not stored, with the revision `NO_DRAFT`."""
    found = Draft.objects.select_related("changed_by").filter(message=message).first()
    if found:
        return found
    newest = message.versions.order_by("-number").first()
    return Draft(
        message=message,
        revision=NO_DRAFT,
        base=newest.number if newest else 0,
        **written_in(newest or Version()),
    )


def save(message: Message, written: Mapping[str, Any], *, revision: int, by: User | None) -> Draft:
    """Stores the draft, if `revision` is the one that stands; else raises `DraftChanged` and stores nothing."""
    values = {field: written[field] for field in WRITTEN if field in written}
    if revision == NO_DRAFT:
        return _first(message, values, by)
    moved = Draft.objects.filter(message=message, revision=revision).update(
        **values, revision=F("revision") + 1, changed_by=by, changed_at=clock.now()
    )
    if not moved:
        raise _conflict(message)
    return current(message)


def _first(message: Message, values: Mapping[str, Any], by: User | None) -> Draft:
    draft = current(message)
    for field, value in values.items():
        setattr(draft, field, value)
    draft.revision, draft.changed_by = NO_DRAFT + 1, by
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
    except IntegrityError as error:  # there is one by now
        raise _conflict(message) from error
    return draft


def save_version(message: Message, *, revision: int, by: User | None) -> Version:
    """Makes the draft of that revision the next version.

    Raises `DraftChanged` if another revision stands, and what `write` raises; then the draft stays as it is.
    """
    with transaction.atomic():
        draft = Draft.objects.select_for_update().filter(message=message).first()
        if draft is None or draft.revision != revision:
            raise _conflict(message)
        written = written_in(draft)
        version = write(message.name, form=written.pop("format"), **written, by=by, message=message)
        draft.delete()
    return version


def restore(version: Version, *, revision: int, by: User | None) -> Draft:
    """What an old version says becomes the draft, instead of the draft of that `revision`."""
    with transaction.atomic():
        draft = save(version.message, written_in(version), revision=revision, by=by)
        record("message.restored", version.message_id, by=by, version=version.number)
    return draft


def discard(message: Message, *, revision: int, by: User | None) -> None:
    """Throws away the draft of that revision; the versions stay. A message without any version loses its content."""
    with transaction.atomic():
        gone, _ = Draft.objects.filter(message=message, revision=revision).delete()
        if not gone:
            raise _conflict(message)
        record("message.draft_discarded", message.pk, by=by)


def _conflict(message: Message) -> DraftChanged:
    stands = current(message)
    return DraftChanged(who=stands.changed_by or "somebody", revision=stands.revision)
