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


@pytest.mark.parametrize("prefix", ["ANN", "+4917", "K-", ""])
def test_contacts_are_searched_by_how_an_identity_begins(anna, prefix):
    assert list(queries.search(prefix)) == [anna]


def test_a_search_goes_on_behind_a_contact(make_contact):
    first, second, third = (make_contact(f"a{n}@example.com") for n in range(3))
    assert list(queries.search("a", after=first.pk)) == [second, third]


def test_signs_of_the_database_are_searched_as_they_are(anna):
    assert list(queries.search("%")) == []
    assert list(queries.search("_nna")) == []


def test_nobody_is_kept_without_an_identity():
    with pytest.raises(IntegrityError, match="contacts_reachable"):
        Contact.objects.create(attributes={"first_name": "Nobody"})
