"""Reading a message in a browser, behind the link that stands in each copy."""

import pytest

from tidings.contacts import person
from tidings.memberships.models import Consent, OptOut
from tidings.messaging.actions import write
from tidings.messaging.links import LINK_NAMES, link_maker
from tidings.sendouts.models import Sendout
from tidings.sendouts.snapshot import freeze

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(make_group):
    return make_group()


@pytest.fixture
def anna(make_members, group):
    [anna] = make_members(group, ["anna@example.com"])
    return anna


@pytest.fixture
def sent(group):
    """A sendout of the first of two versions."""
    html = "<p>Dear {{ contact.email }}</p><a href='{{ links.unsubscribe }}'>x</a>"
    version = write("May", subject="Hi", html=html, text="", by=None)
    write("May", subject="Hi", html="<p>Second</p>", text="", message=version.message, by=None)
    frozen = freeze(group, sender_name="", sender_address="")
    return Sendout.objects.create(group=group, version=version, state="finished", frozen=frozen)


@pytest.fixture
def path(group, anna, sent, settings):
    return link_maker(group.pk, sent.pk)(anna.pk)["view"].removeprefix(settings.BASE_URL)


def test_it_shows_the_copy_of_that_recipient_and_version(*, browser, path, sent, group, anna, settings):
    page = browser.get(path).content.decode()
    links = link_maker(group.pk, sent.pk)(anna.pk)
    assert "Dear anna@example.com" in page
    assert links["unsubscribe"] in page
    assert "Second" not in page


def test_reading_changes_nothing_runs_nothing_and_is_kept_by_nobody(browser, path):
    answer = browser.get(path)
    assert (answer.status_code, answer["X-Robots-Tag"]) == (200, "noindex")
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Security-Policy"].startswith("default-src 'none'")
    assert not OptOut.objects.exists()
    assert not Consent.objects.filter(act="unsubscribed").exists()


def test_a_damaged_link_is_told(browser, path):
    assert browser.get(f"{path[:-3]}xxx").status_code == 404


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_was_erased_is_not_shown(browser, path, anna, language):
    person.erase(anna, by=None)
    answer = browser.get(path, headers={"accept-language": language})
    words = {"en": "be shown here", "de": "hier nicht gezeigt"}
    assert answer.status_code == 404
    assert words[language] in answer.content.decode()


def test_a_preview_has_the_link_too_which_leads_nowhere(browser):
    assert "view" in LINK_NAMES
    assert browser.get("/v/preview", follow=True).status_code == 200
