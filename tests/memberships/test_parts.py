"""What becomes of memberships and opt-outs when two contacts are merged."""

import pytest

from tidings.contacts.merging import merge
from tidings.memberships import actions, own_acts
from tidings.memberships.models import Consent, Membership, OptOut, Tally
from tidings.memberships.queries import consents_of, count_members

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(make_contact):
    return make_contact("kept@example.com"), make_contact("gone@example.com")


def put(contact, group, state="active", **attributes):
    actions.add(contact, group, source=Membership.Source.PAGE, by=None)
    members = Membership.objects.filter(contact=contact, group=group)
    member = members.get()
    actions.remove(contact, group, by=None)
    member.state, member.attributes = state, attributes
    member.save(force_insert=True)
    Tally.objects.create(group=group, state=state, members=1)


def tallies(group):
    return {state: n for state, n in count_members([group.pk])[group.pk].by_state.items() if n}


def test_groups_of_the_other_become_those_of_the_kept_one(pair, make_group):
    kept, gone = pair
    group = make_group()
    put(gone, group, store="Berlin")
    merge(kept, gone, by=None)
    member = Membership.objects.get()
    assert (member.contact, member.state, member.attributes) == (kept, "active", {"store": "Berlin"})
    assert tallies(group) == {"active": 1}


@pytest.mark.parametrize(
    ("mine", "theirs", "result"),
    [
        ("pending", "active", "active"),
        ("active", "pending", "active"),
        ("awaiting_approval", "pending", "awaiting_approval"),
        ("active", "deactivated", "deactivated"),
        ("deactivated", "active", "deactivated"),
    ],
)
def test_of_two_memberships_the_stronger_state_stays(pair, make_group, mine, theirs, result):
    kept, gone = pair
    group = make_group()
    put(kept, group, mine, store="Berlin")
    put(gone, group, theirs, store="Bonn", visits=3)
    merge(kept, gone, by=None)
    member = Membership.objects.get()
    assert (member.contact, member.state) == (kept, result)
    assert member.attributes == {"store": "Berlin", "visits": 3}
    assert tallies(group) == {result: 1}


@pytest.mark.parametrize("who", [0, 1])
def test_the_opt_out_wins_whoever_said_it(pair, make_group, who):
    group = make_group()
    put(pair[1 - who], group)
    actions.unsubscribe(pair[who], group.pk, source="form")
    merge(*pair, by=None)
    assert not Membership.objects.exists()
    assert OptOut.objects.filter(contact=pair[0], group=group).exists()
    assert tallies(group) == {}


def test_an_opt_out_from_everything_ends_every_membership(pair, make_group):
    kept, gone = pair
    for group in (make_group(), make_group()):
        put(kept, group)
    own_acts.opt_out(gone, OptOut.Scope.EVERYTHING, source="form")
    merge(kept, gone, by=None)
    assert not Membership.objects.filter(contact=kept).exists()


def test_a_complaint_stays_one(pair, make_group):
    kept, gone = pair
    group = make_group()
    actions.unsubscribe(kept, group.pk, source="form")
    actions.complain(gone, group.pk, source="mail")
    merge(kept, gone, by=None)
    assert OptOut.objects.get(contact=kept).reason == OptOut.Reason.COMPLAINT


def test_the_log_of_consent_of_both_is_that_of_the_kept_one(pair, make_group):
    kept, gone = pair
    put(gone, make_group())
    merge(kept, gone, by=None)
    assert [one.act for one in consents_of(kept)] == [Consent.Act.REMOVED, Consent.Act.ADDED]
