"""The moves of one member and of one opt-out. Each belongs in the transaction of an action that tells why."""

from collections.abc import Mapping
from typing import Any

from tidings.contacts.models import Contact
from tidings.groups.models import Group
from tidings.kernel import db, sql
from tidings.memberships.models import Membership, OptOut, Tally
from tidings.memberships.queries import opt_outs_against

statements = sql.load(__package__)


def hold(contact: Contact) -> None:
    """Makes others who change this contact's consent wait until the transaction ends, so that none is overlooked."""
    Contact.objects.select_for_update(no_key=True).filter(pk=contact.pk).first()


def member_of(contact: Contact, group_id: int) -> Membership | None:
    """The membership as it is now; others wait with their moves."""
    return Membership.objects.select_for_update().filter(group_id=group_id, contact=contact).first()


def join(contact: Contact, group_id: int, state: str, source: str) -> bool:
    """Makes the contact a member in that state; False if they are one already, in whatever state."""
    params = {"group": group_id, "contact": contact.pk, "state": str(state), "source": str(source)}
    joined = db.execute(statements.join, params) == 1
    if joined:
        Tally.objects.create(group_id=group_id, state=state, members=1)
    return joined


def move(member: Membership, target: str) -> bool:
    """Brings a member from the state they were read in to another; False if they aren't in that any more."""
    same = Membership.objects.filter(
        group_id=member.group_id, contact_id=member.contact_id, state=member.state
    )
    if member.state == target or not same.update(state=target):
        return False
    Tally.objects.create(group_id=member.group_id, state=member.state, members=-1)
    Tally.objects.create(group_id=member.group_id, state=target, members=1)
    return True


def leave(contact: Contact, group_id: int) -> str | None:
    """Ends the membership; returns the state it had, None if there was none."""
    member = member_of(contact, group_id)
    if member is None:
        return None
    Membership.objects.filter(group_id=group_id, contact=contact).delete()
    Tally.objects.create(group_id=group_id, state=member.state, members=-1)
    return str(member.state)


def tally(group_id: int, changes: Mapping[str, int]) -> None:
    """Keeps a group's numbers of members true, by state, after a statement that moved many."""
    Tally.objects.bulk_create(
        Tally(group_id=group_id, state=state, members=members)
        for state, members in changes.items()
        if members
    )


def keep_out(
    contact: Contact,
    scope: str,
    *,
    source: str,
    group_id: int | None = None,
    channel: str = "",
    reason: str = OptOut.Reason.OWN_ACT,
) -> bool:
    """Stores an opt-out; False if it is known. A complaint makes one that is known a complaint."""
    thing: dict[str, Any] = {"scope": scope, "group_id": group_id, "channel": channel}
    opt_out, is_new = OptOut.objects.get_or_create(
        contact=contact, **thing, defaults={"source": source, "reason": reason}
    )
    if is_new or opt_out.reason == reason or reason != OptOut.Reason.COMPLAINT:
        return is_new
    return bool(OptOut.objects.filter(pk=opt_out.pk).update(reason=reason, source=source))


def let_in(contact: Contact, group: Group) -> list[OptOut]:
    """Takes back, by the person's own act, what keeps them out of this group; returns the opt-outs that were lifted.

    Who wanted nothing at all wants this channel again, and still nothing by the others.
    """
    lifted = opt_outs_against(contact, group)
    for opt_out in lifted:
        if opt_out.scope == OptOut.Scope.EVERYTHING:
            _keep_other_channels_out(opt_out, group.channel)
    OptOut.objects.filter(pk__in=[opt_out.pk for opt_out in lifted]).delete()
    return lifted


def _keep_other_channels_out(opt_out: OptOut, wanted: str) -> None:
    for channel in Group.Channel.values:
        if channel != wanted:
            keep_out(
                opt_out.contact,
                OptOut.Scope.CHANNEL,
                channel=channel,
                source=opt_out.source,
                reason=opt_out.reason,
            )
