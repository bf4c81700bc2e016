"""Sending to a SuperGroup: the review, the sendout's page and its figures by subgroup."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tidings.groups import subgroups
from tidings.locks import actions as locks
from tidings.locks.models import Process
from tidings.memberships.actions import add
from tidings.memberships.models import Membership
from tidings.messaging.actions import write
from tidings.sendouts.actions import start
from tidings.sendouts.expand import expand


@pytest.fixture
def version(world):
    world.locked.settings |= {"moderation": {}}
    world.locked.save(update_fields=["settings"])
    text = "Hello from {{ group.name }} {{ links.unsubscribe }}"
    return write("Gala", subject="Gala", text=text, by=world.user)


@pytest.fixture
def supergroup(world):
    """Of the weekly newsletter and the customers who are VIP; one is in both."""
    subgroups.put(world.supergroup, [world.group, world.empty], by=world.user)
    add(world.contact, world.empty, source=Membership.Source.PAGE, by=world.user)
    return world.supergroup


@pytest.fixture
def path(supergroup, version):
    return f"/groups/{supergroup.pk}/send/{version.message_id}/"


def test_the_review_shows_both_counts_and_whom_each_subgroup_reaches(path, operator):
    page = operator.get(path).content.decode()
    assert "Send to 6 people" in page
    assert "<dt>One per subgroup</dt><dd>7</dd>" in page
    assert "1 duplicates" in page


def test_the_preview_is_of_the_subgroup_that_is_chosen(world, path, operator):
    assert "Hello from Weekly newsletter" in operator.get(path).content.decode()
    assert "Hello from VIP customers" in operator.get(f"{path}?subgroup={world.empty.pk}").content.decode()


def test_the_review_names_the_lock_of_a_subgroup(world, path, operator):
    locks.begin(Process.Kind.IMPORT, [world.empty.pk], label="vip.csv", by=None)
    assert "vip.csv" in operator.get(path).content.decode()


def test_a_supergroup_without_subgroups_says_what_to_do(world, operator):
    subgroups.put(world.supergroup, [], by=world.user)
    answer = operator.get(f"/groups/{world.supergroup.pk}/send/")
    assert "has no subgroups" in answer.content.decode()


def test_the_page_shows_the_figures_of_each_subgroup(supergroup, version, operator):
    sendout = start(supergroup, version, by=None)
    expand(sendout.pk)
    assert "SuperMessage" in operator.get(f"/sendouts/{sendout.pk}/").content.decode()
    assert "VIP customers" in operator.get(f"/sendouts/{sendout.pk}/details/").content.decode()
    lines = b"".join(operator.get(f"/sendouts/{sendout.pk}/subgroups.csv")).decode().splitlines()
    assert [line.split(",")[1:3] for line in lines[1:]] == [
        ["Weekly newsletter", "6"],
        ["VIP customers", "0"],
    ]


def test_a_message_that_a_subgroup_got_is_sent_again_only_if_somebody_types_it(
    world, path, version, operator
):
    start(world.group, version, by=None)
    assert "This version went to “Weekly newsletter” before" in operator.get(path).content.decode()


def test_a_review_asks_little_however_many_subgroups_there_are(
    make_group, supergroup, path, operator, django_assert_max_num_queries
):
    few = _queries(operator, path)
    subgroups.add(supergroup, [make_group(f"Town {n}") for n in range(20)], by=None)
    with django_assert_max_num_queries(few):
        operator.get(path)


def _queries(operator, path) -> int:
    with CaptureQueriesContext(connection) as captured:
        operator.get(path)
    return len(captured)


def test_the_page_of_a_subgroup_lists_the_supermessages_that_were_sent_to_it(
    world, supergroup, version, operator
):
    page = operator.get(f"/groups/{world.group.pk}/").content.decode()
    assert "SuperMessages" not in page
    sendout = start(supergroup, version, by=None)
    expand(sendout.pk)
    page = operator.get(f"/groups/{world.group.pk}/").content.decode().partition("supermessages-title")[2]
    assert f'href="/sendouts/{sendout.pk}/"' in page
    assert '<td data-label="Audience" class="num">6</td>' in page
