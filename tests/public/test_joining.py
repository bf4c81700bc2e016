"""The public form and the page to confirm: safe against scanners, and nobody learns who is a member."""

import pytest

from tests.racing import overtaken
from tidings.contacts import actions as contacts
from tidings.contacts.models import Contact
from tidings.kernel import clock
from tidings.kernel.signing import make_token
from tidings.memberships.form_limit import REQUESTS_AT_MOST
from tidings.memberships.models import Consent, Letter, Membership
from tidings.messaging.links import confirm_link, form_link

pytestmark = pytest.mark.django_db

ANNA = "anna@example.net"
GERMAN = {"accept-language": "de-DE,de;q=0.9"}


def path(link: str) -> str:
    return "/" + link.split("/", 3)[3]


@pytest.fixture
def group(make_public_group):
    return make_public_group()


@pytest.fixture
def ask(browser, group):
    def ask(email=ANNA, **rest):
        return browser.post(path(form_link(group.pk)), {"email": email}, **rest)

    return ask


@pytest.fixture
def link(ask, group) -> str:
    """Where Anna confirms."""
    ask()
    return link_of(group, "asked")


def link_of(group, act: str, email: str = ANNA) -> str:
    asked = Consent.objects.get(act=act)
    return path(confirm_link(group.pk, asked.contact, asked.pk, email))


def states() -> list[str]:
    return list(Membership.objects.values_list("state", flat=True))


def test_the_form_names_the_group_and_changes_nothing(browser, group):
    html = browser.get(path(form_link(group.pk))).content.decode()
    assert "<h1>Weekly newsletter</h1>" in html
    assert not Contact.objects.exists()


def test_who_sends_the_form_is_pending_and_owed_a_letter(ask):
    html = ask(headers={"X-Forwarded-For": "198.51.100.9"}).content.decode()
    assert "Thank you" in html
    assert states() == ["pending"]
    asked = Consent.objects.get()
    assert (asked.act, asked.source, asked.ip) == ("asked", "form", "198.51.100.9")
    assert Letter.objects.get().kind == "confirm"


def test_the_answer_is_the_same_for_members_and_strangers(ask, browser, link):
    browser.post(link)
    assert ask().content == ask("new@example.net").content


def test_the_answer_is_the_same_when_no_letter_goes_out_any_more(ask):
    answers = {ask().content for _ in range(6)}
    assert len(answers) == 1
    assert Letter.objects.count() == 3


@pytest.mark.parametrize("email", ["", "anna", "anna@", "a b@example.net", "x" * 400, "\x00@example.net"])
def test_what_is_no_address_is_told_and_changes_nothing(ask, email):
    response = ask(email)
    assert response.status_code == 200
    assert 'role="alert"' in response.content.decode()
    assert not Contact.objects.exists()


def test_a_program_that_fills_in_every_field_gets_nowhere(browser, group):
    response = browser.post(path(form_link(group.pk)), {"email": ANNA, "website": "https://spam.example"})
    assert "Thank you" in response.content.decode()
    assert not Contact.objects.exists()


def test_a_network_address_may_send_it_twenty_times_an_hour(ask):
    for number in range(REQUESTS_AT_MOST):
        assert ask(f"p{number}@example.net").status_code == 200
    assert ask("one-more@example.net").status_code == 429
    assert not Contact.objects.filter(email="one-more@example.net").exists()
    assert ask("else@example.net", headers={"X-Forwarded-For": "198.51.100.9"}).status_code == 200


@pytest.mark.parametrize("closed", ["no form", "archived", "gone"])
def test_a_form_that_is_closed_looks_like_none(browser, group, closed):
    if closed == "gone":
        group.delete()
    elif closed == "archived":
        type(group).objects.update(archived_at=clock.now())
    else:
        type(group).objects.update(settings={})
    for method in (browser.get, browser.post):
        response = method(path(form_link(1 if closed == "gone" else group.pk)))
        assert response.status_code == 404
        assert "There is no form here" in response.content.decode()


@pytest.mark.parametrize("where", ["s", "c", "p"])
@pytest.mark.parametrize("token", ["x", "%00", "ä" * 40, "A" * 3000, "-" * 44])
def test_a_damaged_link_is_told(browser, where, token):
    for method in (browser.get, browser.post):
        response = method(f"/{where}/{token}")
        assert response.status_code == 404
        assert "This link is damaged" in response.content.decode()


def test_a_token_for_something_else_opens_nothing(browser, group):
    other = make_token("link", group.pk, 1, 1)
    assert browser.post(f"/c/{other}").status_code == 404
    assert browser.post(f"/s/{make_token('link', group.pk)}").status_code == 404


def test_opening_the_link_confirms_nothing(browser, link):
    html = browser.get(link).content.decode()
    assert "I want to get the messages of “Weekly newsletter”." in html
    assert "an***@ex***.net" in html
    assert ANNA not in html
    assert states() == ["pending"]


def test_the_button_confirms_and_keeps_what_was_read(browser, link):
    assert "it is confirmed" in browser.post(link).content.decode()
    assert states() == ["active"]
    confirmed = Consent.objects.get(act="confirmed")
    assert (confirmed.ip, confirmed.text.body) == (
        "127.0.0.1",
        "I want to get the messages of “Weekly newsletter”.",
    )


def test_pressing_twice_is_the_same_as_once(browser, link):
    assert browser.post(link).content == browser.post(link).content
    assert Consent.objects.filter(act="confirmed").count() == 1


def test_of_two_who_press_at_once_both_are_told_it_is_done(committed, browser, link):
    late = overtaken(lambda: browser.post(link), lambda: type(browser)().post(link))
    assert "it is confirmed" in late.content.decode()
    assert Consent.objects.filter(act="confirmed").count() == 1


def test_where_joins_need_approval_the_page_says_so(browser, make_public_group):
    group = make_public_group(needs_approval=True)
    browser.post(path(form_link(group.pk)), {"email": ANNA})
    link = link_of(group, "asked")
    assert "will look at your request" in browser.post(link).content.decode()
    assert states() == ["awaiting_approval"]


def test_a_link_confirms_only_the_address_it_was_sent_to(browser, link, group):
    anna = Contact.objects.get()
    contacts.update(anna, {"email": "new@example.net"}, {}, by=None)
    for method in (browser.get, browser.post):
        assert method(link).status_code == 410
    assert states() == ["pending"]
    renewed = Consent.objects.get(source="changed request")
    browser.post(path(confirm_link(group.pk, anna.pk, renewed.pk, "new@example.net")))
    assert states() == ["active"]


@pytest.mark.parametrize("gone", ["membership", "group", "contact", "archived"])
def test_what_can_not_be_confirmed_any_more_is_told(browser, link, group, gone):
    match gone:
        case "membership":
            Membership.objects.all().delete()
        case "group":
            group.delete()
        case "contact":
            Contact.objects.all().delete()
        case "archived":
            type(group).objects.update(archived_at=clock.now())
    response = browser.post(link)
    assert response.status_code == 410
    assert "nothing to confirm any more" in response.content.decode()


def test_the_pages_speak_german_to_who_reads_it(browser, group, ask):
    assert "Abonnieren" in browser.get(path(form_link(group.pk)), headers=GERMAN).content.decode()
    assert "Vielen Dank" in ask(headers=GERMAN).content.decode()
    assert Letter.objects.get().text.subject.startswith("Bitte bestätigen")


def test_the_pages_set_no_cookie_and_are_kept_by_no_cache(browser, group, link):
    for where in (path(form_link(group.pk)), link):
        response = browser.get(where)
        assert not response.cookies
        assert "no-store" in response.headers["Cache-Control"]


def test_a_group_that_is_called_like_markup_is_shown_as_text(browser, make_public_group):
    group = make_public_group("<img src=x>")
    assert "<img" not in browser.get(path(form_link(group.pk))).content.decode()
    assert "<img" not in browser.post(path(form_link(group.pk)), {"email": ANNA}).content.decode()
