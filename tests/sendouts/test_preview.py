"""A message as one contact gets it, before it is sent, and as whom to look at it."""

import time

import pytest

from tidings.contacts.models import Contact
from tidings.groups import actions as groups
from tidings.kernel.errors import NotFound
from tidings.messaging.personalization.errors import RenderError
from tidings.sendouts.errors import NobodyThere, NobodyWithout
from tidings.sendouts.preview import as_whom, beside, personal_names, preview

pytestmark = pytest.mark.django_db

LONGEST_SECONDS = 0.2
NEWSLETTER = ("<p>Dear {{ contact.first_name }} of {{ contact.city }}</p>" + "<p>News</p>" * 300) * 6


@pytest.fixture
def group(make_group, make_members):
    group = make_group("Shop", address="news@example.org")
    people = make_members(group, [f"p{n}@example.com" for n in range(5)])
    people[0].attributes = {"first_name": "Anna", "last_name": "Adler", "city": "Bonn"}
    people[1].attributes = {"city": "Köln"}
    Contact.objects.bulk_update(people[:2], ["attributes"])
    return group


@pytest.fixture
def anna(group):
    return Contact.objects.get(email="p0@example.com")


def test_it_shows_what_mail_programs_list(group, anna, make_message):
    sender = {"name": "The Shop", "reply_to": "help@example.org", "subject_prefix": "[Shop]"}
    group = groups.update_settings(group, {"sender": sender}, by=None)
    shown = preview(make_message("Hi {{ contact.first_name }}"), group, anna)
    assert (shown.sender, shown.reply_to) == ("The Shop <news@example.org>", "help@example.org")
    assert (shown.to, shown.subject) == ("Anna Adler <p0@example.com>", "[Shop] Hi Anna")


def test_the_first_member_is_shown_unless_somebody_is_named(group, anna):
    assert as_whom(group) == anna
    assert as_whom(group, "p3@example.com").email == "p3@example.com"
    with pytest.raises(NotFound):
        as_whom(group, "nobody@example.com")


def test_who_is_in_no_group_can_be_named(group, make_contact, make_message):
    stranger = make_contact("stranger@example.org", first_name="Sam")
    assert as_whom(group, "stranger@example.org") == stranger
    assert preview(make_message("Hi {{ contact.first_name }}"), group, stranger).subject == "Hi Sam"


def test_members_stand_beside_each_other(group, anna):
    after = beside(group, anna.pk, is_next=True)
    assert after.email == "p1@example.com"
    assert beside(group, after.pk, is_next=False) == anna
    assert beside(group, anna.pk, is_next=False) is None


def test_the_next_one_without_a_value_is_found(group, anna):
    without = as_whom(group, "p0@example.com", without="contact.city")
    assert without.email == "p2@example.com"
    assert as_whom(group, without.email, without="contact.City").email == "p3@example.com"
    assert as_whom(group, "p4@example.com", without="contact.city").email == "p2@example.com"


@pytest.mark.parametrize("placeholder", ["contact.email", "group.price", "links.unsubscribe", "x"])
def test_nobody_without_a_value_is_told(group, placeholder):
    with pytest.raises(NobodyWithout, match="has a value for"):
        as_whom(group, without=placeholder)


def test_an_empty_group_asks_for_a_contact(make_group):
    with pytest.raises(NobodyThere, match="Name a contact, or another group"):
        as_whom(make_group())


def test_the_values_that_can_lack_are_those_of_people(make_message):
    version = make_message(
        "{{ contact.City }}", text="{{ member.store }} {{ group.name }} {{ links.unsubscribe }}"
    )
    assert personal_names(version) == ["contact.city", "member.store"]


def test_what_cannot_be_made_says_why(group, anna, make_message):
    with pytest.raises(RenderError, match='"Bonn" is not a date'):
        preview(make_message(text="{{ contact.city | date }}"), group, anna)


def test_a_preview_of_a_newsletter_takes_less_than_200_ms(group, anna, make_message):
    version = make_message("News for {{ contact.first_name }}", html=NEWSLETTER, text="")
    assert len(version.html) > 20_000
    times = []
    for _ in range(3):
        started = time.thread_time()
        preview(version, group, as_whom(group))
        times.append(time.thread_time() - started)
    assert min(times) < LONGEST_SECONDS
