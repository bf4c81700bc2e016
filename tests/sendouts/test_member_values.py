"""Member attributes in messages: a person's value in the group that the message is sent to."""

import pytest

from tidings.attributes.actions import define
from tidings.contacts.models import Contact
from tidings.memberships.models import Membership
from tidings.messaging.personalization.errors import TemplateError
from tidings.sendouts.preview import preview

STORE = 'Your store: {{ member["Store"] | default("any") }}'


@pytest.fixture
def shop(make_group, make_members):
    define("Store", scope="member", by=None)
    group = make_group("Shop")
    make_members(group, ["anna@example.com", "ben@example.com"])
    Membership.objects.filter(contact__email="anna@example.com").update(attributes={"store": "Köln & Bonn"})
    return group


def test_each_copy_has_the_value_of_its_member(shop, make_message, make_sendout, deliver, relay):
    deliver(make_sendout(shop, make_message(text=STORE)))
    assert "Your store: Köln & Bonn" in relay.mail_to("anna@example.com").get_content()
    assert "Your store: any" in relay.mail_to("ben@example.com").get_content()


def test_a_preview_has_it_as_well(shop, make_message):
    anna = Contact.objects.get(email="anna@example.com")
    assert "Köln & Bonn" in preview(make_message(text=STORE), shop, anna).text


def test_a_value_of_another_group_is_not_told(shop, make_group, make_message):
    anna = Contact.objects.get(email="anna@example.com")
    assert "Your store: any" in preview(make_message(text=STORE), make_group("Other"), anna).text


def test_a_name_that_no_member_can_have_is_refused(shop, make_message):
    anna = Contact.objects.get(email="anna@example.com")
    with pytest.raises(TemplateError, match="stor"):
        preview(make_message(text="{{ member.stor }}"), shop, anna)
