"""Values of one contact in one group. A single action: no lock refuses it."""

from collections.abc import Mapping

from django.db import transaction

from tidings.accounts.models import User
from tidings.attributes.models import Attribute
from tidings.attributes.queries import catalogue
from tidings.contacts.checking import checked_values, without_empty
from tidings.contacts.models import Contact
from tidings.groups.models import Group
from tidings.journal.actions import record
from tidings.kernel.errors import NotFound
from tidings.memberships.models import Membership


def set_attributes(
    contact: Contact, group: Group, attributes: Mapping[str, object], *, by: User | None
) -> dict[str, object]:
    """Sets member attributes; those not named keep their values, an empty text takes one away. Returns all of them.

    Raises `BadAttribute`, or `NotFound` for who isn't in the group, and then has changed nothing.
    """
    wanted = checked_values(attributes, catalogue(Attribute.Scope.MEMBER))
    with transaction.atomic():
        members = Membership.objects.filter(contact=contact, group=group)
        member = members.select_for_update().first()
        if member is None:
            raise NotFound(thing="member", ref=f"{contact} of group {group}")
        changed = {key: value for key, value in wanted.items() if member.attributes.get(key, "") != value}
        stored = without_empty(member.attributes | changed)
        if changed:
            members.update(attributes=stored)
            record("member.updated", group.pk, by=by, contact=contact.pk, attributes=changed)
    return dict(stored)
