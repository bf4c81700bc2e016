import pytest
from django.db import IntegrityError

from tidings.contacts import queries
from tidings.contacts.models import Contact
from tidings.kernel.errors import NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna():
    return Contact.objects.create(email="anna@example.com", mobile="+491713920000", external_id="K-7")


@pytest.mark.parametrize("identity", [" Anna@Example.com ", "+491713920000", "K-7"])
def test_a_contact_is_found_by_each_identity(anna, identity):
    assert queries.find(identity) == anna


def test_a_part_of_an_identity_finds_nobody(anna):
    with pytest.raises(NotFound, match="There is no contact anna"):
        queries.find("anna")


@pytest.mark.parametrize(
    "spelling",
    ["+49 171 3920000", "0049 171-392 00 00", "+49 (0)171 3920000", "0171 3920000", "0171/3920000"],
)
def test_a_mobile_number_is_found_in_any_spelling(anna, set_environment, spelling):
    set_environment(country="DE")
    assert queries.find(spelling) == anna
    assert list(queries.search(spelling).contacts) == [anna]


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("+4366412345678", "+43 664 12345678"),
        ("+41791234567", "0041 79 123 45 67"),
        ("+33612345678", "+33 6 12 34 56 78"),
        ("+390312345678", "+39 031 234 5678"),
        ("+34612345678", "+34 612 34 56 78"),
        ("+447700900123", "+44 (0)7700 900123"),
        ("+12025550123", "+1 202-555-0123"),
        ("+5511961234567", "+55 11 96123-4567"),
        ("+919812345678", "0091 98123 45678"),
        ("+819012345678", "+81 90 1234 5678"),
    ],
)
def test_numbers_of_ten_countries_are_found_as_people_write_them(db, number, written):
    contact = Contact.objects.create(mobile=number)
    assert queries.find(written) == contact


@pytest.mark.parametrize("prefix", ["ANN", "+4917", "0049 17", "4917", "K-", ""])
def test_contacts_are_searched_by_how_an_identity_begins(anna, prefix):
    assert list(queries.search(prefix).contacts) == [anna]


def test_who_has_exactly_that_as_another_identity_is_found_as_well(anna):
    other = Contact.objects.create(external_id="+491713920000")
    found = queries.search("+49171")
    assert (list(found.contacts), found.others) == ([anna], [])
    found = queries.search("+491713920000")
    assert (list(found.contacts), found.others) == ([anna], [other])


def test_a_search_is_ordered_by_what_was_found(make_contact):
    for email in ("ac@example.com", "aa@example.com", "ab@example.com"):
        make_contact(email)
    found = queries.search("a")
    assert found.column == "email"
    assert [contact.email[:2] for contact in found.contacts] == ["aa", "ab", "ac"]


@pytest.mark.parametrize("text", ["%", "_nna", "a\\nna", "\u202e", "0", "--"])
def test_signs_of_the_database_are_searched_as_they_are(anna, text):
    assert list(queries.search(text).contacts) == []


def test_nobody_is_kept_without_an_identity():
    with pytest.raises(IntegrityError, match="contacts_reachable"):
        Contact.objects.create(attributes={"first_name": "Nobody"})
