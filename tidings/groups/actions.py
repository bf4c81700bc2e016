"""Making and changing groups. Each change is a fact in the journal."""

from django.db import IntegrityError, transaction
from django.db.models import Value
from django.db.models.functions import Lower

from tidings.accounts.models import User
from tidings.groups import rules
from tidings.groups.errors import AddressTaken, BadGroup
from tidings.groups.models import Category, Group
from tidings.journal.actions import record
from tidings.locks import actions as locks


def create(
    name: str,
    *,
    channel: str = Group.Channel.EMAIL,
    address: str = "",
    category: str = "",
    description: str = "",
    is_supergroup: bool = False,
    by: User | None,
) -> Group:
    """A new group. `category` is a name and is made if there is none like it; an e-mail group needs an address.

    Whether it is a SuperGroup can't be changed later.
    """
    if channel not in Group.Channel.values:
        raise BadGroup(why=f"“{channel}” is no channel. There are: {', '.join(Group.Channel.values)}.")
    group = Group(name=rules.group_name(name), channel=channel, description=description.strip(), owner=by)
    group.is_supergroup = is_supergroup
    group.address = _address(channel, address)
    with transaction.atomic():
        group.category = category_named(category)
        _insert(group)
        record("group.created", group.pk, by=by, name=group.name, address=group.address, channel=channel)
    return group


def _address(channel: str, address: str) -> str | None:
    if channel == Group.Channel.EMAIL:
        return rules.group_address(address)
    if address:
        raise BadGroup(why="Only e-mail groups have an address.")
    return None


def _insert(group: Group) -> None:
    try:
        with transaction.atomic():
            group.save(force_insert=True)
    except IntegrityError as error:
        if "groups_address_once" in str(error):
            raise AddressTaken(address=group.address) from None
        raise


def category_named(name: str) -> Category | None:
    """The category of that name, whatever its case, made if it doesn't exist; None for an empty name."""
    name = name.strip()
    if not name:
        return None
    if len(name) > 100:  # noqa: PLR2004 - the column's length
        raise BadGroup(why="The name of a category has at most 100 characters.")
    # Compared as categories_name_once does, and safe beside somebody who makes the same one now.
    categories = Category.objects.alias(lowered=Lower("name"))
    category, _ = categories.get_or_create(lowered__exact=Lower(Value(name)), defaults={"name": name})
    return category


def set_sender(
    group: Group, *, sender_name: str, reply_to: str, subject_prefix: str, by: User | None
) -> Group:
    """Who the group's messages come from, beside its address. Raises `GroupLocked` while a process writes the group."""
    with transaction.atomic():
        locks.demand_unwritten(group.pk, what=f"The settings of group “{group.name}”")
        before = {f: getattr(group, f) for f in ("sender_name", "reply_to", "subject_prefix")}
        group.sender_name, group.reply_to, group.subject_prefix = sender_name, reply_to, subject_prefix
        group.save(update_fields=list(before))
        record(
            "group.sender_set", group.pk, by=by, before=before, after={f: getattr(group, f) for f in before}
        )
    return group


def set_category(group: Group, category: str, *, by: User | None) -> Group:
    """Puts the group into the category of that name, made if there is none; an empty name takes it out."""
    with transaction.atomic():
        locks.demand_unwritten(group.pk, what=f"The settings of group “{group.name}”")
        before, group.category = group.category, category_named(category)
        if before != group.category:
            group.save(update_fields=["category"])
            names = {"before": before and before.name, "after": group.category and group.category.name}
            record("group.category_set", group.pk, by=by, **names)
    return group
