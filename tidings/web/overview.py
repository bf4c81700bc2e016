"""What pages show of many groups at once, joined from the packages that own it, in a fixed number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery

from tidings.contacts.models import Contact
from tidings.groups.models import Group
from tidings.kernel import db
from tidings.kernel.errors import NotFound
from tidings.locks.models import GroupLock
from tidings.locks.queries import HeldLock, locks_of
from tidings.memberships.models import Tally
from tidings.memberships.queries import MemberCount, count_members
from tidings.sendouts.models import Batch, Sendout
from django.db.models import Sum

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
    """One line of a list of sendouts: how many recipients have which outcome; the rest is planned."""

    sendout: Sendout
    accepted: int
    deferred: int
    failed: int
    skipped: int

    @property
    def planned(self) -> int:
        return self.sendout.audience - self.accepted - self.deferred - self.failed - self.skipped


@dataclass(frozen=True)
class Totals:
    """The numbers on top of the dashboard; `contacts` is about right where `is_estimate`."""

    groups: int
    contacts: int
    is_estimate: bool
    members: int
    sendouts: int


def group_with(pk: int) -> Group:
    """The group with its category and owner; raises `NotFound`."""
    group = Group.objects.select_related("category", "owner").filter(pk=pk).first()
    if group is None:
        raise NotFound(thing="group", ref=pk)
    return group


def search_groups(text: str, *, category: object = None, channel: str = "", lock: str = "") -> QuerySet[Group]:
    """Groups whose name or address holds `text` (or whose id it is), narrowed by the other filters if they are set.

    `lock` is `free`, `any` or a lock's mode.
    """
    found = Group.objects.select_related("category")
    if text:
        by_text = found.filter(name__icontains=text) | found.filter(address__icontains=text)
        found = by_text | found.filter(pk=int(text)) if text.isdecimal() else by_text
    if category:
        found = found.filter(category=category)
    if channel:
        found = found.filter(channel=channel)
    return _by_lock(found, lock)


def _by_lock(found: QuerySet[Group], lock: str) -> QuerySet[Group]:
    held = GroupLock.objects.values("group_id")
    if lock == "free":
        return found.exclude(pk__in=held)
    if lock == "any":
        return found.filter(pk__in=held)
    return found.filter(pk__in=held.filter(mode=lock)) if lock else found


def group_rows(groups: Sequence[Group]) -> list[GroupRow]:
    """The lines for `groups`, in their order: three queries, however many there are."""
    ids = [group.pk for group in groups]
    counts, locks, sendouts = count_members(ids), locks_of(ids), _last_sendouts(ids)
    return [GroupRow(g, counts[g.pk], locks.get(g.pk, []), sendouts.get(g.pk)) for g in groups]


def _last_sendouts(groups: list[int]) -> dict[int, Sendout]:
    newest = Sendout.objects.filter(group_id=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    last = Group.objects.filter(pk__in=groups).values_list(Subquery(newest))
    return {sendout.group_id: sendout for sendout in Sendout.objects.filter(pk__in=last)}


def sendout_rows(sendouts: Iterable[Sendout]) -> list[SendoutRow]:
    """The lines for `sendouts`, in their order, counted from their batches in one query."""
    wanted = list(sendouts)
    sums = {
        row.pop("sendout"): row
        for row in Batch.objects.filter(sendout__in=wanted)
        .values("sendout")
        .annotate(accepted=Sum("accepted"), deferred=Sum("deferred"), failed=Sum("failed"), skipped=Sum("skipped"))
    }
    nobody = {"accepted": 0, "deferred": 0, "failed": 0, "skipped": 0}
    return [SendoutRow(sendout, **sums.get(sendout.pk, nobody)) for sendout in wanted]


def totals() -> Totals:
    """The size of everything, without counting millions of rows."""
    contacts = int(db.value("SELECT reltuples FROM pg_class WHERE oid = 'contacts'::regclass"))
    is_estimate = contacts > CONTACTS_COUNTED_AT_MOST
    return Totals(
        groups=Group.objects.count(),
        contacts=contacts if is_estimate else Contact.objects.count(),
        is_estimate=is_estimate,
        members=Tally.objects.filter(state="active").aggregate(n=Sum("members"))["n"] or 0,
        sendouts=Sendout.objects.count(),
    )
