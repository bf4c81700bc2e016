"""Making and changing groups. Each change is a fact in the journal."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Value
from django.db.models.functions import Lower

from tidings.accounts.models import User
from tidings.groups import queries, rules
from tidings.groups.changes import applied, differing, refusal
from tidings.groups.errors import AddressTaken, BadGroup
from tidings.groups.models import Category, Group
from tidings.groups.settings import DESCRIPTION_CHARACTERS_AT_MOST, LIMITED_FROM_THE_START, AllSettings
from tidings.journal.actions import record
from tidings.kernel import plugs
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
    group = Group(name=rules.group_name(name), channel=channel, owner=by)
    group.description = _description(description)
    group.is_supergroup = is_supergroup
    group.address = address_for(channel, address)
    if channel != Group.Channel.EMAIL:
        group.settings = {"sending": LIMITED_FROM_THE_START}
    with transaction.atomic():
        group.category = category_named(category)
        insert(group)
        record("group.created", group.pk, by=by, name=group.name, address=group.address, channel=channel)
    return group


def _description(raw: str) -> str:
    text = raw.strip()
    if len(text) > DESCRIPTION_CHARACTERS_AT_MOST or "\x00" in text:
        raise BadGroup(
            why=f"A description has at most {DESCRIPTION_CHARACTERS_AT_MOST:,} characters and no NUL."
        )
    return text


def address_for(channel: str, address: str) -> str | None:
    """The address of a group of that channel, in the form it is kept; raises `BadGroup`."""
    if channel == Group.Channel.EMAIL:
        return rules.group_address(address)
    if address:
        raise BadGroup(why="Only e-mail groups have an address.")
    return None


def insert(group: Group) -> None:
    """Stores a new group; raises `AddressTaken`."""
    try:
        with transaction.atomic():
            group.save(force_insert=True)
    except IntegrityError as error:
        if "groups_address_once" in str(error):
            raise AddressTaken(address=group.address) from None
        raise


def category_named(name: str) -> Category | None:
    """The category of that name, whatever its case, made if it doesn't exist; None for an empty name."""
    if not name.strip():
        return None
    name = rules.category_name(name)
    # Compared as categories_name_once does, and safe beside somebody who makes the same one now.
    categories = Category.objects.alias(lowered=Lower("name"))
    category, _ = categories.get_or_create(lowered__exact=Lower(Value(name)), defaults={"name": name})
    return category


def update_settings(group: Group, changes: Mapping[str, Mapping[str, Any]], *, by: User | None) -> Group:
    """Changes settings, named by tab and name, all or none; the group as it is then.

    `{"sender": {"reply_to": "shop@example.org"}}` leaves all other settings as they are. Raises `BadSettings` for
    values that can't be, and `GroupLocked` while a process writes the group.
    """
    with transaction.atomic():
        group = Group.objects.select_for_update(no_key=True, of=("self",)).get(pk=group.pk)
        locks.demand_unwritten(group.pk, what=f"The settings of group “{group.name}”")
        before = queries.settings_of(group)
        after = applied(before, changes, channel=group.channel)
        differences = differing(before, after)
        if differences:
            _demand_users(after, differences)
            _store(group, after)
            was, now = ({path: pair[n] for path, pair in differences.items()} for n in (0, 1))
            record("group.settings_changed", group.pk, by=by, before=was, after=now)
            for follow in plugs.load("SETTINGS_FOLLOWERS"):
                follow(group.pk, differences.keys())
    return group


def _demand_users(settings: AllSettings, differences: Iterable[str]) -> None:
    """Owner and approvers are users, when they are named; one may go later."""
    named = {"general.owner": [settings.general.owner], "moderation.approvers": settings.moderation.approvers}
    wanted = {path: set(filter(None, emails)) for path, emails in named.items() if path in differences}
    known = set(User.objects.filter(email__in=set().union(*wanted.values())).values_list("email", flat=True))
    faults = [
        (path, f"There is no user with the address {email}.")
        for path, emails in wanted.items()
        for email in sorted(emails - known)
    ]
    if faults:
        raise refusal(faults)


def _store(group: Group, settings: AllSettings) -> None:
    general = settings.general
    columns = general.model_dump(exclude={"category", "owner"})
    for name, value in columns.items():
        setattr(group, name, value)
    group.category = category_named(general.category)
    group.owner = User.objects.filter(email=general.owner).first() if general.owner else None
    stored = settings.model_dump(mode="json", exclude={"general"}, exclude_defaults=True)
    group.settings = {tab: values for tab, values in stored.items() if values}
    try:
        with transaction.atomic():
            group.save(update_fields=[*columns, "category", "owner", "settings"])
    except IntegrityError as error:
        if "groups_keyword_once" in str(error):
            why = "Another group has this keyword at this number, maybe an archived one."
            raise refusal([("sending.keyword", why)]) from None
        raise
