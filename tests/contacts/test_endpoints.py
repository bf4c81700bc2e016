"""Push endpoints of contacts."""

import pytest

from tidings.contacts import endpoints, queries
from tidings.contacts.errors import BadEndpoint, IdentityTaken
from tidings.contacts.merging import merge
from tidings.contacts.models import PushEndpoint
from tidings.contacts.person import erase, export
from tidings.kernel.errors import NotFound

pytestmark = pytest.mark.django_db

TOKEN = "https://push.example.net/send/f1Q9"


@pytest.fixture
def anna(make_contact):
    contact = make_contact("anna@example.com")
    endpoints.add(contact, f" {TOKEN} ", app="Books", by=None)
    return contact


def test_a_contact_has_many_and_is_found_by_each(anna):
    endpoints.add(anna, "token-2", app="Books", by=None)
    assert queries.find("token-2") == queries.find(TOKEN) == anna


def test_the_same_again_changes_nothing(anna):
    endpoints.add(anna, TOKEN, app="Books", by=None)
    assert PushEndpoint.objects.count() == 1


def test_an_endpoint_belongs_to_one_contact(anna, make_contact):
    with pytest.raises(IdentityTaken, match=f"contact {anna.pk} already"):
        endpoints.add(make_contact(), TOKEN, app="Books", by=None)


@pytest.mark.parametrize(
    ("endpoint", "app"),
    [("", "Books"), ("a b", "Books"), ("\u00e4", "Books"), ("x" * 2_001, "B"), ("x", ""), ("x", "b" * 101)],
)
def test_what_is_no_endpoint_is_refused(anna, endpoint, app):
    with pytest.raises(BadEndpoint):
        endpoints.add(anna, endpoint, app=app, by=None)


def test_a_long_endpoint_is_stored(anna):
    assert endpoints.add(anna, "x" * 2_000, app="b" * 100, by=None).pk


def test_an_endpoint_is_removed_once(anna):
    number = PushEndpoint.objects.get().pk
    endpoints.remove(anna, number, by=None)
    with pytest.raises(NotFound):
        endpoints.remove(anna, number, by=None)


def test_it_goes_along_with_its_contact(anna, make_contact):
    kept = make_contact("kept@example.com")
    merge(kept, anna, by=None)
    assert queries.find(TOKEN) == kept
    assert export(kept, by=None)["push_endpoints"][0]["endpoint"] == TOKEN
    erase(kept, by=None)
    assert not PushEndpoint.objects.exists()
