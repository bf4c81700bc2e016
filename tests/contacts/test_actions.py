import pytest

from tests.racing import overtaken
from tidings.attributes.actions import define
from tidings.contacts import actions
from tidings.contacts.errors import (
    BadAddress,
    BadAttribute,
    BadIdentity,
    ChangedMeanwhile,
    IdentityConflict,
    IdentityTaken,
    NoIdentity,
)
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


def test_a_contact_may_have_any_identity():
    contact = actions.create(
        {"mobile": "+49 171 3920000", "external_id": " K-7 ", "language": "German"}, {}, by=None
    )
    contact.refresh_from_db()
    assert (contact.email, contact.mobile, contact.external_id, contact.language) == (
        None,
        "+491713920000",
        "K-7",
        "de",
    )


@pytest.mark.parametrize("columns", [{}, {"email": " "}, {"language": "de"}])
def test_a_contact_without_an_identity_is_refused(columns):
    with pytest.raises(NoIdentity):
        actions.create(columns, {}, by=None)


@pytest.mark.parametrize(
    "columns",
    [
        {"mobile": "0171 3920000"},
        {"mobile": "+49"},
        {"external_id": "x" * 256},
        {"external_id": "a\nb"},
        {"language": "Klingonisch!"},
    ],
)
def test_what_is_no_identity_is_refused(columns):
    with pytest.raises(BadIdentity):
        actions.create({"email": "anna@example.com"} | columns, {}, by=None)
    assert not Contact.objects.exists()


def test_an_identity_belongs_to_one_contact(make_contact):
    anna, berta = make_contact("anna@example.com"), make_contact("berta@example.com")
    with pytest.raises(IdentityTaken, match=f"contact {anna.pk} already"):
        actions.create({"email": "ANNA@example.com"}, {}, by=None)
    with pytest.raises(IdentityTaken, match=f"contact {anna.pk} already"):
        actions.update(berta, {"email": "anna@example.com"}, {}, by=None)
    berta.refresh_from_db()
    assert berta.email == "berta@example.com"


def test_identities_are_changed_and_taken_away(make_contact):
    anna = make_contact("anna@example.com")
    actions.update(anna, {"mobile": "+491713920000", "email": ""}, {"city": "Berlin"}, by=None)
    anna.refresh_from_db()
    assert (anna.email, anna.mobile, anna.attributes) == (None, "+491713920000", {"city": "Berlin"})
    assert Fact.objects.get(verb="contact.updated").data == {
        "columns": {"mobile": "+491713920000", "email": None},
        "attributes": {"city": "Berlin"},
    }


def test_the_last_identity_stays(make_contact):
    anna = make_contact("anna@example.com")
    with pytest.raises(NoIdentity):
        actions.update(anna, {"email": ""}, {}, by=None)


def test_who_saves_later_does_not_undo_what_another_one_changed(make_contact):
    anna = make_contact("anna@example.com")
    seen = anna.updated_at
    actions.update(anna, {}, {"city": "Berlin"}, seen=seen, by=None)
    with pytest.raises(ChangedMeanwhile):
        actions.update(anna, {}, {"city": "Hamburg"}, seen=seen, by=None)


def test_a_contact_is_known_by_any_identity(make_contact):
    anna = make_contact("anna@example.com")
    found, is_new = actions.put({"email": "anna@example.com", "external_id": "K-7"}, {}, by=None)
    assert (found, is_new) == (anna, False)
    found, is_new = actions.put({"external_id": "K-7", "mobile": "+491713920000"}, {}, by=None)
    assert (found, is_new, found.mobile) == (anna, False, "+491713920000")


def test_identities_of_two_contacts_are_a_conflict(make_contact):
    make_contact("anna@example.com")
    actions.create({"external_id": "K-7"}, {}, by=None)
    with pytest.raises(IdentityConflict, match=r"anna@example\.com"):
        actions.put({"email": "anna@example.com", "external_id": "K-7"}, {}, by=None)


def test_two_who_create_one_contact_at_once_get_one(committed):
    def put(city):
        return actions.put({"email": "anna@example.com"}, {"city": city}, by=None)

    late, is_new = overtaken(lambda: put("Berlin"), lambda: put("Hamburg"))
    assert (late, is_new) == (Contact.objects.get(), False)
    assert late.attributes == {"city": "Hamburg"}


DATES = ["1990-12-31", "31.12.1990", "12/31/1990", "31/12/1990", "1990-12-31T00:00:00Z"]


@pytest.mark.parametrize("date", DATES)
def test_a_date_may_be_written_in_five_ways(date):
    contact, _ = actions.create_or_update("anna@example.com", {"date_of_birth": date}, by=None)
    assert contact.attributes == {"date_of_birth": "1990-12-31"}


@pytest.mark.parametrize(
    "date", ["29.02.2023", "0000-01-01", "1990-13-01", "31.04.1990", "03/04/1990", "yesterday"]
)
def test_a_date_that_there_never_was_is_refused(date):
    with pytest.raises(BadAttribute, match="date_of_birth"):
        actions.create_or_update("anna@example.com", {"date_of_birth": date}, by=None)


def test_the_29th_of_february_is_a_date_in_a_leap_year():
    contact, _ = actions.create_or_update("anna@example.com", {"date_of_birth": "29.2.2024"}, by=None)
    assert contact.attributes == {"date_of_birth": "2024-02-29"}


NAUGHTY = [
    "﷽",
    "\u202eevil\u202c",
    "Z̛̗͇̣͖ä͉̲l̝̼g̫o",
    "👩‍👩‍👧‍👦",
    "'; DROP TABLE contacts; --",
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "%s %(x)s",
    "undefined",
    "null",
    "\\N",
    "=1+1",
]


@pytest.mark.parametrize("text", NAUGHTY)
def test_naughty_texts_are_stored_as_they_are(text):
    contact, _ = actions.put({"external_id": text}, {"first_name": text}, by=None)
    contact.refresh_from_db()
    assert (contact.external_id, contact.attributes) == (text, {"first_name": text})


def test_a_text_may_have_2000_characters():
    contact, _ = actions.create_or_update("anna@example.com", {"city": "c" * 2_000}, by=None)
    assert len(contact.attributes["city"]) == 2_000
