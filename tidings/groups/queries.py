"""Looking groups up."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import Lower

from tidings.groups.errors import GroupArchived, NoSupergroup
from tidings.groups.models import Category, Group, Subgroup
from tidings.groups.settings import AllSettings, General
from tidings.kernel.errors import NotFound
from tidings.locks.models import GroupLock

DIGITS_OF_AN_ID = 18  # what surely fits in a bigint


def find(ref: int | str) -> Group:
    """The group with that id or address; raises `NotFound`."""
    text = str(ref).strip().lower()
    groups = Group.objects.select_related("category", "owner")
    found = groups.filter(pk=int(text)).first() if text.isdecimal() and len(text) <= DIGITS_OF_AN_ID else None
    found = found or groups.filter(address=text).first()
    if found is None:
        raise NotFound(thing="group", ref=ref)
    return found


def hold_active(pk: int) -> Group:
    """The group, kept from being archived or deleted until the transaction ends; raises `GroupArchived`.

    For who has locked it: archiving looks for locks, and one of the two comes later.
    """
    group = Group.objects.select_for_update(no_key=True).filter(pk=pk).first()
    if group is None:
        raise NotFound(thing="group", ref=pk)
    if group.archived_at:
        raise GroupArchived(group=group.name)
    return group


def hold(groups: Iterable[int]) -> None:
    """The same for several groups at once, whatever their state: for who looks at that afterwards."""
    list(Group.objects.select_for_update(no_key=True).filter(pk__in=list(groups)).order_by("pk"))


def settings_of(group: Group) -> AllSettings:
    """All settings, tab by tab."""
    columns = {name: getattr(group, name) for name in General.model_fields}
    columns |= {
        "category": group.category.name if group.category else "",
        "owner": group.owner.email if group.owner else "",
    }
    stored = group.all_settings
    tabs = {name: getattr(stored, name) for name in type(stored).model_fields}
    # What stands in the columns is as it is; only changes are checked.
    return AllSettings.model_construct(general=General.model_construct(**columns), **tabs)


@dataclass(frozen=True)
class Wanted:
    """Which groups a list shows. `lock` is `free`, `any` or a lock's mode; empty and None mean any."""

    text: str = ""
    category: int | None = None
    channel: str = ""
    owner: int | None = None
    is_supergroup: bool | None = None
    is_archived: bool | None = False
    lock: str = ""


def listed(wanted: Wanted) -> QuerySet[Group]:
    """Those groups, by name."""
    found = search(
        wanted.text, category=wanted.category, channel=wanted.channel, is_archived=wanted.is_archived
    )
    if wanted.owner is not None:
        found = found.filter(owner_id=wanted.owner)
    if wanted.is_supergroup is not None:
        found = found.filter(is_supergroup=wanted.is_supergroup)
    held = GroupLock.objects.values("group_id")
    if wanted.lock == "free":
        return found.exclude(pk__in=held)
    if wanted.lock == "any":
        return found.filter(pk__in=held)
    return found.filter(pk__in=held.filter(mode=wanted.lock)) if wanted.lock else found


def search(
    text: str = "", *, category: int | None = None, channel: str = "", is_archived: bool | None = False
) -> QuerySet[Group]:
    """Groups whose name, address or id matches, by name; archived ones are left out unless `is_archived` says more."""
    found = Group.objects.select_related("category", "owner").order_by("name", "id")
    if is_archived is not None:
        found = found.filter(archived_at__isnull=not is_archived)
    text = text.strip()
    if text:
        match = Q(name__icontains=text) | Q(address__icontains=text)
        found = found.filter(
            match | Q(pk=int(text)) if text.isdecimal() and len(text) <= DIGITS_OF_AN_ID else match
        )
    if category is not None:
        found = found.filter(category_id=category)
    return found.filter(channel=channel) if channel else found


def find_category(ref: int | str) -> Category:
    """The category of that id, if it is a number, or of that name, whatever its case; raises `NotFound`."""
    found = Category.objects.filter(pk=ref) if isinstance(ref, int) else _categories_named(ref)
    if (category := found.first()) is None:
        raise NotFound(thing="category", ref=ref)
    return category


def _categories_named(name: str) -> QuerySet[Category]:
    # Compared as categories_name_once does.
    return Category.objects.alias(lowered=Lower("name")).filter(lowered=Lower(Value(name.strip())))


def categories(text: str = "") -> QuerySet[Category]:
    """Categories by name, each with its `number` of groups, of which some may be archived."""
    groups = Count("groups", filter=Q(groups__deleted_at=None))
    found = Category.objects.annotate(number=groups).order_by("name", "id")
    return found.filter(name__icontains=text.strip()) if text.strip() else found


def find_supergroup(ref: int | str) -> Group:
    """The SuperGroup with that id or address; raises `NotFound` or `NoSupergroup`."""
    found = find(ref)
    if not found.is_supergroup:
        raise NoSupergroup(group=found.name)
    return found


def subgroups_of(supergroup: Group) -> list[Group]:
    """The groups in a SuperGroup, in its order."""
    found = Subgroup.objects.filter(supergroup=supergroup).order_by("position")
    return [one.group for one in found.select_related("group__category", "group__owner")]


def receiving(group: Group) -> list[Group]:
    """As whose members people get what is sent to the group: its own, or those of a SuperGroup's subgroups, in its
    order. Archived ones take no sendout.
    """
    if not group.is_supergroup:
        return [group]
    return [one for one in subgroups_of(group) if one.archived_at is None]


def supergroups_of(group: Group) -> QuerySet[Group]:
    """The SuperGroups that a group is in, by name."""
    return Group.objects.filter(subgroups__group=group).order_by("name", "id")


def subgroups_to_add(supergroup: Group, text: str = "") -> QuerySet[Group]:
    """Groups that match and could become subgroups, by name."""
    inside = Subgroup.objects.filter(supergroup=supergroup).values("group")
    return search(text, channel=supergroup.channel).filter(is_supergroup=False).exclude(pk__in=inside)
