import pytest

from tidings.attributes.actions import define
from tidings.contacts import actions
from tidings.contacts.errors import BadAddress, BadAttribute
from tidings.contacts.models import Contact
from tidings.journal.models import Fact

pytestmark = pytest.mark.django_db


def test_an_address_makes_one_contact_whatever_its_case():
    first, is_new = actions.create_or_update("Anna@Example.com", {}, by=None)
    second, is_new_again = actions.create_or_update("anna@example.COM", {}, by=None)
    assert (first, is_new, is_new_again) == (second, True, False)
    assert first.email == "anna@example.com"


def test_attributes_are_added_to_those_there_are():
    actions.create_or_update("anna@example.com", {"city": "Berlin", "first_name": "Anna"}, by=None)
    contact, _ = actions.create_or_update("anna@example.com", {"city": "Hamburg"}, by=None)
    contact.refresh_from_db()
    assert contact.attributes == {"city": "Hamburg", "first_name": "Anna"}


def test_a_change_is_a_fact_of_what_changed(make_user):
    anna = make_user("Anna")
    contact, _ = actions.create_or_update("p@example.com", {"city": "Berlin", "first_name": "P"}, by=anna)
    actions.create_or_update("p@example.com", {"city": "Hamburg", "first_name": "P"}, by=anna)
    facts = Fact.objects.filter(subject=contact.pk).order_by("id")
    assert [(f.verb, f.by_id) for f in facts] == [("contact.created", anna.pk), ("contact.updated", anna.pk)]
    assert facts[1].data == {"attributes": {"city": "Hamburg"}}


def test_no_change_is_no_fact():
    for _ in range(3):
        actions.create_or_update("anna@example.com", {"city": "Berlin"}, by=None)
    assert Fact.objects.count() == 1


@pytest.mark.parametrize(
    "address", ["", "anna", "anna@", "a@example.com, b@example.com", "anna@example.com\r\nBcc: x@y.org"]
)
def test_what_is_no_address_is_refused_with_advice(address):
    with pytest.raises(BadAddress, match="can't be used as an e-mail address"):
        actions.create_or_update(address, {}, by=None)
    assert not Contact.objects.exists()


def test_a_contact_is_found_by_the_address_whatever_its_case(make_contact):
    anna = make_contact("anna@example.com")
    assert actions.by_email(" ANNA@example.com ") == anna
    assert actions.by_email("berta@example.com") is None


def test_values_are_stored_in_the_form_of_their_type():
    define("Shoe size", kind="number", by=None)
    define("VIP", kind="boolean", by=None)
    contact, _ = actions.create_or_update(
        "anna@example.com", {"SHOE size": "39", "vip": True, "date_of_birth": "31.12.1990"}, by=None
    )
    contact.refresh_from_db()
    assert contact.attributes == {"shoe size": 39, "vip": True, "date_of_birth": "1990-12-31"}


@pytest.mark.parametrize("size", [39.5, 0.00001, 0, "1234.5"])
def test_a_number_may_come_as_one(size):
    define("Size", kind="number", by=None)
    contact, _ = actions.create_or_update("anna@example.com", {"size": size}, by=None)
    assert contact.attributes == {"size": float(size)}


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("size", "big", "It is not a number"),
        ("size", float("nan"), "It is not a number"),
        ("city", "a\x00b", "control character"),
        ("city", "c" * 2_001, "at most 2,000 characters"),
        ("favourite", "x", "It is none of: .*city"),
        ("mobile", "+491713920000", "It is none of"),
    ],
)
def test_what_is_no_value_is_refused_and_changes_nothing(name, value, why):
    define("Size", kind="number", by=None)
    with pytest.raises(BadAttribute, match=f"“{name}” can't be set: .*{why}"):
        actions.create_or_update("anna@example.com", {"first_name": "Anna", name: value}, by=None)
    assert not Contact.objects.exists()


def test_an_empty_text_takes_an_attribute_away():
    define("Size", kind="number", by=None)
    actions.create_or_update("anna@example.com", {"city": "Berlin", "size": 0, "last_name": ""}, by=None)
    contact, _ = actions.create_or_update("anna@example.com", {"city": " ", "first_name": ""}, by=None)
    contact.refresh_from_db()
    assert contact.attributes == {"size": 0}
