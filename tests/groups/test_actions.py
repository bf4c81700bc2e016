from functools import partial

import pytest

from tests.racing import overtaken
from tidings.groups import actions
from tidings.groups.errors import AddressTaken, BadGroup
from tidings.groups.models import Category, Group
from tidings.journal.models import Fact
from tidings.kernel import clock

pytestmark = pytest.mark.django_db


def test_a_group_belongs_to_its_maker(make_user):
    anna = make_user("Anna")
    group = actions.create("News", address="News@Example.org", by=anna)
    assert (group.owner, group.address, group.channel) == (anna, "news@example.org", "email")


def test_its_making_is_a_fact(make_user):
    anna = make_user("Anna")
    group = actions.create("News", address="news@example.org", by=anna)
    fact = Fact.objects.get(verb="group.created", subject=group.pk)
    assert fact.by_id == anna.pk
    assert fact.data == {"name": "News", "address": "news@example.org", "channel": "email"}


def test_an_email_group_needs_an_address():
    with pytest.raises(BadGroup):
        actions.create("News", by=None)


@pytest.mark.parametrize("channel", ["sms", "push"])
def test_other_groups_have_none(channel):
    assert actions.create("News", channel=channel, by=None).address is None
    with pytest.raises(BadGroup, match="Only e-mail groups"):
        actions.create("News", channel=channel, address="news@example.org", by=None)


def test_an_unknown_channel_is_refused_with_those_there_are():
    with pytest.raises(BadGroup, match=r"“fax” is no channel\. There are: email, sms, push"):
        actions.create("News", channel="fax", by=None)


def test_names_need_not_be_unique(make_group):
    make_group("News")
    make_group("News")
    assert Group.objects.filter(name="News").count() == 2


@pytest.mark.parametrize("archived_at", [None, clock.now()])
def test_an_address_is_taken_once_also_by_archived_groups(make_group, archived_at):
    taken = make_group(address="news@example.org")
    Group.objects.filter(pk=taken.pk).update(archived_at=archived_at)
    with pytest.raises(AddressTaken, match=r"news@example\.org"):
        make_group(address="NEWS@example.org")


def test_a_category_is_made_once_whatever_its_case(make_group):
    first, second = make_group(category="Shops"), make_group(category=" shops ")
    assert first.category == second.category
    assert Category.objects.count() == 1


def test_two_who_make_the_same_category_at_once_share_it(committed, make_group):
    first = partial(make_group, category="Shops")
    late = overtaken(first, lambda: make_group(category="SHOPS"))
    assert late.category == Category.objects.get()
    assert Group.objects.filter(category=late.category).count() == 2


def test_a_category_has_at_most_100_characters(make_group):
    with pytest.raises(BadGroup, match="1 to 100 characters"):
        make_group(category="c" * 101)
    assert not Group.objects.exists()
