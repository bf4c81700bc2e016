import pytest

from tidings.memberships.models import Membership
from tidings.memberships.overlap import Overlap, overlap_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def join():
    def make(group, people, state="active"):
        Membership.objects.bulk_create(
            [Membership(group=group, contact=one, state=state, source="page") for one in people]
        )

    return make


def test_it_counts_copies_people_and_who_is_in_several(make_group, make_contact, join):
    a, b, c = (make_group() for _ in range(3))
    anna, ben, carl, dora = (make_contact() for _ in range(4))
    join(a, [anna, ben, carl])
    join(b, [ben, carl, dora])
    join(c, [carl])
    assert overlap_of([a.pk, b.pk, c.pk]) == Overlap(memberships=7, contacts=4, in_several=2)


@pytest.mark.parametrize("state", ["pending", "awaiting_approval", "deactivated"])
def test_only_active_members_count(make_group, make_contact, join, state):
    a, b, anna = make_group(), make_group(), make_contact()
    join(a, [anna])
    join(b, [anna], state)
    assert overlap_of([a.pk, b.pk]) == Overlap(memberships=1, contacts=1, in_several=0)


def test_who_is_active_nowhere_is_nobody(make_group, make_contact, join):
    a = make_group()
    join(a, [make_contact()], "pending")
    assert overlap_of([a.pk]) == Overlap(memberships=0, contacts=0, in_several=0)


def test_other_groups_do_not_count(make_group, make_contact, join):
    a, other, anna = make_group(), make_group(), make_contact()
    join(a, [anna])
    join(other, [anna])
    assert overlap_of([a.pk]).in_several == 0


def test_no_groups_have_nobody():
    assert overlap_of([]) == Overlap(memberships=0, contacts=0, in_several=0)
