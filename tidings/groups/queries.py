"""Looking groups up."""

from django.db.models import Q, QuerySet

from tidings.groups.errors import GroupArchived, NoSupergroup
from tidings.groups.models import Group, Subgroup
from tidings.groups.settings import AllSettings, General
from tidings.kernel.errors import NotFound

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


def search(text: str = "", *, category: int | None = None, channel: str = "") -> QuerySet[Group]:
    """Groups whose name, address or id matches, by name; archived ones are left out."""
    found = Group.objects.filter(archived_at=None).select_related("category", "owner").order_by("name", "id")
    text = text.strip()
    if text:
        match = Q(name__icontains=text) | Q(address__icontains=text)
        found = found.filter(
            match | Q(pk=int(text)) if text.isdecimal() and len(text) <= DIGITS_OF_AN_ID else match
        )
    if category is not None:
        found = found.filter(category_id=category)
    return found.filter(channel=channel) if channel else found


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


def supergroups_of(group: Group) -> QuerySet[Group]:
    """The SuperGroups that a group is in, by name."""
    return Group.objects.filter(subgroups__group=group).order_by("name", "id")


def subgroups_to_add(supergroup: Group, text: str = "") -> QuerySet[Group]:
    """Groups that match and could become subgroups, by name."""
    inside = Subgroup.objects.filter(supergroup=supergroup).values("group")
    return search(text, channel=supergroup.channel).filter(is_supergroup=False).exclude(pk__in=inside)
