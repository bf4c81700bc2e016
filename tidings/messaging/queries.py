"""Finding messages and their versions, and which attributes they use."""

from collections.abc import Iterable
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from tidings.attributes.models import Attribute
from tidings.kernel.errors import NotFound
from tidings.messaging.errors import ArchivedAttribute, MessageArchived, MessageIsTemplate
from tidings.messaging.mime.message import Content, find_names
from tidings.messaging.models import Message, Version
from tidings.messaging.personalization.names import fold_name

# What templates call the values of each scope.
ROOTS = {Attribute.Scope.PROFILE.value: "contact", Attribute.Scope.MEMBER.value: "member"}


def find(number: int) -> Message:
    """The message with that id; raises `NotFound`."""
    found = Message.objects.select_related("created_by").filter(pk=number).first()
    if found is None:
        raise NotFound(thing="message", ref=number)
    return found


def find_version(message: int, number: int | None = None) -> Version:
    """The version of that number, or the current one; raises `NotFound`."""
    versions = Version.objects.select_related("message", "created_by").filter(message=message)
    found = (versions.filter(number=number) if number else versions.order_by("-number")).first()
    if found is None:
        raise NotFound(thing="message", ref=f"{message}, version {number}" if number else message)
    return found


def listed(
    search: str = "", *, purpose: str = "", is_template: bool | None = None, is_archived: bool | None = False
) -> QuerySet[Message]:
    """Messages with `subject`, `number` and `written_at` of their newest version, None for those without one.

    `search` is a part of the name or of that subject; what is None isn't asked.
    """
    newest = Version.objects.filter(message=OuterRef("pk")).order_by("-number")
    found = Message.objects.select_related("created_by").annotate(
        subject=Subquery(newest.values("subject")[:1]),
        number=Subquery(newest.values("number")[:1]),
        written_at=Subquery(newest.values("created_at")[:1]),
    )
    asked = {"purpose": purpose or None, "is_template": is_template}
    found = found.filter(**{field: value for field, value in asked.items() if value is not None})
    if is_archived is not None:
        found = found.filter(archived_at__isnull=not is_archived)
    return found.filter(Q(name__icontains=search) | Q(subject__icontains=search)) if search else found


ORDERS = {
    "newest": ("-pk",),
    "oldest": ("pk",),
    "name": ("name", "pk"),
    "written": ("-last_written", "-pk"),
}
"""How lists of messages may be ordered: the fields of each order, of which the last tells any two apart."""


def ordered(found: QuerySet[Any], sort: str) -> QuerySet[Any]:
    """What `listed` found in one of `ORDERS`; `written` begins with what was written last."""
    annotated: QuerySet[Any] = found.annotate(last_written=Coalesce("written_at", "created_at"))
    return annotated.order_by(*ORDERS[sort])


def sendable(search: str = "") -> QuerySet[Any]:
    """Messages that a sendout may begin with: they have a version, are no templates and not archived."""
    found: QuerySet[Any] = listed(search, is_template=False)
    return found.filter(number__isnull=False)


def content_of(version: Version) -> Content:
    """What a version says."""
    return Content(version.subject, version.html or None, version.text or None, version.preview_text)


def messages_using(attribute: Attribute) -> list[str]:
    """The messages that have a version which names the attribute, in words that people understand."""
    versions = _candidates(attribute).select_related("message").order_by("message_id")
    found = {v.message.pk: v.message.name for v in versions.iterator() if _names(v, [attribute])}
    return [f"message “{name}” ({pk})" for pk, name in found.items()]


def _candidates(attribute: Attribute) -> QuerySet[Version]:
    """Versions that may name it: the database's idea of case is Python's only for ASCII."""
    word = attribute.key if attribute.key.isascii() else ROOTS[attribute.scope]
    return Version.objects.filter(
        Q(subject__icontains=word)
        | Q(preview_text__icontains=word)
        | Q(html__icontains=word)
        | Q(text__icontains=word)
    )


def archived_names(version: Version) -> list[str]:
    """The archived attributes that a version names."""
    return _names(version, Attribute.objects.filter(archived_at__isnull=False))


def demand_no_archived(version: Version) -> None:
    """Raises `ArchivedAttribute` if the version names one: it can't be sent then."""
    if names := archived_names(version):
        raise ArchivedAttribute(names=", ".join(f"“{name}”" for name in names))


def demand_sendable(version: Version) -> None:
    """Raises `MessageArchived`, `MessageIsTemplate` or `ArchivedAttribute` if no sendout may begin with it."""
    if version.message.archived_at:
        raise MessageArchived(message=version.message.name)
    if version.message.is_template:
        raise MessageIsTemplate(message=version.message.name)
    demand_no_archived(version)


def _names(version: Version, attributes: Iterable[Attribute]) -> list[str]:
    used = {(root, fold_name(name)) for root, name in find_names(content_of(version))}
    return [a.name for a in attributes if (ROOTS[a.scope], a.key) in used]
