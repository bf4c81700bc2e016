"""Finding the pictures and documents that messages show or bring along."""

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Q, QuerySet

from tidings.kernel.errors import NotFound
from tidings.messaging.errors import TooMuchAttached
from tidings.messaging.links import FILE_PATH
from tidings.messaging.mime.attachments import Attachment
from tidings.messaging.models import Draft, File, Version, Written

ATTACHED_BYTES = 10 * 1024 * 1024  # many mail servers refuse 20 MB, and encoding adds a third


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


def used_by(file: File) -> list[str]:
    """The names of the messages that have a version or draft with it."""
    using = Q(source__contains=file.token) | Q(html__contains=file.token) | Q(attachments__contains=[file.pk])
    drafted = Q(source__contains=file.token) | Q(attachments__contains=[file.pk])
    names = [
        *Version.objects.filter(using).values_list("message__name", flat=True),
        *Draft.objects.filter(drafted).values_list("message__name", flat=True),
    ]
    return sorted(set(names))


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
            loaded.append(Attachment(file.name, file.content_type, stored.read(), file.alt))
    return loaded
