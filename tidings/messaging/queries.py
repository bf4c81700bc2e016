"""Versions of messages, and which attributes they use."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from tidings.attributes.models import Attribute
from tidings.kernel.errors import NotFound
from tidings.messaging.errors import ArchivedAttribute
from tidings.messaging.mime.message import Content, find_names
from tidings.messaging.models import Version
from tidings.messaging.personalization.names import fold_name

# What templates call the values of each scope.
ROOTS = {Attribute.Scope.PROFILE.value: "contact", Attribute.Scope.MEMBER.value: "member"}


def find_version(message: int, number: int | None = None) -> Version:
    """The version of that number, or the current one; raises `NotFound`."""
    versions = Version.objects.select_related("message", "created_by").filter(message=message)
    found = (versions.filter(number=number) if number else versions.order_by("-number")).first()
    if found is None:
        raise NotFound(thing="message", ref=f"{message}, version {number}" if number else message)
    return found


def content_of(version: Version) -> Content:
    """What a version says."""
    return Content(subject=version.subject, html=version.html or None, text=version.text or None)


def messages_using(attribute: Attribute) -> list[str]:
    """The messages that have a version which names the attribute, in words that people understand."""
    versions = _candidates(attribute).select_related("message").order_by("message_id")
    found = {v.message.pk: v.message.name for v in versions.iterator() if _names(v, [attribute])}
    return [f"message “{name}” ({pk})" for pk, name in found.items()]


def _candidates(attribute: Attribute) -> QuerySet[Version]:
    """Versions that may name it: the database's idea of case is Python's only for ASCII."""
    word = attribute.key if attribute.key.isascii() else ROOTS[attribute.scope]
    return Version.objects.filter(
        Q(subject__icontains=word) | Q(html__icontains=word) | Q(text__icontains=word)
    )


def archived_names(version: Version) -> list[str]:
    """The archived attributes that a version names."""
    return _names(version, Attribute.objects.filter(archived_at__isnull=False))


def demand_no_archived(version: Version) -> None:
    """Raises `ArchivedAttribute` if the version names one: it can't be sent then."""
    if names := archived_names(version):
        raise ArchivedAttribute(names=", ".join(f"“{name}”" for name in names))


def _names(version: Version, attributes: Iterable[Attribute]) -> list[str]:
    used = {(root, fold_name(name)) for root, name in find_names(content_of(version))}
    return [a.name for a in attributes if (ROOTS[a.scope], a.key) in used]
