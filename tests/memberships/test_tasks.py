import pytest

from tidings.memberships.models import Tally
from tidings.memberships.queries import count_members
from tidings.memberships.tasks import fold_tallies

pytestmark = pytest.mark.django_db


def test_folding_leaves_one_row_per_group_and_state_and_the_same_sums(make_group):
    group, other = make_group(), make_group()
    for members in (5, -2, 1):
        Tally.objects.create(group=group, state="active", members=members)
        Tally.objects.create(group=other, state="deactivated", members=members)
    fold_tallies(timestamp=0)
    assert Tally.objects.count() == 2
    counts = count_members([group.pk, other.pk])
    assert (counts[group.pk].by_state, counts[other.pk].by_state) == ({"active": 4}, {"deactivated": 4})


def test_what_sums_up_to_nothing_leaves_no_row(make_group):
    group = make_group()
    for members in (3, -3):
        Tally.objects.create(group=group, state="active", members=members)
    fold_tallies(timestamp=0)
    assert not Tally.objects.exists()


def test_folding_again_writes_nothing(make_group):
    group = make_group()
    for members in (3, 4):
        Tally.objects.create(group=group, state="active", members=members)
    fold_tallies(timestamp=0)
    kept = Tally.objects.get()
    fold_tallies(timestamp=0)
    assert Tally.objects.get().pk == kept.pk
