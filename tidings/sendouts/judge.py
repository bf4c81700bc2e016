"""Whom a sendout reaches: what memberships and blacklists, which don't know each other, say of each member."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.db import transaction

from tidings.blacklists import queries as blacklists
from tidings.groups.models import Group
from tidings.groups.queries import receiving
from tidings.groups.settings import Duplicates
from tidings.kernel import db, sql
from tidings.limits import queries as limits
from tidings.memberships.queries import count_members, judging
from tidings.selections.language import Compiled

statements = sql.load(__package__)

MANY = 20_000  # members; below, looking each up is quicker than reading whole tables
NOT_SELECTED = "not_selected"  # a step only where a rule narrows the audience
STEPS = ("not_active", "opted_out", "blacklisted", "over_limit", "no_address")
DUPLICATES = "duplicates"  # a step only where one copy for each person is wanted

Steps = dict[str, int]
"""From all `members` over those who fall out, by reason, to those who `will_receive`."""


@dataclass(frozen=True)
class Target:
    """Where a message goes: a group, or a SuperGroup, as whose `parts` people get it. The first part comes first."""

    group: int
    parts: tuple[int, ...]
    is_supergroup: bool = False
    duplicates: str = Duplicates.ONE_COPY

    @property
    def is_one_per_subgroup(self) -> bool:
        """Whether who is in several parts gets several copies."""
        return self.duplicates == Duplicates.ONE_PER_SUBGROUP


@dataclass(frozen=True)
class Reach:
    """Whom a message reaches: memberships by reason, of each part of its target."""

    target: Target
    found: Mapping[int, Mapping[str, int]]

    @cached_property
    def steps(self) -> Steps:
        """How the audience comes about."""
        total: Counter[str] = Counter()
        for counted in self.found.values():
            total.update(counted)
        return self._steps(total)

    @cached_property
    def by_group(self) -> dict[int, Steps]:
        """The same for each part, in the order of the target."""
        return {part: self._steps(self.found.get(part, {})) for part in self.target.parts}

    @property
    def one_copy(self) -> int:
        """How many copies it makes if each person gets one."""
        return sum(counted.get("will_receive", 0) for counted in self.found.values())

    @property
    def one_per_subgroup(self) -> int:
        """How many it makes if each person gets one for each of their subgroups."""
        return self.one_copy + sum(counted.get("again", 0) for counted in self.found.values())

    def _steps(self, counted: Mapping[str, int]) -> Steps:
        first, again = counted.get("will_receive", 0), counted.get("again", 0)
        narrowing = {NOT_SELECTED: counted[NOT_SELECTED]} if NOT_SELECTED in counted else {}
        steps = {step: counted.get(step, 0) for step in STEPS}
        if self.target.is_one_per_subgroup or not self.target.is_supergroup:
            end = {"will_receive": first + again}
        else:
            end = {DUPLICATES: again, "will_receive": first}
        return {"members": sum(counted.values()), **narrowing, **steps, **end}


def target_of(group: Group) -> Target:
    """Where a message to the group goes now."""
    parts = tuple(part.pk for part in receiving(group))
    return Target(group.pk, parts, group.is_supergroup, group.all_settings.supergroup.duplicates)


def waterfall(group: int, *, picked: Compiled | None = None, is_marketing: bool = True) -> Steps:
    """How the group's audience comes about now: all `members`, those who fall out by reason, who `will_receive`.

    Whom a rule leaves out, if it is narrowed to those whom that has `picked`, is `not_selected`.
    """
    return reach_now(Group.objects.get(pk=group), picked=picked, is_marketing=is_marketing).steps


def reach_now(group: Group, *, picked: Compiled | None = None, is_marketing: bool = True) -> Reach:
    """The same, and of a SuperGroup whom each subgroup reaches. What the mailbox would catch is under no limit."""
    is_limited = is_marketing and bool(settings.ENVIRONMENT.smtp_url)
    return reach(target_of(group), picked=picked, is_marketing=is_marketing, is_limited=is_limited)


def reach(
    target: Target,
    parts: Mapping[str, str] | None = None,
    params: db.Params | None = None,
    *,
    picked: Compiled | None = None,
    is_marketing: bool = True,
    is_limited: bool = True,
) -> Reach:
    """Judges every member, passes those who get copies to further `parts` of the statement as `copies`, and counts.

    What isn't marketing is kept back by complaints alone, not by other opt-outs. Limits hold if it `is_limited`.
    """
    rows = ask(
        target,
        parts or {},
        statements.count_copies,
        params or {},
        picked=picked,
        is_marketing=is_marketing,
        is_limited=is_limited,
    )
    return Reach(target, _by_group(rows))


def ask(
    target: Target,
    parts: Mapping[str, str],
    end: str,
    params: db.Params,
    *,
    picked: Compiled | None = None,
    is_marketing: bool = True,
    is_limited: bool = True,
) -> list[db.Row]:
    """The same with any `end` of the statement: what it says of the parts `judged` and `copies`."""
    groups = list(target.parts)
    facts = {
        "group": target.group,
        "scopes": blacklists.scopes_for(groups),
        "is_marketing": is_marketing,
        **limits.params(groups),
    }
    with transaction.atomic():
        if sum(count.total for count in count_members(groups).values()) >= MANY:
            db.execute(statements.plan)
        copies = statements.copies if target.is_supergroup else statements.copies_alone
        barring = _barring(target, is_limited=is_limited)
        chosen, known = (picked.text, picked.params) if picked else ("", {})
        statement = judging({"copies": copies, **parts}, end, barring, picked=chosen)
        return db.rows(statement, {**known, **params, **facts})


def _barring(target: Target, *, is_limited: bool) -> dict[str, str] | None:
    """Parts that find whom blacklists and limits keep out; None if there can be nobody."""
    may_be_over = is_limited and limits.may_be_reached(target.parts)
    if not may_be_over and not blacklists.is_used(target.parts):
        return None
    reached = limits.REACHED if may_be_over else limits.NOBODY
    listed = {"asked": statements.asked, "listed": blacklists.LISTED}
    return {**listed, **reached, "barred": statements.barred}


def _by_group(rows: Iterable[db.Row]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row["group_id"], {})[row["reason"]] = row["people"]
    return found


def recipients_statement() -> str:
    """Who of a taken batch is still to be served; wants `batch` and the `scopes` of its group."""
    parts = {"asked": statements.asked_of_batch, "listed": blacklists.LISTED}
    return sql.compose(parts, statements.recipients)
