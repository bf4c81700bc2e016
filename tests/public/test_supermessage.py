"""Unsubscribing from a SuperMessage: from the subgroup and the SuperGroup's messages, and from more if one wants."""

import pytest

from tidings.groups import actions as groups
from tidings.groups import subgroups
from tidings.groups.models import Group
from tidings.kernel.signing import make_token
from tidings.memberships.actions import add
from tidings.memberships.models import Membership, OptOut
from tidings.messaging.links import PURPOSE
from tidings.sendouts.models import Sendout

pytestmark = pytest.mark.django_db


@pytest.fixture
def supergroup(make_group):
    made = groups.create("All e-mail", address="all@example.org", is_supergroup=True, by=None)
    subgroups.put(made, [make_group("Weekly"), make_group("Offers")], by=None)
    return made


@pytest.fixture
def parts(supergroup) -> list[int]:
    return list(supergroup.subgroups.order_by("position").values_list("group_id", flat=True))


@pytest.fixture
def anna(make_contact, parts):
    contact = make_contact("anna@example.net")
    for part in parts:
        add(contact, Group.objects.get(pk=part), source=Membership.Source.PAGE, by=None)
    return contact


@pytest.fixture
def page(anna, supergroup, parts, make_message) -> str:
    """The link in the copy that was sent as the first subgroup."""
    sendout = Sendout.objects.create(
        group=supergroup, group_name="All e-mail", version=make_message(), state="finished"
    )
    return f"/u/{make_token(PURPOSE, parts[0], anna.pk, sendout.pk)}"


def groups_of(contact) -> list[int]:
    return list(Membership.objects.filter(contact=contact).values_list("group", flat=True))


def scopes(contact) -> set[tuple[str, int | None]]:
    return set(OptOut.objects.filter(contact=contact).values_list("scope", "group"))


def test_it_leaves_the_subgroup_and_opts_out_of_the_supergroups_messages(
    browser, page, anna, supergroup, parts
):
    browser.post(page)
    assert groups_of(anna) == [parts[1]]
    assert scopes(anna) == {("group", parts[0]), ("supergroup", supergroup.pk)}


def test_the_page_offers_all_subgroups(browser, page, anna):
    assert "Unsubscribe from all lists of “All e-mail”" in browser.get(page).content.decode()
    browser.post(page, {"reach": "all_subgroups"})
    assert groups_of(anna) == []


def test_the_page_offers_the_whole_channel(browser, page, anna):
    browser.post(page, {"reach": "channel"})
    assert groups_of(anna) == []
    assert ("channel", None) in scopes(anna)
