"""Joining and leaving groups one by one, and opting out. Single actions: no lock refuses them."""

from typing import Any

from django.db import transaction

from tidings.accounts.models import User
from tidings.contacts.models import Contact
from tidings.groups.errors import GroupArchived
from tidings.groups.models import Group
from tidings.kernel import db, sql
from tidings.memberships.consent import note
from tidings.memberships.errors import BadOptOut, OptedOut
from tidings.memberships.models import Consent, Membership, OptOut, Tally
from tidings.memberships.queries import opt_out_against

statements = sql.load(__package__)

Act = Consent.Act


@transaction.atomic
def add(contact: Contact, group: Group, *, source: Membership.Source, by: User | None, ip: str = "") -> bool:
    """Makes the contact an active member, silently; False if they were a member already."""
    if group.archived_at:
        raise GroupArchived(group=group.name)
    hold(contact)
    if against := opt_out_against(contact, group):
        raise OptedOut(contact=str(contact), what=against.thing)
    joined = _join(contact, group.pk, Membership.State.ACTIVE, source)
    if joined:
        note(Act.ADDED, contact, group.pk, source=source, by=by, ip=ip)
    return joined


def hold(contact: Contact) -> None:
    """Makes others who change this contact's consent wait until the transaction ends, so that none is overlooked."""
    Contact.objects.select_for_update(no_key=True).filter(pk=contact.pk).first()


def _join(contact: Contact, group_id: int, state: str, source: str) -> bool:
    params = {"group": group_id, "contact": contact.pk, "state": str(state), "source": str(source)}
    joined = db.execute(statements.join, params) == 1
    if joined:
        Tally.objects.create(group_id=group_id, state=state, members=1)
    return joined


@transaction.atomic
def remove(contact: Contact, group: Group, *, by: User | None, source: str = "page", ip: str = "") -> bool:
    """Ends the membership without counting it as an unsubscription; False if there was none."""
    state = _leave(contact, group.pk)
    if state:
        note(Act.REMOVED, contact, group.pk, source=source, by=by, ip=ip)
    return state is not None


@transaction.atomic
def unsubscribe(
    contact: Contact, group_id: int, *, source: str, by: User | None = None, ip: str = ""
) -> bool:
    """The contact's own wish: ends the membership for good. Asking twice changes nothing."""
    hold(contact)
    is_new = _keep(contact, OptOut.Scope.GROUP, group_id=group_id, source=source)
    state = _leave(contact, group_id)
    if is_new or state:
        note(Act.UNSUBSCRIBED, contact, group_id, source=source, by=by, ip=ip)
    return is_new


@transaction.atomic
def opt_out(
    contact: Contact,
    scope: str,
    *,
    group_id: int | None = None,
    channel: str = "",
    source: str,
    by: User | None = None,
    ip: str = "",
) -> bool:
    """The contact's own wish about a group, a SuperGroup's messages, a channel or everything; False if known already.

    Who leaves a channel or everything leaves each of its groups for good: to come back to one of them brings back no
    other. Raises `BadOptOut`.
    """
    _check(scope, group_id, channel)
    if scope == OptOut.Scope.GROUP and group_id is not None:
        return unsubscribe(contact, group_id, source=source, by=by, ip=ip)
    hold(contact)
    for member in _groups_left(contact, scope, channel):
        unsubscribe(contact, member.group_id, source=source, by=by, ip=ip)
    is_new = _keep(contact, scope, group_id=group_id, channel=channel, source=source)
    if is_new:
        note(Act.OPTED_OUT, contact, group_id, source=source, by=by, ip=ip, channel=channel, reason=scope)
    return is_new


def _check(scope: str, group_id: int | None, channel: str) -> None:
    """The same as the constraint opt_outs_of_one_thing, in words."""
    if scope not in OptOut.Scope.values:
        raise BadOptOut(why=f"“{scope}” is no scope. There are: {', '.join(OptOut.Scope.values)}.")
    if (group_id is not None) != (scope in {OptOut.Scope.GROUP, OptOut.Scope.SUPERGROUP}):
        raise BadOptOut(why="a group is named with the scopes group and supergroup, and only with them.")
    if (channel in Group.Channel.values) != (scope == OptOut.Scope.CHANNEL) or (
        channel and scope != OptOut.Scope.CHANNEL
    ):
        known = ", ".join(Group.Channel.values)
        raise BadOptOut(
            why=f"a channel is named with the scope channel, and only with it. There are: {known}."
        )


def _groups_left(contact: Contact, scope: str, channel: str) -> list[Membership]:
    """The memberships that an opt-out above groups ends."""
    if scope == OptOut.Scope.SUPERGROUP:
        return []
    found = Membership.objects.filter(contact=contact).order_by("group_id")
    return list(found.filter(group__channel=channel) if scope == OptOut.Scope.CHANNEL else found)


def _keep(
    contact: Contact,
    scope: str,
    *,
    source: str,
    group_id: int | None = None,
    channel: str = "",
    reason: str = OptOut.Reason.OWN_ACT,
) -> bool:
    thing: dict[str, Any] = {"scope": scope, "group_id": group_id, "channel": channel}
    _, is_new = OptOut.objects.get_or_create(
        contact=contact, **thing, defaults={"source": source, "reason": reason}
    )
    return is_new


@transaction.atomic
def complain(contact: Contact, group_id: int, *, source: str, by: User | None = None, ip: str = "") -> bool:
    """Notes that the contact called a message of the group unwanted; False if that is known already.

    The member is deactivated, and nobody but the contact can ever lift this opt-out.
    """
    hold(contact)
    is_new = _keep(
        contact, OptOut.Scope.GROUP, group_id=group_id, source=source, reason=OptOut.Reason.COMPLAINT
    )
    known = OptOut.objects.filter(contact=contact, group_id=group_id, scope=OptOut.Scope.GROUP)
    worsened = known.exclude(reason=OptOut.Reason.COMPLAINT).update(
        reason=OptOut.Reason.COMPLAINT, source=source
    )
    member = Membership.objects.select_for_update().filter(group_id=group_id, contact=contact).first()
    if member:
        _move(member, Membership.State.DEACTIVATED)
    if is_new or worsened:
        note(Act.COMPLAINED, contact, group_id, source=source, by=by, ip=ip)
    return bool(is_new or worsened)


def _move(member: Membership, target: str) -> bool:
    """Brings a member from the state they were read in to another; False if somebody else was first."""
    same = Membership.objects.filter(
        group_id=member.group_id, contact_id=member.contact_id, state=member.state
    )
    if member.state == target or not same.update(state=target):
        return False
    Tally.objects.create(group_id=member.group_id, state=member.state, members=-1)
    Tally.objects.create(group_id=member.group_id, state=target, members=1)
    return True


def _leave(contact: Contact, group_id: int) -> str | None:
    member = Membership.objects.select_for_update().filter(group_id=group_id, contact=contact).first()
    if member is None:
        return None
    Membership.objects.filter(group_id=group_id, contact=contact).delete()
    Tally.objects.create(group_id=group_id, state=member.state, members=-1)
    return str(member.state)
