"""What operators and programs command: adding and removing single members. No lock refuses it."""

from django.db import transaction

from tidings.accounts.models import User
from tidings.contacts.models import Contact
from tidings.groups.errors import GroupArchived
from tidings.groups.models import Group
from tidings.groups.settings import Joining
from tidings.memberships import letters
from tidings.memberships.consent import note
from tidings.memberships.errors import (
    NoLetters,
    NoReason,
    NotInState,
    NotOptedOut,
    OptedOut,
    OverrideImpossible,
)
from tidings.memberships.models import Consent, Letter, Membership, OptOut
from tidings.memberships.moves import hold, join, keep_out, leave, member_of, move
from tidings.memberships.queries import opt_outs_against
from tidings.memberships.request import ask_again, ask_to_confirm, welcome

Act = Consent.Act
State = Membership.State


@transaction.atomic
def add(
    contact: Contact,
    group: Group,
    *,
    source: Membership.Source,
    by: User | None,
    mode: Joining = Joining.SILENT,
    ip: str = "",
) -> bool:
    """Makes the contact a member, False if they are one already: silently, with a welcome letter as notice, or
    pending until they have confirmed. Raises `OptedOut`.
    """
    _demand_open(group, mode)
    hold(contact)
    _demand_no_opt_out(contact, group)
    state = State.PENDING if mode == Joining.DOUBLE_OPT_IN else State.ACTIVE
    if not join(contact, group.pk, state, source):
        return False
    if mode == Joining.DOUBLE_OPT_IN:
        ask_to_confirm(contact, group, source=source, by=by, ip=ip)
        return True
    note(Act.ADDED, contact, group.pk, source=source, by=by, ip=ip)
    if mode == Joining.NOTICE:
        welcome(contact, group, always=True)
    return True


def _demand_open(group: Group, mode: Joining) -> None:
    if group.archived_at:
        raise GroupArchived(group=group.name)
    if mode != Joining.SILENT and not letters.sends_letters(group):
        raise NoLetters(group=group.name)


def _demand_no_opt_out(contact: Contact, group: Group) -> None:
    if against := opt_outs_against(contact, group):
        raise OptedOut(contact=str(contact), what=against[0].thing)


@transaction.atomic
def override(
    contact: Contact, group: Group, *, reason: str, source: Membership.Source, by: User | None, ip: str = ""
) -> None:
    """Asks somebody who opted out to confirm that they are back, because they said so elsewhere, as `reason` tells.

    The opt-out holds until they confirm. After a complaint it is impossible.
    """
    _demand_open(group, Joining.DOUBLE_OPT_IN)
    if not reason.strip():
        raise NoReason
    hold(contact)
    against = opt_outs_against(contact, group)
    if not against:
        raise NotOptedOut(contact=str(contact), group=group.name)
    if against[0].reason == OptOut.Reason.COMPLAINT:
        raise OverrideImpossible(contact=str(contact))
    join(contact, group.pk, State.PENDING, source)
    note(Act.OVERRIDDEN, contact, group.pk, source=source, by=by, ip=ip, reason=reason.strip())
    ask_to_confirm(contact, group, source=source, by=by, ip=ip)


@transaction.atomic
def remove(contact: Contact, group: Group, *, by: User | None, source: str = "page", ip: str = "") -> bool:
    """Ends the membership without counting it as an unsubscription, and silently; False if there was none."""
    state = leave(contact, group.pk)
    if state:
        note(Act.REMOVED, contact, group.pk, source=source, by=by, ip=ip)
    return state is not None


@transaction.atomic
def unsubscribe(
    contact: Contact, group_id: int, *, source: str, by: User | None = None, ip: str = ""
) -> bool:
    """The contact's own wish: ends the membership for good. Asking twice changes nothing.

    Members are told goodbye by a letter if the group's settings say so. It works when the group is gone.
    """
    hold(contact)
    is_new = keep_out(contact, OptOut.Scope.GROUP, group_id=group_id, source=source)
    state = leave(contact, group_id)
    if is_new or state:
        note(Act.UNSUBSCRIBED, contact, group_id, source=source, by=by, ip=ip)
    if state == State.ACTIVE:
        _say_goodbye(contact, group_id)
    return is_new


def _say_goodbye(contact: Contact, group_id: int) -> None:
    group = Group.objects.filter(pk=group_id).first()
    if group and group.all_settings.subscription.sends_goodbye:
        kind = Letter.Kind.GOODBYE
        letters.write(kind, contact, group, letters.text_for(kind, contact, group))


@transaction.atomic
def complain(contact: Contact, group_id: int, *, source: str, by: User | None = None, ip: str = "") -> bool:
    """Notes that the contact called a message of the group unwanted; False if that is known already.

    The member is deactivated, and nobody but the contact can ever lift this opt-out.
    """
    hold(contact)
    is_new = keep_out(
        contact, OptOut.Scope.GROUP, group_id=group_id, source=source, reason=OptOut.Reason.COMPLAINT
    )
    member = member_of(contact, group_id)
    if member:
        move(member, State.DEACTIVATED)
    if is_new:
        note(Act.COMPLAINED, contact, group_id, source=source, by=by, ip=ip)
    return is_new


@transaction.atomic
def approve(contact: Contact, group: Group, *, source: str, by: User | None, ip: str = "") -> None:
    """Lets somebody in who awaits approval."""
    member = _member_in(State.AWAITING_APPROVAL, contact, group)
    _demand_no_opt_out(contact, group)
    move(member, State.ACTIVE)
    note(Act.APPROVED, contact, group.pk, source=source, by=by, ip=ip)
    welcome(contact, group)


@transaction.atomic
def refuse(
    contact: Contact, group: Group, *, source: str, by: User | None, reason: str = "", ip: str = ""
) -> None:
    """Turns somebody down who awaits approval. They may ask again."""
    _member_in(State.AWAITING_APPROVAL, contact, group)
    leave(contact, group.pk)
    note(Act.REFUSED, contact, group.pk, source=source, by=by, ip=ip, reason=reason)


@transaction.atomic
def deactivate(contact: Contact, group: Group, *, source: str, by: User | None, reason: str = "") -> None:
    """Stops messages to an active member who can't be reached; they stay a member."""
    member = _member_in(State.ACTIVE, contact, group)
    move(member, State.DEACTIVATED)
    note(Act.DEACTIVATED, contact, group.pk, source=source, by=by, reason=reason)


@transaction.atomic
def reactivate(
    contact: Contact, group: Group, *, source: str, by: User | None, reason: str = "", ip: str = ""
) -> None:
    """Takes up messages to a deactivated member again. Raises `OptedOut`, as after a complaint."""
    member = _member_in(State.DEACTIVATED, contact, group)
    _demand_no_opt_out(contact, group)
    move(member, State.ACTIVE)
    note(Act.REACTIVATED, contact, group.pk, source=source, by=by, ip=ip, reason=reason)


@transaction.atomic
def resend(contact: Contact, group: Group, *, source: str, by: User | None, ip: str = "") -> None:
    """Sends a pending member the letter again that asks them to confirm; raises `TooManyLetters`."""
    _demand_open(group, Joining.DOUBLE_OPT_IN)
    _member_in(State.PENDING, contact, group)
    ask_again(contact, group, source=source, by=by, ip=ip)


def _member_in(state: Membership.State, contact: Contact, group: Group) -> Membership:
    """The member, held until the transaction ends; raises `NotInState`."""
    hold(contact)
    member = member_of(contact, group.pk)
    if member is None or member.state != state:
        now = str(State(member.state).label).lower() if member else "no member"
        raise NotInState(contact=str(contact), group=group.name, state=now, wanted=state.label.lower())
    return member
