"""Single actions take no lock and are never refused by one; settings aren't edited while a process writes the group."""

from dataclasses import dataclass

import pytest

from tidings.blacklists import actions as blacklists
from tidings.blacklists.models import Entry
from tidings.contacts import actions as contacts
from tidings.contacts.models import Contact
from tidings.groups import actions as groups
from tidings.groups import attributes
from tidings.groups.models import Group
from tidings.groups.settings import tabs
from tidings.locks.errors import GroupLocked
from tidings.locks.models import GroupLock
from tidings.memberships import actions as memberships
from tidings.memberships.models import Membership

PAGE = Membership.Source.PAGE


@dataclass(frozen=True)
class Scene:
    """A group, a member of it, somebody who waits to become one, somebody who has nothing to do with it, an entry."""

    group: Group
    member: Contact
    waiting: Contact
    other: Contact
    entry: Entry


SINGLE_ACTIONS = {
    "add a member": lambda on: memberships.add(on.other, on.group, source=PAGE, by=None),
    "unsubscribe": lambda on: memberships.unsubscribe(on.member, on.group.pk, source="one-click", by=None),
    "remove a member": lambda on: memberships.remove(on.member, on.group, by=None),
    "edit a contact": lambda on: contacts.create_or_update(on.member.email, {"first_name": "Anna"}, by=None),
    "set a group attribute": lambda on: attributes.put(on.group, "price", "9.90", by=None),
    "accept who waits for it": lambda on: memberships.approve(on.waiting, on.group, source=PAGE, by=None),
    "refuse who waits for it": lambda on: memberships.refuse(on.waiting, on.group, source=PAGE, by=None),
    "deactivate a member": lambda on: memberships.deactivate(on.member, on.group, source=PAGE, by=None),
    "note a complaint": lambda on: memberships.complain(on.member, on.group.pk, source="feedback"),
    "rename a contact": lambda on: contacts.update(on.member, {}, {"last_name": "Adler"}, by=None),
    "add a blacklist entry": lambda on: blacklists.add(
        "a@b.example", on.group, source=Entry.Source.PAGE, by=None
    ),
    "remove a blacklist entry": lambda on: blacklists.remove(on.entry, by=None),
    "remove a group attribute": lambda on: attributes.remove(on.group, "hours", by=None),
}


@pytest.fixture
def scene(make_group, make_members, make_contact) -> Scene:
    group = make_group()
    attributes.put(group, "hours", "9-18", by=None)
    [member] = make_members(group, 1)
    [waiting] = make_members(group, ["w@example.com"], state=Membership.State.AWAITING_APPROVAL)
    entry, _ = blacklists.add("old@example.com", group, source=Entry.Source.PAGE, by=None)
    return Scene(group, member, waiting, make_contact(), entry)


@pytest.mark.parametrize("mode", GroupLock.Mode.values)
@pytest.mark.parametrize("action", SINGLE_ACTIONS)
def test_a_single_action_is_never_refused_by_a_lock_and_takes_none(begin, scene, mode, action):
    begin(mode, scene.group.pk)
    SINGLE_ACTIONS[action](scene)
    assert GroupLock.objects.count() == 1


@pytest.mark.parametrize("tab", tabs(is_supergroup=True))
def test_settings_are_not_edited_while_a_process_writes_the_group(begin, scene, tab):
    begin("exclusive", scene.group.pk)
    with pytest.raises(
        GroupLocked, match="The settings of group “Newsletter” can't be used now: exclusive lock"
    ):
        groups.update_settings(scene.group, {tab: {}}, by=None)


def test_settings_are_edited_while_processes_just_use_the_group(begin, scene):
    begin("shared", scene.group.pk)
    changed = groups.update_settings(scene.group, {"general": {"category": "Retail"}}, by=None)
    assert changed.category.name == "Retail"
