"""A listed address gets nothing from the moment the entry is stored."""

# ruff: noqa: PLR0917 - pytest passes fixtures by their names

import hashlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tidings.blacklists import actions as blacklists
from tidings.blacklists.models import Entry
from tidings.blacklists.rules import patterns_of
from tidings.contacts.models import Contact
from tidings.memberships.models import Membership
from tidings.sendouts import actions
from tidings.sendouts.expand import expand
from tidings.sendouts.judge import waterfall
from tidings.sendouts.models import Batch

PEOPLE = ["anna@example.com", "berta@mail.example.com", "carla@example.org"]


@pytest.fixture
def group(make_group):
    return make_group()


def bar(pattern, group=None) -> None:
    blacklists.add(pattern, group, source=Entry.Source.PAGE, by=None)


@pytest.mark.parametrize(
    ("pattern", "reached"),
    [
        ("anna@example.com", ["berta@mail.example.com", "carla@example.org"]),
        ("example.com", ["berta@mail.example.com", "carla@example.org"]),
        ("*.example.com", ["carla@example.org"]),
        ("*.mail.example.com", ["anna@example.com", "carla@example.org"]),
        (
            hashlib.md5(b"carla@example.org", usedforsecurity=False).hexdigest(),
            ["anna@example.com", "berta@mail.example.com"],
        ),
        (hashlib.sha256(b"carla@example.org").hexdigest(), ["anna@example.com", "berta@mail.example.com"]),
    ],
)
@pytest.mark.parametrize("is_system", [True, False])
def test_an_entry_of_any_kind_keeps_out_of_the_audience(
    group, make_members, make_sendout, pattern, reached, is_system
):
    make_members(group, PEOPLE)
    bar(pattern, None if is_system else group)
    sendout = make_sendout(group)
    expand(sendout.pk)
    sendout.refresh_from_db()
    contacts = Contact.objects.filter(pk__in=Batch.objects.get().contact_ids)
    assert sorted(contact.email for contact in contacts) == reached
    assert sendout.waterfall["blacklisted"] == len(PEOPLE) - len(reached)
    assert sendout.waterfall["will_receive"] == len(reached)


def test_another_groups_entry_keeps_nobody_out(group, make_group, make_members):
    make_members(group, PEOPLE)
    bar("example.com", make_group())
    assert waterfall(group.pk)["blacklisted"] == 0


def test_who_is_out_for_another_reason_counts_there(group, make_members):
    make_members(group, ["off@example.com"], state="deactivated")
    make_members(group, ["on@example.com"])
    bar("example.com")
    counts = waterfall(group.pk)
    assert (counts["members"], counts["not_active"], counts["blacklisted"]) == (2, 1, 1)


def test_who_is_hit_by_many_entries_counts_once(group, make_members):
    make_members(group, ["anna@example.com"])
    for pattern in ("anna@example.com", "example.com", "*.example.com"):
        bar(pattern)
        bar(pattern, group)
    assert waterfall(group.pk) | {"will_receive": 0, "blacklisted": 1, "members": 1} == waterfall(group.pk)


def test_a_listed_number_keeps_out_as_well(group, make_members):
    anna = Contact.objects.create(email="anna@example.com", mobile="+491713920000")
    Membership.objects.create(group=group, contact=anna, source="page")
    bar("+491713920000")
    assert waterfall(group.pk)["blacklisted"] == 1


def test_an_entry_holds_for_later_batches_of_a_running_sendout(
    group, make_members, make_sendout, run_jobs, deliver, relay, outcomes, reason_for
):
    make_members(group, PEOPLE)
    sendout = make_sendout(group)
    run_jobs()
    bar("*.example.com", group)
    deliver(sendout)
    assert relay.recipients == ["carla@example.org"]
    assert outcomes(sendout) == {"accepted": 1, "skipped": 2}
    assert reason_for(sendout, "anna@example.com") == ("skipped", 0, "blacklisted")


def test_an_entry_holds_for_who_waits_in_a_paused_sendout(
    group, make_members, make_sendout, run_jobs, deliver, relay, outcomes
):
    make_members(group, PEOPLE)
    sendout = make_sendout(group)
    run_jobs()
    actions.pause(sendout, by=None)
    bar("carla@example.org")
    actions.resume(sendout, by=None)
    deliver(sendout)
    assert outcomes(sendout) == {"accepted": 2, "skipped": 1}


LABELS = st.sampled_from(["a", "b", "example", "com"])
DOMAINS = st.lists(LABELS, min_size=1, max_size=3).map(lambda labels: ".".join([*labels, "org"]))
EMAILS = st.builds("{}@{}".format, st.sampled_from(["x", "y"]), DOMAINS)
PATTERNS = st.one_of(
    EMAILS,
    DOMAINS,
    DOMAINS.map("*.{}".format),
    EMAILS.map(lambda e: hashlib.md5(e.encode(), usedforsecurity=False).hexdigest()),
    EMAILS.map(lambda e: hashlib.sha256(e.encode()).hexdigest()),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(emails=st.sets(EMAILS, min_size=1, max_size=6), patterns=st.sets(PATTERNS, max_size=4))
def test_the_database_and_the_rules_agree_on_who_is_hit(db, group, make_members, emails, patterns):
    Entry.objects.all().delete()
    Contact.objects.all().delete()
    make_members(group, sorted(emails))
    for pattern in patterns:
        bar(pattern)
    hit = [email for email in emails if patterns & set(patterns_of(email, None))]
    assert waterfall(group.pk)["blacklisted"] == len(hit)
