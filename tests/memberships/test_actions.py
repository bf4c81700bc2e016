import pytest

from tidings.groups.errors import GroupArchived
from tidings.journal.models import Fact
from tidings.kernel import clock
from tidings.locks import actions as locks
from tidings.locks.models import Process
from tidings.memberships import actions
from tidings.memberships.errors import OptedOut
from tidings.memberships.models import Membership, OptOut
from tidings.memberships.queries import count_members

pytestmark = pytest.mark.django_db

PAGE = Membership.Source.PAGE


def members(group) -> int:
    """The kept number; fails if it isn't the true one."""
    kept = count_members([group.pk])[group.pk].total
    assert kept == Membership.objects.filter(group=group).count()
    return kept


def test_a_contact_joins_once(anna, group):
    assert actions.add(anna, group, source=PAGE, by=None)
    assert not actions.add(anna, group, source=PAGE, by=None)
    assert members(group) == 1


def test_how_somebody_joined_is_kept(anna, group, make_user):
    user = make_user()
    actions.add(anna, group, source=Membership.Source.API, by=user)
    assert Membership.objects.get(group=group).source == "api"
    assert Fact.objects.get(verb="member.added").by_id == user.pk


def test_nobody_joins_an_archived_group(anna, group):
    group.archived_at = clock.now()
    with pytest.raises(GroupArchived, match="Activate it first"):
        actions.add(anna, group, source=PAGE, by=None)


def test_who_opted_out_is_not_brought_back(anna, group):
    actions.add(anna, group, source=PAGE, by=None)
    actions.unsubscribe(anna, group.pk, source="link")
    with pytest.raises(OptedOut, match=r"anna@example\.com doesn't want"):
        actions.add(anna, group, source=PAGE, by=None)
    assert members(group) == 0


def test_an_opt_out_of_one_group_leaves_the_others(anna, group, make_group):
    actions.unsubscribe(anna, group.pk, source="link")
    assert actions.add(anna, make_group(), source=PAGE, by=None)


def test_who_was_removed_may_come_back(anna, group):
    actions.add(anna, group, source=PAGE, by=None)
    assert actions.remove(anna, group, by=None)
    assert members(group) == 0
    assert actions.add(anna, group, source=PAGE, by=None)


def test_nobody_is_removed_twice(anna, group):
    assert not actions.remove(anna, group, by=None)
    assert not Fact.objects.filter(verb="member.removed").exists()


def test_to_unsubscribe_ends_the_membership_for_good(anna, group):
    actions.add(anna, group, source=PAGE, by=None)
    assert actions.unsubscribe(anna, group.pk, source="link")
    assert members(group) == 0
    assert OptOut.objects.get(contact=anna, group=group).source == "link"


def test_to_unsubscribe_twice_changes_nothing(anna, group):
    actions.unsubscribe(anna, group.pk, source="link")
    assert not actions.unsubscribe(anna, group.pk, source="page")
    assert Fact.objects.filter(verb="member.unsubscribed").count() == 1


def test_somebody_who_is_no_member_can_opt_out(anna, group):
    assert actions.unsubscribe(anna, group.pk, source="link")
    assert members(group) == 0


def test_an_opt_out_outlives_its_group(anna, group):
    actions.unsubscribe(anna, group.pk, source="link")
    gone = group.pk
    group.delete()
    assert not actions.unsubscribe(anna, gone, source="link")


def test_each_state_is_counted_off_as_what_it_was(group, make_members):
    [berta] = make_members(group, ["berta@example.com"], state="deactivated")
    actions.remove(berta, group, by=None)
    assert count_members([group.pk])[group.pk].by_state == {"deactivated": 0}


def test_single_actions_wait_for_no_lock(anna, group):
    locks.begin(Process.Kind.IMPORT, [group.pk], label="people.csv", by=None)
    assert actions.add(anna, group, source=PAGE, by=None)
    assert actions.unsubscribe(anna, group.pk, source="link")
