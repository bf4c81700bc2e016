"""Limits in SuperMessages: each copy counts as one of the subgroup as whose it goes, and is under that one's limit."""

import pytest

from tidings.contacts import actions as contacts
from tidings.groups import actions as groups
from tidings.groups import subgroups
from tidings.groups.models import Group
from tidings.limits.queries import standings
from tidings.memberships import actions as memberships

ANNA, BEN = "anna@example.com", "ben@example.com"


@pytest.fixture
def berlin(make_group, make_members):
    group = make_group("Berlin", address="berlin@example.org")
    make_members(group, [ANNA, BEN])
    return group


@pytest.fixture
def paris(make_group, berlin):
    """Anna is here as well."""
    group = make_group("Paris", address="paris@example.org")
    memberships.add(contacts.by_email(ANNA), group, source="page", by=None)
    return group


@pytest.fixture
def towns(make_supergroup, berlin, paris):
    return make_supergroup(berlin, paris)


def limit(group, messages):
    groups.update_settings(group, {"sending": {"limit_messages": messages, "limit_days": 7}}, by=None)


def senders(relay, address):
    pairs = zip(relay.recipients, relay.mails, strict=True)
    return [mail["From"].addresses[0].display_name for recipient, mail in pairs if recipient == address]


def test_who_is_over_the_limit_of_the_first_subgroup_gets_the_copy_of_the_next(
    towns, berlin, make_sendout, deliver, relay
):
    limit(berlin, 1)
    deliver(make_sendout(berlin))
    second = deliver(make_sendout(towns))
    assert (second.waterfall["over_limit"], second.audience) == (2, 1)
    assert senders(relay, ANNA) == ["Berlin", "Paris"]
    assert senders(relay, BEN) == ["Berlin"]


def test_a_copy_counts_as_one_of_its_subgroup_alone(towns, berlin, paris, make_sendout, deliver):
    for group in (berlin, paris):
        limit(group, 3)
    deliver(make_sendout(towns))
    towns = Group.objects.filter(pk__in=[berlin.pk, paris.pk]).order_by("pk")
    used = [
        (one.group_name, one.used) for one in standings(contacts.by_email(ANNA), towns) if one.kind == "group"
    ]
    assert used == [("Berlin", 1), ("Paris", 0)]


def test_with_one_per_subgroup_each_copy_is_under_its_own_limit(towns, berlin, make_sendout, deliver, relay):
    subgroups.set_duplicates(towns, "one_per_subgroup", by=None)
    limit(berlin, 1)
    deliver(make_sendout(towns))
    deliver(make_sendout(towns))
    assert sorted(senders(relay, ANNA)) == ["Berlin", "Paris", "Paris"]
    assert senders(relay, BEN) == ["Berlin"]


def test_the_limit_over_all_groups_counts_every_copy(towns, make_sendout, deliver, relay, set_environment):
    set_environment(daily_limit=1)
    subgroups.set_duplicates(towns, "one_per_subgroup", by=None)
    sendout = deliver(make_sendout(towns))
    assert (len(senders(relay, ANNA)), len(senders(relay, BEN))) == (1, 1)
    assert sendout.audience == 3
