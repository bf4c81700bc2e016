"""Keeping pictures and documents for messages."""

import secrets
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import IO

from django.conf import settings
from django.core.files.base import File as Content
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q, QuerySet

from tidings.accounts.models import User
from tidings.journal.actions import record
from tidings.kernel.errors import NotFound
from tidings.messaging.errors import BadFile, FileUsed, TooMuchAttached
from tidings.messaging.file_types import HEAD_BYTES, content_type, why_not
from tidings.messaging.links import FILE_PATH
from tidings.messaging.mime.attachments import Attachment
from tidings.messaging.models import Draft, File, Version, Written

NAME_LENGTH = 150
ALT_LENGTH = 1_000
PICTURE_BYTES = 5 * 1024 * 1024  # each reader loads it, many over a mobile connection
DOCUMENT_BYTES = 10 * 1024 * 1024
ATTACHED_BYTES = 10 * 1024 * 1024  # many mail servers refuse 20 MB, and encoding adds a third
TOKEN_BYTES = 16
USERS_NAMED = 3


def keep(content: IO[bytes], *, name: str, alt: str = "", by: User | None) -> File:
    """Stores a picture or document; raises `BadFile` if it is of no type that is taken, too large or empty."""
    name = _plain_name(name)
    _check_alt(name, alt)
    head = content.read(HEAD_BYTES)
    kind = content_type(name, head)
    if kind is None:
        raise BadFile(file=name, problem=why_not(name))
    size = _size(content)
    limit = PICTURE_BYTES if kind.startswith("image/") else DOCUMENT_BYTES
    if not 0 < size <= limit:
        problem = (
            f"it has {size // 1024:,} kB; {limit // 1024:,} kB are possible." if size else "it is empty."
        )
        raise BadFile(file=name, problem=problem)
    content.seek(0)
    with transaction.atomic():
        token = secrets.token_urlsafe(TOKEN_BYTES)
        stored = default_storage.save(f"messages/{token}", Content(content))
        kept = File.objects.create(
            name=name, token=token, content_type=kind, size=size, alt=alt, stored=stored, created_by=by
        )
        record("file.kept", kept.pk, by=by, name=name, size=size)
    return kept


def _plain_name(name: str) -> str:
    """The last part of the path, without what can't stand in a header."""
    plain = "".join(sign for sign in PurePath(name.replace("\\", "/")).name if sign.isprintable()).strip()
    if not plain or len(plain) > NAME_LENGTH:
        raise BadFile(file=plain or name, problem=f"its name has to have 1 to {NAME_LENGTH} characters.")
    return plain


def _check_alt(name: str, alt: str) -> None:
    if "\x00" in alt:
        raise BadFile(file=name, problem="its text holds a character that can't be stored.")
    if len(alt) > ALT_LENGTH:
        raise BadFile(
            file=name, problem=f"its text has {len(alt):,} characters; {ALT_LENGTH:,} are possible."
        )


def _size(content: IO[bytes]) -> int:
    content.seek(0, 2)
    return content.tell()


def describe(file: File, *, alt: str, by: User | None) -> File:
    """Changes what is read out where a picture isn't seen."""
    _check_alt(file.name, alt)
    with transaction.atomic():
        file.alt = alt
        file.save(update_fields=["alt"])
        record("file.described", file.pk, by=by, alt=alt)
    return file


def delete(file: File, *, by: User | None) -> None:
    """Removes a file that no message shows or brings along; raises `FileUsed` otherwise."""
    with transaction.atomic():
        held = File.objects.select_for_update().get(pk=file.pk)
        if users := used_by(held):
            more = f" and {len(users) - USERS_NAMED} more" if len(users) > USERS_NAMED else ""
            named = ", ".join(f"“{name}”" for name in users[:USERS_NAMED])
            raise FileUsed(file=held.name, users=f"{named}{more}")
        default_storage.delete(held.stored)
        record("file.deleted", held.pk, by=by, name=held.name)
        held.delete()


def used_by(file: File) -> list[str]:
    """The names of the messages that have a version or draft with it."""
    using = Q(source__contains=file.token) | Q(html__contains=file.token) | Q(attachments__contains=[file.pk])
    drafted = Q(source__contains=file.token) | Q(attachments__contains=[file.pk])
    names = [
        *Version.objects.filter(using).values_list("message__name", flat=True),
        *Draft.objects.filter(drafted).values_list("message__name", flat=True),
    ]
    return sorted(set(names))


def url_of(file: File) -> str:
    """Where anybody can load it."""
    return f"{settings.BASE_URL}{FILE_PATH}{file.token}"


def listed(search: str = "", *, pictures: bool | None = None) -> QuerySet[File]:
    """Files by a part of their name or text; only pictures, only others, or both."""
    found = File.objects.select_related("created_by")
    if pictures is not None:
        is_picture = Q(content_type__startswith="image/")
        found = found.filter(is_picture if pictures else ~is_picture)
    return found.filter(Q(name__icontains=search) | Q(alt__icontains=search)) if search else found


def find(number: int) -> File:
    """The file with that id; raises `NotFound`."""
    found = File.objects.select_related("created_by").filter(pk=number).first()
    if found is None:
        raise NotFound(thing="file", ref=number)
    return found


def attached_to(written: Written) -> list[File]:
    """The files that it brings along, in their order."""
    found = File.objects.in_bulk(written.attachments)
    return [found[number] for number in written.attachments if number in found]


def demand_attachable(numbers: Iterable[int]) -> None:
    """Raises `NotFound` for a file that isn't there, `TooMuchAttached` if they are too large together.

    In a transaction nobody deletes them until its end.
    """
    wanted = list(numbers)
    found = {file.pk: file.size for file in File.objects.select_for_update(no_key=True).filter(pk__in=wanted)}
    if missing := [number for number in wanted if number not in found]:
        raise NotFound(thing="file", ref=missing[0])
    if (size := sum(found.values())) > ATTACHED_BYTES:
        raise TooMuchAttached(size=size // 1024, limit=ATTACHED_BYTES // 1024)


def load(files: Sequence[File]) -> list[Attachment]:
    """The files with their bytes, as a copy brings them along."""
    loaded = []
    for file in files:
        with default_storage.open(file.stored) as stored:
            loaded.append(Attachment(file.name, file.content_type, stored.read()))
    return loaded
