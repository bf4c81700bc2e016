"""As which groups people get a message, and what a sendout keeps of each: of a SuperGroup its subgroups."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects

from tidings.groups.models import Group
from tidings.groups.queries import find, receiving
from tidings.kernel.errors import NotFound
from tidings.sendouts.errors import NoSubgroups
from tidings.sendouts.models import Portion, Sendout
from tidings.sendouts.snapshot import attributes_of, freeze, mark_as_test


@dataclass(frozen=True)
class Part:
    """A group as whose members people get a message, and what would be frozen of it."""

    group: Group
    frozen: dict[str, Any]


def parts_of(group: Group, *, sender_name: str = "", sender_address: str = "") -> list[Part]:
    """The group itself, or the subgroups of a SuperGroup in its order.

    A sender's name or address that is given holds instead of each group's.
    """
    groups, inherited = receiving(group), None
    if group.is_supergroup:
        inherited = attributes_of(group)
        prefetch_related_objects(groups, "attributes")
    return [
        Part(one, freeze(one, inherited=inherited, sender_name=sender_name, sender_address=sender_address))
        for one in groups
    ]


def chosen_parts(sendout: Sendout, *, subgroup: Group | None = None) -> list[Part]:
    """The same for a sendout that hasn't begun, with its own sender; only `subgroup`, if it is given.

    Raises `NoSubgroups`.
    """
    chosen = sendout.frozen
    parts = parts_of(
        sendout.group,
        sender_name=chosen.get("sender_name", ""),
        sender_address=chosen.get("sender_address", ""),
    )
    wanted = [part for part in parts if subgroup is None or part.group == subgroup]
    if not wanted:
        raise NoSubgroups(group=sendout.group.name)
    return wanted


def shown_in(group: Group, subgroup: int | str = "") -> Group:
    """As whose member to look at a copy: the group itself, or of a SuperGroup the subgroup with that id or address,
    without one the first. Raises `NoSubgroups`, or `NotFound` if it isn't in there.
    """
    groups = receiving(group)
    if not groups:
        raise NoSubgroups(group=group.name)
    if not subgroup:
        return groups[0]
    named = find(subgroup)
    if named not in groups:
        raise NotFound(thing=f"subgroup of “{group.name}”", ref=subgroup)
    return named


def keep(sendout: Sendout, parts: Sequence[Part]) -> None:
    """Stores what a SuperMessage freezes of each subgroup; a sendout to one group keeps it by itself."""
    if not sendout.group.is_supergroup:
        return
    is_test = sendout.kind == Sendout.Kind.TEST
    Portion.objects.bulk_create(
        Portion(
            sendout=sendout,
            position=position,
            group=part.group,
            group_name=part.group.name,
            frozen=mark_as_test(part.frozen) if is_test else part.frozen,
        )
        for position, part in enumerate(parts, 1)
    )
