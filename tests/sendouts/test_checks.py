"""What is told about a message within a group, and that an error keeps it from being sent."""

import pytest

from tidings.attributes import actions as attributes
from tidings.groups import attributes as group_attributes
from tidings.memberships import gaps
from tidings.memberships.gaps import count_gaps, next_with_gap
from tidings.memberships.models import Membership
from tidings.messaging.checks.findings import Severity
from tidings.sendouts import actions
from tidings.sendouts.checks import findings
from tidings.sendouts.errors import MessageBroken
from tidings.sendouts.models import Sendout

pytestmark = pytest.mark.django_db

CITY = ("profile", "city")
BROKEN = '<a href="http:/x">x</a>'


@pytest.fixture
def group(make_group, make_members):
    group = make_group()
    people = make_members(group, 10)
    for person in people[3:]:
        person.attributes = {"city": "Bonn"}
        person.save(update_fields=["attributes"])
    return group


def told(version, group=None):
    return {one.code: one for one in findings(version, group)}


def test_members_without_a_value_are_counted(group, make_message):
    version = make_message(text="{{ contact.city }} {{ links.unsubscribe }}")
    one = told(version, group)["fallback_missing"]
    assert one.severity is Severity.WARNING
    assert "3 of 10 members have none" in one.problem
    assert told(version)["fallback_missing"].severity is Severity.HINT


def test_only_active_members_count(group, make_members):
    make_members(group, ["off@example.com"], state="deactivated")
    assert count_gaps([group.pk], [CITY])[CITY].people == 10


def test_member_values_and_identities_are_counted_as_well(group):
    Membership.objects.filter(group=group).first().delete()
    wanted = [("member", "store"), ("profile", "language"), ("profile", "email")]
    assert {key: gap.lacking for (_, key), gap in count_gaps([group.pk], wanted).items()} == {
        "store": 9,
        "language": 9,
        "email": 0,
    }


def test_a_large_group_is_sampled_over_its_whole_length(group, monkeypatch):
    monkeypatch.setattr(gaps, "COUNTED_AT_MOST", 6)
    monkeypatch.setattr(gaps, "PLACES", 3)
    gap = count_gaps([group.pk], [CITY])[CITY]
    assert gap.is_sample
    assert 0 < gap.lacking < gap.people <= 6


def test_an_empty_group_tells_of_nobody(make_group, make_message):
    version = make_message(text="{{ contact.city }} {{ links.unsubscribe }}")
    assert told(version, make_group()) == {}


def test_the_next_member_without_a_value_is_found_and_then_the_first_again(group):
    people = list(
        Membership.objects.filter(group=group).order_by("contact_id").values_list("contact_id", flat=True)
    )
    assert next_with_gap(group, CITY, after=0) == people[0]
    assert next_with_gap(group, CITY, after=people[0]) == people[1]
    assert next_with_gap(group, CITY, after=people[5]) == people[0]
    assert next_with_gap(group, ("profile", "email"), after=0) is None


def test_the_footer_of_the_group_counts_as_part_of_the_message(group, make_message):
    version = make_message(text="Hello")
    assert "unsubscribe_missing" in told(version, group)
    group.settings = {"sender": {"footer_text": "No more: {{ links.unsubscribe }}"}}
    assert told(version, group) == {}


def test_attributes_of_the_group_are_known_in_it(group, make_message):
    version = make_message(text="{{ group.price }} {{ links.unsubscribe }}")
    assert told(version) == {}
    assert list(told(version, group)) == ["attribute_unknown"]
    group_attributes.put(group, "Price", "12 EUR", by=None)
    assert told(version, group) == {}


def test_archived_attributes_are_told(group, make_message):
    shoe = attributes.define("Shoe size", by=None)
    version = make_message(text='{{ contact["Shoe size"] | default("?") }} {{ links.unsubscribe }}')
    attributes.archive(shoe, by=None)
    assert list(told(version, group)) == ["attribute_archived"]


def test_a_sendout_with_an_error_cannot_start_and_says_why(group, make_message):
    with pytest.raises(MessageBroken, match="In the html, line 1: A link has no host"):
        actions.start(group, make_message(html=BROKEN), by=None)
    assert not Sendout.objects.exists()


def test_warnings_and_hints_keep_nothing_from_going(group, make_message):
    version = make_message(html='<a href="">{{ contact.city }}</a>')
    assert {one.severity for one in findings(version, group)} == {Severity.WARNING, Severity.HINT}
    assert actions.start(group, version, by=None).state == "preparing"
