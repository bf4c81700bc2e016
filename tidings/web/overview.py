"""What pages show of many things at once, joined from the packages that own it in few queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery, Sum

from tidings.contacts.models import Contact
from tidings.groups.models import Group
from tidings.kernel import db
from tidings.locks.queries import HeldLock, locks_of
from tidings.memberships.models import Membership, Tally
from tidings.memberships.queries import MemberCount, count_members
from tidings.sendouts.models import Sendout
from tidings.sendouts.queries import counts, counts_in, supermessages_to
from tidings.sendouts.rules import Accounting

# Above this many the planner's estimate is shown: counting millions of rows would take seconds.
CONTACTS_COUNTED_AT_MOST = 100_000


@dataclass(frozen=True)
class GroupRow:
    """One line of a list of groups."""

    group: Group
    members: MemberCount
    locks: list[HeldLock]
    last_sendout: Sendout | None


@dataclass(frozen=True)
class SendoutRow:
    """One line of a list of sendouts."""

    sendout: Sendout
    accounting: Accounting


@dataclass(frozen=True)
class Totals:
    """The numbers on top of the dashboard; `contacts` is about right where `is_estimate`."""

    groups: int
    contacts: int
    is_estimate: bool
    members: int
    sendouts: int


def group_rows(groups: Sequence[Group]) -> list[GroupRow]:
    """The lines for `groups`, in their order: three queries, however many there are."""
    ids = [group.pk for group in groups]
    members, locks, sendouts = count_members(ids), locks_of(ids), _last_sendouts(ids)
    return [GroupRow(g, members[g.pk], locks.get(g.pk, []), sendouts.get(g.pk)) for g in groups]


def _last_sendouts(groups: list[int]) -> dict[int, Sendout]:
    newest = (
        Sendout.objects.filter(group_id=OuterRef("pk"), kind=Sendout.Kind.GROUP)
        .order_by("-pk")
        .values("pk")[:1]
    )
    last = Group.objects.filter(pk__in=groups).values_list(Subquery(newest))
    return {sendout.group_id: sendout for sendout in Sendout.objects.filter(pk__in=last)}


def sendout_rows(sendouts: Iterable[Sendout]) -> list[SendoutRow]:
    """The lines for `sendouts`, in their order, counted in one query."""
    wanted = list(sendouts)
    known = counts(wanted)
    return [SendoutRow(sendout, known[sendout.pk]) for sendout in wanted]


def supermessage_rows(group: Group, most: int) -> list[SendoutRow]:
    """The newest SuperMessages that went to a subgroup, with its own figures."""
    wanted = list(supermessages_to(group)[:most])
    known = counts_in(group, wanted)
    return [SendoutRow(sendout, known[sendout.pk]) for sendout in wanted]


def totals() -> Totals:
    """The size of everything, without counting millions of rows."""
    contacts = int(db.value("SELECT reltuples FROM pg_class WHERE oid = 'contacts'::regclass"))
    is_estimate = contacts > CONTACTS_COUNTED_AT_MOST
    active = Tally.objects.filter(state=Membership.State.ACTIVE)
    return Totals(
        groups=Group.objects.filter(archived_at=None).count(),
        contacts=contacts if is_estimate else Contact.objects.count(),
        is_estimate=is_estimate,
        members=active.aggregate(sum=Sum("members"))["sum"] or 0,
        sendouts=Sendout.objects.filter(kind=Sendout.Kind.GROUP).count(),
    )
