"""Nobody gets more messages than their limits allow, and each message is counted once."""

# ruff: noqa: PLR0917 - pytest passes fixtures by their names

from datetime import UTC, datetime, timedelta

import pytest

from tidings.contacts import actions as contacts
from tidings.contacts.merging import merge
from tidings.groups import actions as groups
from tidings.groups.models import Group
from tidings.limits.models import Charge, Counter
from tidings.limits.queries import standings
from tidings.limits.tasks import sweep
from tidings.memberships import actions as memberships
from tidings.messaging.models import Message
from tidings.sendouts import actions, tasks
from tidings.sendouts.expand import expand
from tidings.sendouts.judge import waterfall

ANNA, BERTA = "anna@example.com", "berta@example.com"
OVER = "over_limit"
NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)


@pytest.fixture
def group(make_group, make_members):
    group = make_group("Shop")
    make_members(group, [ANNA, BERTA])
    return group


@pytest.fixture
def other(make_group, group):
    """Another group with the same members."""
    other = make_group("News")
    for email in (ANNA, BERTA):
        memberships.add(contacts.by_email(email), other, source="page", by=None)
    return other


def limit(group, messages, days):
    groups.update_settings(group, {"sending": {"limit_messages": messages, "limit_days": days}}, by=None)


def limit_own(email, text):
    return contacts.create_or_update(email, {"message_limit": text}, by=None)[0]


def used(email, *places):
    return [
        (one.kind, one.used)
        for one in standings(contacts.by_email(email), Group.objects.filter(pk__in=places))
    ]


def test_who_got_as_many_as_the_group_allows_is_left_out_of_the_audience(group, make_sendout, deliver):
    limit(group, 1, 7)
    deliver(make_sendout(group))
    late = deliver(make_sendout(group))
    assert (late.state, late.audience, late.waterfall[OVER]) == ("finished", 0, 2)


def test_who_comes_over_a_limit_before_their_batch_is_taken_is_skipped_with_that_reason(
    group, make_sendout, deliver, served
):
    limit(group, 1, 7)
    sendouts = [make_sendout(group), make_sendout(group)]
    tasks.queue_batches([batch for sendout in sendouts for batch in expand(sendout.pk)])
    first, second = (list(served(deliver(sendout)).values()) for sendout in sendouts)
    assert sorted([first, second]) == [["accepted"] * 2, [OVER] * 2]


def test_messages_of_all_groups_count_against_the_limit_of_the_system(
    group, other, make_sendout, deliver, set_environment
):
    set_environment(daily_limit=1)
    deliver(make_sendout(group))
    assert deliver(make_sendout(other)).waterfall[OVER] == 2


def test_the_strictest_limit_wins(group, other, make_sendout, deliver, set_environment):
    set_environment(daily_limit=5)
    limit(group, 3, 7)
    limit_own(ANNA, "1/31")
    deliver(make_sendout(other))
    assert waterfall(group.pk)[OVER] == 1


def test_a_contacts_own_limit_counts_messages_of_all_groups(group, other, make_sendout, deliver, served):
    limit_own(ANNA, "1/7")
    deliver(make_sendout(group))
    assert served(deliver(make_sendout(other))) == {BERTA: "accepted"}


def test_who_wants_no_messages_at_all_gets_none(group, make_sendout, deliver, served):
    limit_own(ANNA, "0/1")
    assert served(deliver(make_sendout(group))) == {BERTA: "accepted"}


def test_an_own_limit_set_behind_the_start_holds_for_later_batches(group, make_sendout, deliver, served):
    sendout = make_sendout(group)
    batches = expand(sendout.pk)
    limit_own(ANNA, "0/1")
    tasks.queue_batches(batches)
    assert served(deliver(sendout)) == {ANNA: OVER, BERTA: "accepted"}


def test_a_limit_forgets_what_is_longer_ago_than_its_days(group, make_sendout, deliver, on):
    limit(group, 1, 2)
    on(NOON)
    deliver(make_sendout(group))
    on(NOON + timedelta(days=1))
    assert waterfall(group.pk)[OVER] == 2
    on(NOON + timedelta(days=2))
    assert waterfall(group.pk)[OVER] == 0


def test_days_end_at_midnight_of_the_systems_zone(group, make_sendout, deliver, on, settings):
    settings.TIME_ZONE = "Pacific/Auckland"
    on(datetime(2026, 11, 3, 12, tzinfo=UTC))  # the 4th there
    deliver(make_sendout(group))
    assert str(Counter.objects.get().day) == "2026-11-04"


@pytest.mark.parametrize("purpose", ["service", "system"])
def test_what_is_no_marketing_neither_counts_nor_is_limited(
    purpose, group, make_message, make_sendout, deliver, served
):
    limit(group, 1, 7)
    deliver(make_sendout(group))
    version = make_message()
    Message.objects.update(purpose=purpose)
    version.refresh_from_db()
    assert served(deliver(make_sendout(group, version))) == {ANNA: "accepted", BERTA: "accepted"}
    assert used(ANNA, group.pk) == [("system", 1), ("group", 1)]


def test_what_goes_to_the_built_in_mailbox_neither_counts_nor_is_limited(
    group, make_sendout, deliver, served, set_environment
):
    limit(group, 1, 7)
    set_environment(smtp_url="")
    for _ in range(2):
        assert served(deliver(make_sendout(group))) == {ANNA: "accepted", BERTA: "accepted"}
    assert not Counter.objects.exists()


def test_a_test_neither_counts_nor_is_limited(group, make_message, deliver, served):
    limit_own(ANNA, "0/1")
    groups.update_settings(group, {"test_recipients": {"addresses": [ANNA]}}, by=None)
    group.refresh_from_db()
    assert served(deliver(actions.start_test(group, make_message(), by=None))) == {ANNA: "accepted"}
    assert not Counter.objects.exists()


def test_what_did_not_reach_somebody_does_not_count_in_the_end(group, make_sendout, deliver, relay):
    relay.answer = lambda recipient, _nth: "250 taken" if recipient == BERTA else "550 5.1.1 unknown"
    deliver(make_sendout(group))
    assert (used(ANNA), used(BERTA)) == ([("system", 0)], [("system", 1)])
    assert not Charge.objects.exists()


def test_who_is_over_a_limit_is_not_counted(group, make_sendout, deliver):
    limit_own(ANNA, "1/7")
    sendouts = [make_sendout(group), make_sendout(group)]
    tasks.queue_batches([batch for sendout in sendouts for batch in expand(sendout.pk)])
    deliver(sendouts[0])
    assert used(ANNA) == [("system", 1), ("own", 1)]


def test_in_a_merge_the_counts_of_both_add_up(group, make_sendout, deliver):
    deliver(make_sendout(group))
    merge(contacts.by_email(ANNA), contacts.by_email(BERTA), by=None)
    assert used(ANNA) == [("system", 2)]


def test_a_limit_stands_with_its_group_and_what_is_used(group, make_sendout, deliver):
    limit(group, 3, 7)
    deliver(make_sendout(group))
    found = [one.as_dict() for one in standings(contacts.by_email(ANNA), Group.objects.all())]
    assert found[1] == {
        "kind": "group", "group": group.pk, "group_name": "Shop", "messages": 3, "days": 7, "used": 1,
        "is_reached": False,
    }  # fmt: skip


def test_counters_that_no_limit_asks_for_are_swept(group, make_sendout, deliver, on):
    limit(group, 3, 7)
    on(NOON)
    deliver(make_sendout(group))
    sweep(NOON + timedelta(days=6))
    assert {counter.group_id for counter in Counter.objects.all()} == {0, group.pk}
    sweep(NOON + timedelta(days=7))
    assert {counter.group_id for counter in Counter.objects.all()} == {0}
    sweep(NOON + timedelta(days=31))
    assert not Counter.objects.exists()
