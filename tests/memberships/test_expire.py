"""Requests that nobody confirms end by themselves."""

from datetime import timedelta

import pytest

from tidings.groups.settings import Joining
from tidings.journal.models import Fact
from tidings.kernel import clock
from tidings.memberships import actions, expire, history
from tidings.memberships.models import Consent, Membership
from tidings.memberships.queries import count_members

pytestmark = pytest.mark.django_db


def days(number: float):
    return clock.now() + timedelta(days=number)


@pytest.fixture
def group(make_group):
    return make_group()


def test_a_request_ends_after_the_limit_of_its_group(group, make_group, make_members):
    make_members(group, 2, state="pending")
    quick = make_group()
    quick.settings = {"subscription": {"pending_days": 3}}
    quick.save(update_fields=["settings"])
    make_members(quick, ["quick@example.com"], state="pending")
    assert [expire.expire_pending(days(n)) for n in (2.9, 3.1, 13.9, 14.1, 15)] == [0, 1, 0, 2, 0]
    assert count_members([group.pk])[group.pk].by_state == {"pending": 0}


def test_only_pending_members_are_ended(group, make_members):
    for state in ("active", "awaiting_approval", "deactivated"):
        make_members(group, [f"{state}@example.com"], state=state)
    assert expire.expire_pending(days(400)) == 0
    assert Membership.objects.count() == 3


def test_it_is_told_in_log_and_journal(group, make_members):
    people = make_members(group, 3, state="pending")
    expire.expire_pending(days(15))
    ids = [person.pk for person in people]
    assert Consent.objects.get().contact_ids == ids
    assert Fact.objects.get(verb="member.expired").data["contacts"] == ids
    [other] = make_members(group, ["else@example.com"])
    assert [one.act for one in history.of_contact(people[0])] == ["expired"]
    assert [one.act for one in history.of_contact(other)] == []


def test_the_log_of_a_contact_has_the_entries_that_name_many(group, make_contact):
    anna = make_contact()
    actions.add(anna, group, source=Membership.Source.PAGE, by=None, mode=Joining.DOUBLE_OPT_IN)
    expire.expire_pending(days(15))
    assert [one.act for one in history.of_contact(anna)] == ["expired", "asked"]


def test_more_than_one_portion_is_ended(group, make_members, monkeypatch):
    monkeypatch.setattr(expire, "ROWS_AT_ONCE", 2)
    make_members(group, 5, state="pending")
    assert expire.expire_pending(days(15)) == 5


def test_asking_again_begins_the_time_anew(group, make_contact):
    anna = make_contact()
    actions.add(anna, group, source=Membership.Source.PAGE, by=None, mode=Joining.DOUBLE_OPT_IN)
    Membership.objects.update(joined_at=days(-13))
    actions.resend(anna, group, source="page", by=None)
    assert expire.expire_pending(days(2)) == 0
