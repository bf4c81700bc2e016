import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tidings.accounts.actions import create_user
from tidings.contacts.actions import create_or_update
from tidings.contacts.merging import merge
from tidings.groups.actions import create
from tidings.kernel.signing import BadToken, make_token
from tidings.memberships.actions import add
from tidings.memberships.models import Membership, OptOut
from tidings.messaging.links import PURPOSE
from tidings.public.wish import masked, wish_of

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
NOBODY = 2**40  # an id that no test reaches
GERMAN = {"accept-language": "de-DE,de;q=0.9"}


@pytest.fixture
def group(db):
    user = create_user("olga@example.org", "Olga Olsen", "correct horse battery")
    return create("Weekly newsletter", address="weekly@example.org", by=user)


@pytest.fixture
def contact(group):
    person, _ = create_or_update("anna@example.net", {}, by=None)
    add(person, group, source=Membership.Source.PAGE, by=None)
    return person


@pytest.fixture
def token(group, contact):
    return make_token(PURPOSE, group.pk, contact.pk, 1)


@pytest.fixture
def browser():
    """Somebody without session or cookies, of whom no form token is known."""
    return Client(enforce_csrf_checks=True)


def is_member(contact):
    return Membership.objects.filter(contact=contact).exists()


def test_the_page_names_group_and_masked_address_and_changes_nothing(browser, token, contact):
    html = browser.get(f"/u/{token}").content.decode()
    assert "Unsubscribe from “Weekly newsletter”?" in html
    assert "an***@ex***.net" in html
    assert "anna@example.net" not in html
    assert is_member(contact)


def test_the_button_unsubscribes_for_good(browser, token, contact, group):
    html = browser.post(f"/u/{token}").content.decode()
    assert "You are unsubscribed" in html
    assert "Was it a mistake?" in html
    assert not is_member(contact)
    assert OptOut.objects.get(contact=contact, group=group).source == "link"


def test_pressing_twice_is_the_same_as_once(browser, token, contact):
    assert browser.post(f"/u/{token}").status_code == browser.post(f"/u/{token}").status_code == 200
    assert OptOut.objects.filter(contact=contact).count() == 1


def test_a_link_in_an_old_message_works_for_who_was_merged_meanwhile(browser, token, contact, group):
    kept, _ = create_or_update("new@example.net", {}, by=None)
    merge(kept, contact, by=None)
    browser.post(f"/u/{token}")
    assert OptOut.objects.get(contact=kept, group=group).source == "link"
    assert not is_member(kept)


def test_a_mail_program_unsubscribes_with_one_post(browser, token, contact, group):
    assert browser.post(f"/u1/{token}", ONE_CLICK).status_code == 200
    assert OptOut.objects.get(contact=contact, group=group).source == "one-click"


def test_a_mail_program_may_post_either_kind_of_form(browser, token, contact):
    body, kind = "List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"
    assert browser.post(f"/u1/{token}", body, content_type=kind).status_code == 200
    assert not is_member(contact)


@pytest.mark.parametrize("body", [{}, {"List-Unsubscribe": "Two-Clicks"}])
def test_a_post_that_is_no_one_click_changes_nothing(browser, token, contact, body):
    assert browser.post(f"/u1/{token}", body).status_code == 400
    assert is_member(contact)


def test_opening_the_one_click_address_leads_to_the_page(browser, token, contact):
    assert browser.get(f"/u1/{token}").url == f"/u/{token}"
    assert is_member(contact)


def test_it_works_when_the_group_is_gone(browser, contact):
    token = make_token(PURPOSE, NOBODY, contact.pk, 1)
    assert "Unsubscribe from these messages?" in browser.get(f"/u/{token}").content.decode()
    assert browser.post(f"/u/{token}").status_code == 200
    assert OptOut.objects.filter(contact=contact, group_id=NOBODY).exists()


def test_it_works_when_the_contact_is_gone(browser, group):
    token = make_token(PURPOSE, group.pk, NOBODY, 1)
    assert browser.get(f"/u/{token}").status_code == 200
    assert "You are unsubscribed" in browser.post(f"/u/{token}").content.decode()
    assert browser.post(f"/u1/{token}", ONE_CLICK).status_code == 200


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("token", ["x", "%00", "%FF%FE", "ä" * 40, "A" * 3000, "-" * 44])
def test_a_damaged_link_is_told(db, browser, method, token):
    response = getattr(browser, method)(f"/u/{token}")
    assert response.status_code == 404
    assert "This link is damaged" in response.content.decode()
    assert browser.post(f"/u1/{token}", ONE_CLICK).status_code == 404


def test_a_token_for_something_else_is_refused(browser, group, contact):
    token = make_token("invitation", group.pk, contact.pk, 1)
    assert browser.post(f"/u/{token}").status_code == 404
    assert is_member(contact)


def test_the_page_speaks_german_to_who_reads_it(browser, token):
    response = browser.get(f"/u/{token}", headers=GERMAN)
    html = response.content.decode()
    assert '<html lang="de">' in html
    assert "Von „Weekly newsletter“ abmelden?" in html
    assert "Accept-Language" in response.headers["Vary"]


def test_the_page_sets_no_cookie_and_is_kept_by_no_cache(browser, token):
    response = browser.get(f"/u/{token}")
    assert not response.cookies
    assert "no-store" in response.headers["Cache-Control"]


def test_a_group_that_is_called_like_markup_is_shown_as_text(browser, group, token):
    group.name = "<img src=x>"
    group.save(update_fields=["name"])
    assert "<img" not in browser.get(f"/u/{token}").content.decode()
    assert "<img" not in browser.post(f"/u/{token}").content.decode()


@given(st.text(max_size=80))
def test_any_text_is_a_bad_token_or_none(text):
    with pytest.raises(BadToken):
        wish_of(text)


@given(st.emails())
def test_a_masked_address_keeps_at_most_half_of_each_part(address):
    local, domain = masked(address).rsplit("@", 1)
    whole_local, whole_domain = address.rsplit("@", 1)
    assert len(local.removesuffix("***")) * 2 <= len(whole_local)
    assert len(domain.split("***")[0]) * 2 <= len(whole_domain)
