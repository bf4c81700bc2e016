import pytest

from tidings.memberships import actions, queries
from tidings.memberships.models import Membership

pytestmark = pytest.mark.django_db


def test_members_are_counted_by_state(make_group, make_members):
    group, empty = make_group(), make_group()
    make_members(group, 5)
    make_members(group, ["off@example.com"], state="deactivated")
    counts = queries.count_members([group.pk, empty.pk])
    assert (counts[group.pk].active, counts[group.pk].total) == (5, 6)
    assert (counts[empty.pk].active, counts[empty.pk].total) == (0, 0)


def test_members_are_listed_page_by_page_and_by_prefix(make_group, make_members):
    group = make_group()
    people = make_members(group, ["anna@example.com", "berta@example.com", "anton@example.com"])
    listed = [member.contact for member in queries.members(group)]
    assert listed == people
    assert [m.contact for m in queries.members(group, after=people[0].pk)] == people[1:]
    assert [m.contact for m in queries.members(group, prefix="AN")] == [people[0], people[2]]


def test_a_contacts_groups_are_listed(make_group, make_contact):
    anna, group, _other = make_contact(), make_group(), make_group()
    actions.add(anna, group, source=Membership.Source.PAGE, by=None)
    assert [member.group for member in queries.groups_of(anna)] == [group]
