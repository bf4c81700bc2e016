"""Single actions take no lock and are never refused by one; settings aren't edited while a process writes the group."""

from dataclasses import dataclass

import pytest

from tidings.contacts import actions as contacts
from tidings.contacts.models import Contact
from tidings.groups import actions as groups
from tidings.groups import attributes
from tidings.groups.models import Group
from tidings.locks.errors import GroupLocked
from tidings.locks.models import GroupLock
from tidings.memberships import actions as memberships
from tidings.memberships.models import Membership

PAGE = Membership.Source.PAGE


@dataclass(frozen=True)
class Scene:
    """A group, somebody who is a member of it and somebody who isn't."""

    group: Group
    member: Contact
    other: Contact


SINGLE_ACTIONS = {
    "add a member": lambda on: memberships.add(on.other, on.group, source=PAGE, by=None),
    "unsubscribe": lambda on: memberships.unsubscribe(on.member, on.group.pk, source="one-click", by=None),
    "remove a member": lambda on: memberships.remove(on.member, on.group, by=None),
    "edit a contact": lambda on: contacts.create_or_update(on.member.email, {"first_name": "Anna"}, by=None),
    "set a group attribute": lambda on: attributes.put(on.group, "price", "9.90", by=None),
    "remove a group attribute": lambda on: attributes.remove(on.group, "hours", by=None),
}
SETTINGS = {
    "sender": lambda group: groups.set_sender(
        group, sender_name="Shop", reply_to="", subject_prefix="", by=None
    ),
    "category": lambda group: groups.set_category(group, "Retail", by=None),
}


@pytest.fixture
def scene(make_group, make_members, make_contact) -> Scene:
    group = make_group()
    attributes.put(group, "hours", "9-18", by=None)
    [member] = make_members(group, 1)
    return Scene(group, member, make_contact())


@pytest.mark.parametrize("mode", GroupLock.Mode.values)
@pytest.mark.parametrize("action", SINGLE_ACTIONS)
def test_a_single_action_is_never_refused_by_a_lock_and_takes_none(begin, scene, mode, action):
    begin(mode, scene.group.pk)
    SINGLE_ACTIONS[action](scene)
    assert GroupLock.objects.count() == 1


@pytest.mark.parametrize("setting", SETTINGS)
def test_settings_are_not_edited_while_a_process_writes_the_group(begin, scene, setting):
    begin("exclusive", scene.group.pk)
    with pytest.raises(
        GroupLocked, match="The settings of group “Newsletter” can't be used now: exclusive lock"
    ):
        SETTINGS[setting](scene.group)


@pytest.mark.parametrize("setting", SETTINGS)
def test_settings_are_edited_while_processes_just_use_the_group(begin, scene, setting):
    begin("shared", scene.group.pk)
    SETTINGS[setting](scene.group)
