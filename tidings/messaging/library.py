"""Keeping pictures and documents for messages, and what else a person may command of one."""

import secrets
from io import BytesIO
from pathlib import PurePath
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.base import File as Content
from django.core.files.storage import default_storage
from django.db import transaction

from tidings.accounts.models import User
from tidings.journal.actions import record
from tidings.messaging.errors import BadFile, FileUsed
from tidings.messaging.file_types import HEAD_BYTES, MAIL_WIDTH, content_type, why_not
from tidings.messaging.files import used_by
from tidings.messaging.models import File
from tidings.messaging.pictures import BadPicture, Look, look, narrowed

NAME_LENGTH = 150
ALT_LENGTH = 1_000
PICTURE_BYTES = 5 * 1024 * 1024  # each reader loads it, many over a mobile connection
DOCUMENT_BYTES = 10 * 1024 * 1024
CAMERA_BYTES = 25 * 1024 * 1024  # of a picture that is made smaller before it is kept
TOKEN_BYTES = 16
USERS_NAMED = 3


def keep(content: IO[bytes], *, name: str, alt: str = "", width: int | None = None, by: User | None) -> File:
    """Stores a picture or document; raises `BadFile` if it is of no type that is taken, too large or empty.

    With `width` a picture that is wider is kept as a copy that wide, in pixels.
    """
    name = _plain_name(name)
    _check_alt(name, alt)
    kind = _kind(name, content)
    if width and kind.startswith("image/"):
        content, name = _narrowed(content, name, width)
        kind = _kind(name, content)
    size = _checked_size(content, name, _limit(kind))
    seen = _look(content, name) if kind.startswith("image/") else Look(0, 0, b"")
    content.seek(0)
    with transaction.atomic():
        token = secrets.token_urlsafe(TOKEN_BYTES)
        kept = File.objects.create(
            name=name,
            token=token,
            content_type=kind,
            size=size,
            width=seen.width,
            height=seen.height,
            alt=alt,
            stored=default_storage.save(f"messages/{token}", Content(content)),
            thumbnail=_stored_thumbnail(token, seen),
            created_by=by,
        )
        record("file.kept", kept.pk, by=by, name=name, size=size)
    return kept


def _stored_thumbnail(token: str, seen: Look) -> str:
    small = ContentFile(seen.thumbnail)
    return default_storage.save(f"messages/{token}.small", small) if seen.thumbnail else ""


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


def _kind(name: str, content: IO[bytes]) -> str:
    content.seek(0)
    kind = content_type(name, content.read(HEAD_BYTES))
    if kind is None:
        raise BadFile(file=name, problem=why_not(name))
    return kind


def _narrowed(content: IO[bytes], name: str, width: int) -> tuple[IO[bytes], str]:
    """What to keep instead, and what it is called; the same if it is no wider."""
    _checked_size(content, name, CAMERA_BYTES)
    try:
        made = narrowed(content, width)
    except BadPicture as error:
        raise BadFile(file=name, problem=str(error)) from error
    if made is None:
        return content, name
    mark = f"-{width}{made.ending}"
    return BytesIO(made.data), PurePath(name).stem[: NAME_LENGTH - len(mark)] + mark


def _limit(kind: str) -> int:
    return PICTURE_BYTES if kind.startswith("image/") else DOCUMENT_BYTES


def _checked_size(content: IO[bytes], name: str, limit: int) -> int:
    size = content.seek(0, 2)
    if not size:
        raise BadFile(file=name, problem="it is empty.")
    if size > limit:
        raise BadFile(file=name, problem=f"it has {size // 1024:,} kB; {limit // 1024:,} kB are possible.")
    return size


def _look(content: IO[bytes], name: str) -> Look:
    try:
        return look(content)
    except BadPicture as error:
        raise BadFile(file=name, problem=str(error)) from error


def shrink(file: File, *, width: int = MAIL_WIDTH, by: User | None) -> File:
    """Keeps a copy that is so many pixels wide; raises `BadFile` if the file is no wider, or no picture.

    A new file: what is shown by the address of the old one never changes.
    """
    if file.width <= width:
        problem = f"it is {file.width:,} pixels wide." if file.is_picture else "it is no picture."
        raise BadFile(file=file.name, problem=problem)
    with default_storage.open(file.stored) as stored:
        return keep(BytesIO(stored.read()), name=file.name, alt=file.alt, width=width, by=by)


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
        for stored in filter(None, (held.stored, held.thumbnail)):
            default_storage.delete(stored)
        record("file.deleted", held.pk, by=by, name=held.name)
        held.delete()
