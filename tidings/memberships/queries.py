"""Counts and lists of members."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from tidings.contacts.models import Contact
from tidings.contacts.queries import ids_of
from tidings.groups.models import Group
from tidings.kernel import db, sql
from tidings.memberships.models import Consent, Letter, Membership, OptOut

statements = sql.load(__package__)

GROUP_ORDERS = {
    "name": ("name", "pk"),
    "members": ("-active", "pk"),
    "fewest": ("active", "pk"),
    "newest": ("-pk",),
    "oldest": ("pk",),
}
"""How lists of groups may be ordered: the fields of each order, of which the last tells any two groups apart."""


@dataclass
class MemberCount:
    """Members of one group by state."""

    by_state: dict[str, int] = field(default_factory=dict)

    @property
    def active(self) -> int:
        return self.by_state.get(Membership.State.ACTIVE, 0)

    @property
    def total(self) -> int:
        return sum(self.by_state.values())


def ordered(found: QuerySet[Group], sort: str) -> QuerySet[Group]:
    """Groups in one of `GROUP_ORDERS`; where that is by size, each with how many are `active` in it."""
    order = GROUP_ORDERS[sort]
    by_size = "active" in order[0]
    return (found.annotate(active=Coalesce("size__active", 0)) if by_size else found).order_by(*order)


def count_members(groups: Iterable[int]) -> dict[int, MemberCount]:
    """How many members each group has; the counts are kept, not counted."""
    counts = {group: MemberCount() for group in groups}
    for row in db.rows(statements.counts, {"groups": list(counts)}):
        counts[row["group_id"]].by_state[row["state"]] = row["members"]
    return counts


def judging(
    parts: Mapping[str, str], end: str, barring: Mapping[str, str] | None = None, *, picked: str = ""
) -> str:
    """A statement that judges every member of `%(groups)s` for a message to `%(group)s`, which is that group or their
    SuperGroup, and passes them to `parts` and `end` as `judged` (group_id, contact_id, reason).

    `barring`, if there is any, reads the part `considered` (group_id, contact_id, email, mobile, reason) and ends with
    a part `barred` (group_id, contact_id, reason): whom a package that memberships doesn't know keeps out. `picked`,
    if it is given, yields those (contact_id) who alone are wanted.
    """
    considered = {"considered": statements.considered}
    if picked:
        considered = {"picked": picked, "everybody": statements.considered, "considered": statements.narrowed}
    if barring is None:
        judged = {**considered, "judged": statements.judged_alone, **parts}
        return sql.compose(judged, end, inline=considered)
    return sql.compose({**considered, **barring, "judged": statements.judged, **parts}, end, inline=barring)


def members(
    group: Group, *, after: int = 0, prefix: str = "", state: str = "", among: Any = None
) -> QuerySet[Membership]:
    """Members in the order they became contacts, from the contact id `after` on; `prefix` begins the address.

    `among` are those contacts who alone are wanted, as what stands behind `contact_id__in`.
    """
    found = Membership.objects.filter(group=group, contact_id__gt=after).select_related("contact")
    if state:
        found = found.filter(state=state)
    if state and state != Membership.State.ACTIVE:
        found = found.exclude(state=Membership.State.ACTIVE)  # the condition of memberships_not_active
    if among is not None:
        found = found.filter(contact_id__in=among)
    if prefix:
        found = found.filter(contact__email__startswith=prefix.lower())
    return found.order_by("contact_id")


def member_values(contact: Contact, group: int) -> dict[str, Any]:
    """The values of the member's attributes by their keys; none for who is no member."""
    found = Membership.objects.filter(contact=contact, group=group).values_list("attributes", flat=True)
    return found.first() or {}


def groups_of(contact: Contact) -> QuerySet[Membership]:
    """Which groups the contact is in."""
    return Membership.objects.filter(contact=contact).select_related("group").order_by("joined_at")


def opt_outs_against(contact: Contact, group: Group) -> list[OptOut]:
    """The opt-outs that keep the contact out of the group: complaints, and those that say most, come first."""
    above = Q(group=None) & Q(channel__in=["", group.channel])
    found = OptOut.objects.filter(Q(group=group, scope=OptOut.Scope.GROUP) | above, contact=contact)
    return sorted(found.select_related("contact"), key=_weight)


def _weight(opt_out: OptOut) -> tuple[bool, int]:
    return opt_out.reason != OptOut.Reason.COMPLAINT, OptOut.Scope.values.index(opt_out.scope)


def opt_outs_of(contact: Contact) -> QuerySet[OptOut]:
    """What the contact doesn't want, the newest first."""
    return OptOut.objects.filter(contact=contact).select_related("contact", "group").order_by("-at", "-pk")


def letters_of(contact: Contact) -> QuerySet[Letter]:
    """The letters that were written to the contact, the newest first."""
    return Letter.objects.filter(contact__in=ids_of(contact)).select_related("text").order_by("-pk")


def consents_of(contact: Contact) -> QuerySet[Consent]:
    """The log of one contact's consent, the newest first, without the imports that brought them in among others."""
    own = ids_of(contact)
    # The condition of consents_of_the_removed: of those who come in among others there are too many to look at.
    removed = Q(contact_ids__isnull=False, act__in=[Consent.Act.REMOVED, Consent.Act.EXPIRED])
    found = Consent.objects.filter(Q(contact__in=own) | removed & among_others(own))
    return found.select_related("text").order_by("-pk")


def among_others(numbers: Iterable[int]) -> Q:
    """Entries of the log for many that name one of these contacts."""
    return reduce(or_, (Q(contact_ids__contains=[number]) for number in numbers))
