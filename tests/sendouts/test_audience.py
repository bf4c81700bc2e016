"""The audience is frozen at the start, in batches; who leaves afterwards is skipped, who joins isn't in."""

# ruff: noqa: PLR0917 - pytest passes fixtures by their names

import pytest

from tidings.contacts.models import Contact
from tidings.locks.models import GroupLock
from tidings.memberships import actions as memberships
from tidings.memberships.models import Membership
from tidings.sendouts.expand import expand
from tidings.sendouts.judge import waterfall
from tidings.sendouts.models import Batch
from tidings.sendouts.queries import accounting


@pytest.fixture
def group(make_group):
    return make_group()


def test_everyone_who_may_receive_is_in_a_batch_once(group, make_members, make_sendout, set_environment):
    set_environment(batch_size=4)
    people = make_members(group, 10)
    sendout = make_sendout(group)
    expand(sendout.pk)
    batches = Batch.objects.filter(sendout=sendout).order_by("number")
    assert [(batch.number, batch.size) for batch in batches] == [(0, 4), (1, 4), (2, 2)]
    assert [contact for batch in batches for contact in batch.contact_ids] == [person.pk for person in people]


def test_whoever_may_not_receive_is_not_in_the_audience(group, make_members, make_sendout):
    [anna, berta] = make_members(group, ["anna@example.com", "berta@example.com"])
    make_members(group, ["off@example.com"], state="deactivated")
    make_members(group, ["wait@example.com"], state="pending")
    phone = Contact.objects.create(mobile="+491713920000")
    memberships.add(phone, group, source=Membership.Source.PAGE, by=None)
    memberships.unsubscribe(berta, group.pk, source="link")
    sendout = make_sendout(group)
    expand(sendout.pk)
    sendout.refresh_from_db()
    assert Batch.objects.get().contact_ids == [anna.pk]
    assert sendout.waterfall == {
        "members": 4,
        "not_active": 2,
        "opted_out": 0,
        "blacklisted": 0,
        "over_limit": 0,
        "no_address": 1,
        "will_receive": 1,
    }


def test_the_waterfall_says_why_members_will_not_receive(make_group, make_members):
    group = make_group()
    make_members(group, 4)
    make_members(group, ["off@example.com", "wait@example.com"], state="pending")
    phone = Contact.objects.create(mobile="+491713920000")
    memberships.add(phone, group, source=Membership.Source.PAGE, by=None)
    assert waterfall(group.pk) == {
        "members": 7,
        "not_active": 2,
        "opted_out": 0,
        "blacklisted": 0,
        "over_limit": 0,
        "no_address": 1,
        "will_receive": 4,
    }


def test_the_waterfall_of_an_empty_group_is_all_zero(make_group):
    assert set(waterfall(make_group().pk).values()) == {0}


def test_an_audience_is_frozen_once(make_sendout):
    sendout = make_sendout(members=3)
    assert len(expand(sendout.pk)) == 1
    assert expand(sendout.pk) == []
    assert Batch.objects.count() == 1


def test_an_audience_that_has_left_meanwhile_ends_the_sendout(group, make_members, make_sendout):
    [anna] = make_members(group, ["anna@example.com"])
    sendout = make_sendout(group)
    memberships.unsubscribe(anna, group.pk, source="link")
    assert expand(sendout.pk) == []
    sendout.refresh_from_db()
    assert (sendout.state, sendout.audience) == ("finished", 0)
    assert not GroupLock.objects.exists()


def test_who_joins_after_the_start_does_not_get_it(
    group, make_members, make_sendout, run_jobs, deliver, relay
):
    make_members(group, ["early@example.com"])
    sendout = make_sendout(group)
    run_jobs()
    make_members(group, ["late@example.com"])
    deliver(sendout)
    assert relay.recipients == ["early@example.com"]


def unsubscribe(anna, group) -> None:
    memberships.unsubscribe(anna, group.pk, source="link")


def remove(anna, group) -> None:
    memberships.remove(anna, group, by=None)


def deactivate(anna, group) -> None:
    Membership.objects.filter(contact=anna, group=group).update(state="deactivated")


def lose_address(anna, _group) -> None:
    Contact.objects.filter(pk=anna.pk).update(email=None, external_id="K-7")


def erase(anna, _group) -> None:
    anna.delete()


@pytest.mark.parametrize(
    ("leave", "reason"),
    [
        (unsubscribe, "unsubscribed"),
        (remove, "removed"),
        (deactivate, "deactivated"),
        (lose_address, "no_address"),
        (erase, "erased"),
    ],
)
def test_who_leaves_before_the_batch_is_taken_is_skipped_and_why(
    group, make_members, make_sendout, run_jobs, deliver, relay, outcomes, leave, reason
):
    [anna, _berta] = make_members(group, ["anna@example.com", "berta@example.com"])
    sendout = make_sendout(group)
    run_jobs()
    leave(anna, group)
    deliver(sendout)
    assert relay.recipients == ["berta@example.com"]
    assert outcomes(sendout) == {"accepted": 1, "skipped": 1}
    assert accounting(sendout).reasons == [("skipped", 0, reason, 1)]
