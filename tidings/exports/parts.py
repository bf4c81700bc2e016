"""What exports keep of groups and of persons: files, which go with them."""

from typing import Any

from django.db.models import Q

from tidings.accounts.models import User
from tidings.contacts.models import Contact
from tidings.contacts.queries import ids_of
from tidings.exports.discard import discard
from tidings.exports.models import Export
from tidings.groups.models import Group
from tidings.locks import actions as locks
from tidings.memberships.models import Consent, Membership

GOING = (Export.State.QUEUED, Export.State.RUNNING)
GROUP_DELETED = "The group was deleted."
PERSON_ERASED = "Somebody who stood in it was erased. Export again for a file without them."


class OfGroup:
    """Files of its members."""

    @staticmethod
    def copy(source: Group, target: Group, by: User | None) -> None:
        """A copy has no members, so nothing was exported of it."""

    @staticmethod
    def purge(group_id: int) -> None:
        """The files go; that there were exports stays."""
        discard(Export.objects.filter(group=group_id), GROUP_DELETED)


class OfContact:
    """Files that a person stands in."""

    @staticmethod
    def merge(kept: Contact, gone: Contact) -> None:
        """Files say what was true when they were written."""

    @staticmethod
    def erase(contact: Contact) -> None:
        """No file stays that may hold the person, and none is written on by who reads the members of before."""
        exports = Export.objects.filter(group__in=_groups(contact))
        discard(exports, PERSON_ERASED)
        for export in exports.filter(state__in=GOING):
            locks.cancel(export.process_id)
        exports.filter(state__in=GOING).update(error=PERSON_ERASED)

    @staticmethod
    def export(contact: Contact) -> dict[str, Any]:
        """Which files there are that may hold the person. What stands in them is told elsewhere."""
        kept = Export.objects.filter(group__in=_groups(contact)).exclude(file="").order_by("pk")
        return {
            "export_files": [
                {"export": one.pk, "group": one.group_id, "created_at": one.created_at.isoformat()}
                for one in kept
            ]
        }


def _groups(contact: Contact) -> set[int | None]:
    """The groups whose exports may hold the contact: who is in them, or was when the oldest of these began."""
    exports = Export.objects.filter(~Q(file="") | Q(state__in=GOING))
    found = exports.values_list("group_id", "created_at")
    if not found:
        return set()
    groups, oldest = {group for group, _ in found}, min(at for _, at in found)
    members = Membership.objects.filter(contact=contact, group__in=groups)
    about = Q(contact__in=ids_of(contact)) | Q(contact_ids__contains=[contact.pk])
    acts = Consent.objects.filter(about, group__in=groups, at__gte=oldest)
    return {*members.values_list("group_id", flat=True), *acts.values_list("group", flat=True)}
