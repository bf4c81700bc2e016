"""A SuperMessage subgroup by subgroup: whom it would reach, and where everyone stands."""

from dataclasses import dataclass, replace

from tidings.groups.models import Group
from tidings.groups.queries import subgroups_of
from tidings.sendouts.judge import Reach
from tidings.sendouts.models import Portion, Sendout
from tidings.sendouts.queries import by_subgroup
from tidings.sendouts.rules import Accounting
from tidings.web.sendout_report import Part, parts


@dataclass(frozen=True)
class Reached:
    """One subgroup before the start. An archived one is left out: it has `people` None."""

    group: Group
    people: int | None
    duplicates: int


@dataclass(frozen=True)
class Served:
    """One subgroup of a sendout. Its `parts` are a bar that is as long as it is large beside the largest one."""

    portion: Portion
    accounting: Accounting
    parts: list[Part]


def reached_by_subgroup(group: Group, reach: Reach) -> list[Reached]:
    """The subgroups of a SuperGroup in its order, with how many would get a copy as their members."""
    if not group.is_supergroup:
        return []
    return [_reached(one, reach.by_group.get(one.pk)) for one in subgroups_of(group)]


def _reached(group: Group, steps: dict[str, int] | None) -> Reached:
    if steps is None:
        return Reached(group, None, 0)
    return Reached(group, steps["will_receive"], steps.get("duplicates", 0))


def served_by_subgroup(sendout: Sendout) -> list[Served]:
    """The subgroups of a SuperMessage in their order; of a sendout to one group none."""
    found = by_subgroup(sendout)
    largest = max((account.audience for _portion, account in found), default=0) or 1
    return [
        Served(portion, account, _scaled(parts(account), account.audience / largest))
        for portion, account in found
    ]


def _scaled(bar: list[Part], length: float) -> list[Part]:
    return [
        replace(part, share=round(part.share * length, 3), offset=round(part.offset * length, 3))
        for part in bar
    ]
