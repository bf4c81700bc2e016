"""Joining and leaving groups one by one. Single actions: no lock refuses them."""

from django.db import transaction

from tidings.accounts.models import User
from tidings.contacts.models import Contact
from tidings.groups.errors import GroupArchived
from tidings.groups.models import Group
from tidings.journal.actions import record
from tidings.kernel import db, sql
from tidings.memberships.errors import OptedOut
from tidings.memberships.models import Membership, OptOut, Tally

statements = sql.load(__package__)


@transaction.atomic
def add(contact: Contact, group: Group, *, source: Membership.Source, by: User | None) -> bool:
    """Makes the contact an active member, silently; False if they were a member already."""
    if group.archived_at:
        raise GroupArchived(group=group.name)
    if OptOut.objects.filter(contact=contact, group=group).exists():
        raise OptedOut(contact=str(contact))
    joined = db.execute(statements.join, {"group": group.pk, "contact": contact.pk, "source": str(source)})
    if joined:
        Tally.objects.create(group=group, state=Membership.State.ACTIVE, members=1)
        record("member.added", group.pk, by=by, contact=contact.pk, source=source)
    return joined == 1


@transaction.atomic
def remove(contact: Contact, group: Group, *, by: User | None) -> bool:
    """Ends the membership without counting it as an unsubscription; False if there was none."""
    state = _leave(contact, group)
    if state:
        record("member.removed", group.pk, by=by, contact=contact.pk)
    return state is not None


@transaction.atomic
def unsubscribe(contact: Contact, group_id: int, *, source: str, by: User | None = None) -> bool:
    """The contact's own wish: ends the membership for good. Asking twice changes nothing."""
    _, is_new = OptOut.objects.get_or_create(contact=contact, group_id=group_id, defaults={"source": source})
    state = _leave(contact, group_id)
    if is_new or state:
        record("member.unsubscribed", group_id, by=by, contact=contact.pk, source=source)
    return is_new


def _leave(contact: Contact, group: Group | int) -> str | None:
    group_id = group if isinstance(group, int) else group.pk
    member = Membership.objects.select_for_update().filter(group_id=group_id, contact=contact).first()
    if member is None:
        return None
    Membership.objects.filter(group_id=group_id, contact=contact).delete()
    Tally.objects.create(group_id=group_id, state=member.state, members=-1)
    return str(member.state)
