import pytest

from tidings.attributes.actions import define
from tidings.contacts.errors import BadAttribute
from tidings.journal.models import Fact
from tidings.kernel.errors import NotFound
from tidings.memberships.member_attributes import set_attributes
from tidings.memberships.models import Membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(make_group, make_members):
    """A group with one member, and two attributes of members."""
    define("Store", scope="member", by=None)
    define("Visits", kind="number", scope="member", by=None)
    group = make_group()
    (anna,) = make_members(group, ["anna@example.com"])
    return group, anna


def test_a_value_of_a_member_is_set_checked_and_taken_away(place):
    group, anna = place
    assert set_attributes(anna, group, {"STORE": "Berlin", "visits": "3"}, by=None) == {
        "store": "Berlin",
        "visits": 3,
    }
    assert set_attributes(anna, group, {"Store": ""}, by=None) == {"visits": 3}
    assert Membership.objects.get().attributes == {"visits": 3}
    assert Fact.objects.filter(verb="member.updated", subject=group.pk).count() == 2


@pytest.mark.parametrize("attributes", [{"visits": "many"}, {"city": "Berlin"}])
def test_what_is_no_value_of_a_member_is_refused(place, attributes):
    group, anna = place
    with pytest.raises(BadAttribute):
        set_attributes(anna, group, {"store": "Berlin"} | attributes, by=None)
    assert Membership.objects.get().attributes == {}


def test_who_is_no_member_has_no_values(place, make_contact):
    with pytest.raises(NotFound):
        set_attributes(make_contact(), place[0], {"store": "Berlin"}, by=None)
