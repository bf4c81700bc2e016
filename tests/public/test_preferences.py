"""The preference page: each person changes what they get, behind a link of their own."""

import pytest

from tidings.kernel.signing import make_token
from tidings.memberships.actions import add, unsubscribe
from tidings.memberships.models import Consent, Membership, OptOut
from tidings.messaging.links import PURPOSE

pytestmark = pytest.mark.django_db


@pytest.fixture
def weekly(make_public_group):
    return make_public_group(in_preference_centre=True)


@pytest.fixture
def offers(make_public_group):
    return make_public_group("Offers", in_preference_centre=True)


@pytest.fixture
def anna(make_contact, weekly):
    contact = make_contact("anna@example.net")
    add(contact, weekly, source=Membership.Source.PAGE, by=None)
    return contact


@pytest.fixture
def page(weekly, anna) -> str:
    return f"/p/{make_token(PURPOSE, weekly.pk, anna.pk, 1)}"


def groups_of(contact) -> set[int]:
    return set(Membership.objects.filter(contact=contact, state="active").values_list("group", flat=True))


def test_the_page_shows_what_the_person_gets_and_changes_nothing(browser, page, weekly, offers, anna):
    html = browser.get(page).content.decode()
    assert f'value="{weekly.pk}" checked' in html
    assert f'value="{offers.pk}"><span>Offers' in html
    assert groups_of(anna) == {weekly.pk}


def test_groups_are_switched_on_and_off(browser, page, weekly, offers, anna):
    html = browser.post(page, {"seen": [weekly.pk, offers.pk], "group": [offers.pk]}).content.decode()
    assert "Saved." in html
    assert groups_of(anna) == {offers.pk}
    assert OptOut.objects.get().group == weekly


def test_switching_on_lifts_an_opt_out(browser, page, weekly, anna):
    unsubscribe(anna, weekly.pk, source="link")
    browser.post(page, {"seen": weekly.pk, "group": weekly.pk}, headers={"X-Forwarded-For": "198.51.100.9"})
    assert groups_of(anna) == {weekly.pk}
    assert not OptOut.objects.exists()
    assert Consent.objects.get(act="returned").ip == "198.51.100.9"


def test_what_the_page_did_not_show_is_left_alone(browser, page, weekly, offers, anna):
    add(anna, offers, source=Membership.Source.PAGE, by=None)
    browser.post(page, {"seen": weekly.pk, "group": weekly.pk})
    assert groups_of(anna) == {weekly.pk, offers.pk}


def test_a_group_outside_of_the_centre_can_not_be_joined_by_it(browser, page, weekly, make_group, anna):
    secret = make_group("Board")
    assert "Board" not in browser.get(page).content.decode()
    browser.post(page, {"seen": [weekly.pk, secret.pk], "group": [weekly.pk, secret.pk]})
    assert groups_of(anna) == {weekly.pk}


def test_the_group_of_the_link_is_shown_wherever_it_stands(browser, make_group, make_contact):
    group, berta = make_group("Board"), make_contact()
    add(berta, group, source=Membership.Source.PAGE, by=None)
    link = f"/p/{make_token(PURPOSE, group.pk, berta.pk, 1)}"
    assert "Board" in browser.get(link).content.decode()
    browser.post(link, {"seen": group.pk})
    assert groups_of(berta) == set()


def test_a_channel_is_switched_off_and_on(browser, page, anna):
    html = browser.post(page, {"act": "channel_off:email"}).content.decode()
    assert "You get no messages by e-mail." in html
    assert groups_of(anna) == set()
    browser.post(page, {"act": "channel_on:email"})
    assert not OptOut.objects.filter(scope="channel").exists()
    assert groups_of(anna) == set()


def test_everything_is_switched_off_and_on(browser, page, anna):
    assert "You get no messages at all." in browser.post(page, {"act": "everything_off"}).content.decode()
    assert OptOut.objects.filter(scope="everything").exists()
    browser.post(page, {"act": "everything_on"})
    assert not OptOut.objects.filter(scope="everything").exists()


@pytest.mark.parametrize("act", ["channel_off:fax", "nonsense", "channel_on:", ""])
def test_what_no_button_says_changes_nothing(browser, page, weekly, anna, act):
    assert browser.post(page, {"act": act}).status_code == 200
    assert groups_of(anna) == {weekly.pk}


def test_the_language_is_set(browser, page, weekly, anna):
    browser.post(page, {"act": "save", "seen": weekly.pk, "group": weekly.pk, "language": "de"})
    anna.refresh_from_db()
    assert anna.language == "de"


def test_an_unknown_language_is_not_set(browser, page, weekly, anna):
    browser.post(page, {"act": "save", "seen": weekly.pk, "group": weekly.pk, "language": "<script>"})
    anna.refresh_from_db()
    assert anna.language == ""


def test_a_link_of_somebody_erased_says_so(browser, page, anna):
    anna.delete()
    assert "Nothing is stored about you" in browser.get(page).content.decode()
    assert browser.post(page).status_code == 200


def test_the_link_of_a_preview_opens_a_preview(browser):
    assert "Only a preview" in browser.get("/p/preview").content.decode()


def test_who_left_a_group_can_come_back_by_its_link_wherever_it_stands(browser, make_group, make_contact):
    group, berta = make_group("Board"), make_contact()
    unsubscribe(berta, group.pk, source="link")
    link = f"/p/{make_token(PURPOSE, group.pk, berta.pk, 1)}"
    browser.post(link, {"seen": group.pk, "group": group.pk})
    assert groups_of(berta) == {group.pk}
