"""Push endpoints of contacts."""

import pytest

from tidings.contacts import actions, endpoints, queries
from tidings.contacts.checking import Push
from tidings.contacts.errors import BadEndpoint, IdentityConflict, IdentityTaken, NeverStoredAgain, NoIdentity
from tidings.contacts.merging import merge
from tidings.contacts.models import Contact, PushEndpoint
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


def test_a_contact_may_be_known_by_an_endpoint_alone(db):
    made = actions.create({}, {"first_name": "Ann"}, push=Push("Books", "only"), by=None)
    assert queries.find("only") == made
    assert str(made) == f"contact {made.pk}, by push"
    assert actions.put({"email": "ann@example.com"}, {}, push=Push("Books", "only"), by=None) == (made, False)
    assert Contact.objects.get().email == "ann@example.com"


def test_two_identities_of_different_contacts_are_a_conflict(anna, make_contact):
    make_contact("berta@example.com")
    with pytest.raises(IdentityConflict):
        actions.put({"email": "berta@example.com"}, {}, push=Push("Books", TOKEN), by=None)


def test_an_endpoint_of_somebody_else_makes_no_new_contact(anna):
    with pytest.raises(IdentityTaken, match=f"contact {anna.pk} already"):
        actions.create({"email": "new@example.com"}, {}, push=Push("Books", TOKEN), by=None)
    assert Contact.objects.count() == 1


def test_the_last_identity_stays(db):
    made = actions.create({}, {}, push=Push("Books", "only"), by=None)
    with pytest.raises(NoIdentity):
        endpoints.remove(made, made.push_endpoints.get().pk, by=None)
    assert queries.find("only") == made
    actions.update(made, {"email": "ann@example.com"}, {}, by=None)
    endpoints.remove(made, made.push_endpoints.get().pk, by=None)
    with pytest.raises(NoIdentity):
        actions.update(made, {"email": ""}, {}, by=None)


def test_who_is_known_by_an_endpoint_alone_is_erased_and_never_stored_again(db):
    made = actions.create({}, {}, push=Push("Books", "only"), by=None)
    erase(made, never_again=True, by=None)
    made.refresh_from_db()
    assert (made.has_push, made.external_id.startswith("gone:")) == (False, True)
    with pytest.raises(NeverStoredAgain):
        actions.create({"email": "ann@example.com"}, {}, push=Push("Books", "only"), by=None)


def test_who_is_known_by_an_endpoint_alone_is_merged(anna):
    made = actions.create({}, {"city": "Bonn"}, push=Push("Books", "only"), by=None)
    merge(anna, made, by=None)
    assert queries.find("only") == anna
    assert Contact.objects.get(pk=anna.pk).has_push


def test_it_goes_along_with_its_contact(anna, make_contact):
    kept = make_contact("kept@example.com")
    merge(kept, anna, by=None)
    assert queries.find(TOKEN) == kept
    assert export(kept, by=None)["push_endpoints"][0]["endpoint"] == TOKEN
    erase(kept, by=None)
    assert not PushEndpoint.objects.exists()
