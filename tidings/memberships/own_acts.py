"""What a person does for themselves: asking to join, confirming, coming back, opting out.

Only these lift an opt-out. Each tells from which network address, and confirming tells which text was read.
"""

from typing import Literal

from django.db import transaction

from tidings.accounts.models import User
from tidings.contacts.erasure import never_again_among, take_never_again_back
from tidings.contacts.models import Contact
from tidings.groups.errors import GroupArchived
from tidings.groups.models import Group
from tidings.groups.settings import Joining
from tidings.memberships.actions import unsubscribe
from tidings.memberships.consent import note, version_of
from tidings.memberships.errors import BadOptOut, FormClosed, TooManyLetters
from tidings.memberships.models import Consent, Membership, OptOut
from tidings.memberships.moves import hold, join, keep_out, let_in, member_of, move
from tidings.memberships.new_addresses import NEW_ADDRESS
from tidings.memberships.queries import opt_outs_against
from tidings.memberships.request import ask_again, welcome

Act = Consent.Act
State = Membership.State
FORM = Membership.Source.FORM

Answer = Literal["active", "awaiting_approval", "gone"]
"""What a confirming click led to; `gone`: there is nothing to confirm any more."""


@transaction.atomic
def ask(contact: Contact, group: Group, *, ip: str = "", language: str = "", source: str = "form") -> None:
    """Somebody wrote this contact's address into the group's public form. Nobody learns what came of it.

    Unless the group lets people in without a confirmation they are pending. Who opted out, was deactivated or asked
    never to be stored again is asked in any case: anybody can write an address into a form. Asking for members changes
    nothing.
    """
    if group.archived_at:
        raise GroupArchived(group=group.name)
    if not group.all_settings.subscription.public_form:
        raise FormClosed(group=group.name)
    hold(contact)
    member = member_of(contact, group.pk)
    if member is None:
        _ask_newcomer(contact, group, ip=ip, language=language, source=source)
    elif member.state in {State.PENDING, State.DEACTIVATED}:
        _ask_silently(contact, group, ip=ip, language=language, source=source)


def _ask_newcomer(contact: Contact, group: Group, *, ip: str, language: str, source: str) -> None:
    joining = group.all_settings.subscription.joining
    if joining == Joining.DOUBLE_OPT_IN or opt_outs_against(contact, group) or never_again_among([contact]):
        join(contact, group.pk, State.PENDING, FORM)
        _ask_silently(contact, group, ip=ip, language=language, source=source)
        return
    state = _state_for(group)
    join(contact, group.pk, state, FORM)
    note(Act.ADDED, contact, group.pk, source=source, ip=ip)
    if state == State.ACTIVE:
        welcome(contact, group, always=joining == Joining.NOTICE, language=language)


def _ask_silently(contact: Contact, group: Group, *, ip: str, language: str, source: str) -> None:
    """Asks unless too many letters went out: the form says the same in any case."""
    try:
        ask_again(contact, group, source=source, ip=ip, language=language)
    except TooManyLetters:
        return


def _state_for(group: Group) -> Membership.State:
    return State.AWAITING_APPROVAL if group.all_settings.subscription.needs_approval else State.ACTIVE


@transaction.atomic
def confirm(
    contact: Contact, group: Group, request: Consent, *, ip: str = "", read: str = "", language: str = ""
) -> Answer:
    """The person pressed the button behind the link of their letter, having `read` what stands there.

    Pressing twice is the same as once. It lifts what keeps them out of this group. Whom an operator asked, or who was
    in it under another address, needs no approval more.
    """
    if group.archived_at:
        raise GroupArchived(group=group.name)
    hold(contact)
    member = member_of(contact, group.pk)
    if member is None:
        return "gone"
    if member.state in {State.PENDING, State.DEACTIVATED}:
        return _confirmed(contact, group, member, request, ip=ip, read=read, language=language)
    return "active" if member.state == State.ACTIVE else "awaiting_approval"


def _confirmed(
    contact: Contact, group: Group, member: Membership, request: Consent, *, ip: str, read: str, language: str
) -> Answer:
    _come_in(contact, group, source="confirm", ip=ip)
    was_let_in = request.by_id or request.source == NEW_ADDRESS
    state = State.ACTIVE if was_let_in else _state_for(group)
    move(member, state)
    text = version_of(read) if read else None
    note(Act.CONFIRMED, contact, group.pk, source="confirm", ip=ip, text=text, request=request)
    if state == State.AWAITING_APPROVAL:
        return "awaiting_approval"
    welcome(contact, group, language=language)
    return "active"


def _come_in(contact: Contact, group: Group, *, source: str, ip: str) -> None:
    """Lifts the opt-outs that keep the contact out of the group, and their wish never to be stored again."""
    take_never_again_back(contact)
    for opt_out in let_in(contact, group):
        note(
            Act.RETURNED,
            contact,
            opt_out.group_id,
            source=source,
            ip=ip,
            channel=opt_out.channel,
            reason=opt_out.scope,
        )


@transaction.atomic
def come_back(contact: Contact, group: Group, *, source: str, ip: str = "") -> None:
    """The person switched the group on behind a link of their own: no letter needs to be confirmed."""
    if group.archived_at:
        raise GroupArchived(group=group.name)
    hold(contact)
    _come_in(contact, group, source=source, ip=ip)
    member, state = member_of(contact, group.pk), _state_for(group)
    if member and member.state in {State.ACTIVE, State.AWAITING_APPROVAL}:
        return
    if member:
        move(member, state)
    else:
        join(contact, group.pk, state, FORM)
    note(Act.ADDED, contact, group.pk, source=source, ip=ip)


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
    """The person's wish about a group, a SuperGroup's messages, a channel or everything; False if known already.

    Who leaves a channel or everything leaves each of its groups for good: to come back to one of them brings back no
    other. `by` is who notes it for them. Raises `BadOptOut`.
    """
    _check(scope, group_id, channel)
    if scope == OptOut.Scope.GROUP and group_id is not None:
        return unsubscribe(contact, group_id, source=source, by=by, ip=ip)
    hold(contact)
    # First, so that no goodbye is sent to who wants to hear nothing more.
    is_new = keep_out(contact, scope, group_id=group_id, channel=channel, source=source)
    for member in _groups_left(contact, scope, channel):
        unsubscribe(contact, member.group_id, source=source, by=by, ip=ip)
    if is_new:
        note(Act.OPTED_OUT, contact, group_id, source=source, by=by, ip=ip, channel=channel, reason=scope)
    return is_new


def _check(scope: str, group_id: int | None, channel: str) -> None:
    """The same as the constraint opt_outs_of_one_thing, in words."""
    if scope not in OptOut.Scope.values:
        raise BadOptOut(why=f"“{scope}” is no scope. There are: {', '.join(OptOut.Scope.values)}.")
    if (group_id is not None) != (scope in {OptOut.Scope.GROUP, OptOut.Scope.SUPERGROUP}):
        raise BadOptOut(why="a group is named with the scopes group and supergroup, and only with them.")
    channels = Group.Channel.values if scope == OptOut.Scope.CHANNEL else [""]
    if channel not in channels:
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


@transaction.atomic
def opt_in(contact: Contact, scope: str, *, channel: str = "", source: str, ip: str = "") -> bool:
    """The person takes an opt-out from a channel or from everything back; False if there was none.

    The groups that they left with it they don't come back to by that.
    """
    _check(scope, None, channel)
    hold(contact)
    gone, _ = OptOut.objects.filter(contact=contact, scope=scope, channel=channel).delete()
    if gone:
        note(Act.RETURNED, contact, None, source=source, ip=ip, channel=channel, reason=scope)
    return gone > 0
