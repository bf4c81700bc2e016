"""What memberships keep of groups and of persons, for those who copy, delete, merge, erase and hand out."""

from typing import Any

from django.db.models import Q

from tidings.accounts.models import User
from tidings.contacts.models import Contact
from tidings.contacts.queries import ids_of
from tidings.groups.models import Group
from tidings.kernel import db, sql
from tidings.memberships.consent import note
from tidings.memberships.history import of_contact
from tidings.memberships.models import Consent, Letter, Membership, OptOut, Tally
from tidings.memberships.queries import groups_of, letters_of, opt_outs_of

statements = sql.load(__package__)

ROWS_OF_A_SLICE = 20_000  # about half a second
State = Membership.State
# Of two memberships in one group the stronger one stays: who is deactivated gets nothing, who has confirmed has said
# more than who was asked.
STRENGTH = (State.DEACTIVATED, State.ACTIVE, State.AWAITING_APPROVAL, State.PENDING)


class OfGroup:
    """Who is in it, with their member attributes. Opt-outs and the log of consent outlive the group."""

    @staticmethod
    def copy(source: Group, target: Group, by: User | None) -> None:
        """A copy has no members."""

    @staticmethod
    def purge(group_id: int) -> int:
        """Removes some of the members; how many, so 0 when all are gone."""
        removed: int = db.value(statements.purge, {"group": group_id, "rows": ROWS_OF_A_SLICE})
        return removed


class OfContact:
    """Memberships, opt-outs and consent of one person."""

    @staticmethod
    def merge(kept: Contact, gone: Contact) -> None:
        """The opt-out wins, then the stronger state; the log of consent stays as it was written."""
        for opt_out in OptOut.objects.filter(contact=gone):
            _take_over(kept, opt_out)
            opt_out.delete()
        for member in Membership.objects.select_for_update().filter(contact=gone).order_by("group_id"):
            _bring(kept, member)
        for member in Membership.objects.filter(_opted_out(kept), contact=kept).order_by("group_id"):
            _end(member)
            note(
                Consent.Act.REMOVED,
                kept,
                member.group_id,
                source="merge",
                reason="opted out before the merge",
            )

    @staticmethod
    def erase(contact: Contact) -> None:
        """Memberships end; the log keeps event, time and version of the text; opt-outs stay."""
        for member in Membership.objects.select_for_update().filter(contact=contact).order_by("group_id"):
            _end(member)
        Consent.objects.filter(contact__in=ids_of(contact)).update(ip=None, reason="")
        Letter.objects.filter(contact__in=ids_of(contact)).update(reason="")

    @staticmethod
    def export(contact: Contact) -> dict[str, Any]:
        """Groups with state and values, what the person doesn't want, the log of their consent, and letters."""
        return {
            "memberships": [_membership(member) for member in groups_of(contact)],
            "opt_outs": [_opt_out(opt_out) for opt_out in opt_outs_of(contact)],
            "consents": [_consent(consent) for consent in of_contact(contact)],
            "letters": [_letter(letter) for letter in letters_of(contact)],
        }


def _take_over(kept: Contact, opt_out: OptOut) -> None:
    thing = {"scope": opt_out.scope, "group_id": opt_out.group_id, "channel": opt_out.channel}
    said = {"reason": opt_out.reason, "source": opt_out.source}
    mine, is_new = OptOut.objects.get_or_create(contact=kept, **thing, defaults=said)
    if is_new:
        OptOut.objects.filter(pk=mine.pk).update(at=opt_out.at)
    elif opt_out.reason == OptOut.Reason.COMPLAINT:
        OptOut.objects.filter(pk=mine.pk).update(**said)


def _bring(kept: Contact, member: Membership) -> None:
    """Moves a membership to `kept`, or joins it with the one that is there."""
    mine = Membership.objects.select_for_update().filter(contact=kept, group_id=member.group_id).first()
    _end(member)
    state, attributes, joined_at = member.state, member.attributes, member.joined_at
    if mine:
        _end(mine)
        state = min(mine.state, member.state, key=lambda one: STRENGTH.index(State(one)))
        attributes = member.attributes | mine.attributes
        joined_at = min(mine.joined_at, member.joined_at)
    fresh = Membership(
        group_id=member.group_id,
        contact=kept,
        state=state,
        attributes=attributes,
        source=(mine or member).source,
    )
    fresh.save(force_insert=True)
    Membership.objects.filter(contact=kept, group_id=member.group_id).update(joined_at=joined_at)
    Tally.objects.create(group_id=member.group_id, state=state, members=1)


def _end(member: Membership) -> None:
    Membership.objects.filter(group_id=member.group_id, contact_id=member.contact_id).delete()
    Tally.objects.create(group_id=member.group_id, state=member.state, members=-1)


def _opted_out(contact: Contact) -> Q:
    """Memberships that an opt-out of the contact forbids; complainers stay in, deactivated."""
    found = OptOut.objects.filter(contact=contact)
    forbidden = Q(group_id__in=found.filter(scope=OptOut.Scope.GROUP).values("group_id"))
    forbidden |= Q(group__channel__in=found.filter(scope=OptOut.Scope.CHANNEL).values("channel"))
    if found.filter(scope=OptOut.Scope.EVERYTHING).exists():
        forbidden = Q()
    return forbidden & ~Q(state=State.DEACTIVATED)


def _membership(member: Membership) -> dict[str, Any]:
    return {
        "group": member.group_id,
        "name": member.group.name,
        "state": member.state,
        "source": member.source,
        "joined_at": member.joined_at.isoformat(),
        "attributes": member.attributes,
    }


def _opt_out(opt_out: OptOut) -> dict[str, Any]:
    return {
        "from": opt_out.thing,
        "reason": opt_out.reason,
        "source": opt_out.source,
        "at": opt_out.at.isoformat(),
    }


def _consent(consent: Consent) -> dict[str, Any]:
    return {
        "at": consent.at.isoformat(),
        "what": consent.act,
        "group": consent.group,
        "channel": consent.channel,
        "source": consent.source,
        "ip": consent.ip,
        "reason": consent.reason,
        "text": consent.text.body if consent.text else None,
    }


def _letter(letter: Letter) -> dict[str, Any]:
    return {
        "at": letter.created_at.isoformat(),
        "kind": letter.kind,
        "group": letter.group_id,
        "state": letter.state,
        "reason": letter.reason,
        "subject": letter.text.subject,
        "text": letter.text.body,
    }
