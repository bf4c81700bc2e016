"""Sendouts by the time of each recipient's zone, and limits, on pages."""

import pytest

from tidings.contacts.actions import create_or_update
from tidings.messaging.actions import write
from tidings.sendouts.models import Sendout

ASKED = {"when": "in_their_zone", "at": "2035-11-25T09:00"}


@pytest.fixture
def path(world):
    text = "Hello {{ contact.first_name }} {{ links.unsubscribe }}"
    version = write("Monday", subject="Monday news", text=text, by=world.user)
    return f"/groups/{world.group.pk}/send/{version.message_id}/"


def test_the_review_says_how_many_get_it_at_what_moment(world, path, operator):
    create_or_update("anna.adler@example.net", {"time_zone": "Asia/Tokyo"}, by=None)
    html = operator.get(f"{path}moments/", ASKED).content.decode()
    assert html.count("<tr>") == 1 + 2
    assert '<td class="num">5</td>' in html


@pytest.mark.parametrize("asked", [{"when": "now"}, {"when": "in_their_zone", "at": "soon"}])
def test_it_says_nothing_where_that_was_not_chosen(asked, path, operator):
    assert operator.get(f"{path}moments/", asked).content == b""


def test_a_sendout_goes_at_the_time_of_each_recipients_zone(path, operator):
    operator.post(path, {**ASKED, "last_seen": "0", "despite_warnings": "yes"})
    sendout = Sendout.objects.latest("pk")
    assert (sendout.state, sendout.local_time) == ("scheduled", "2035-11-25T09:00")


def test_a_contacts_page_shows_the_limits_in_force(world, operator):
    create_or_update("anna.adler@example.net", {"message_limit": "2/7"}, by=None)
    html = operator.get(f"/contacts/{world.contact.pk}/").content.decode()
    assert "0 of 9 today" in html
    assert "0 of 2 in 7 days" in html
