import pytest

from tests.racing import overtaken
from tidings.contacts import actions, queries
from tidings.contacts.errors import CannotMerge
from tidings.contacts.merging import differences, merge
from tidings.contacts.models import Contact
from tidings.journal.models import Fact
from tidings.kernel.errors import NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair():
    kept = actions.create({"email": "anna@example.com"}, {"city": "Berlin", "first_name": "Anna"}, by=None)
    gone = actions.create(
        {"mobile": "+491713920000", "external_id": "K-7", "language": "de"},
        {"city": "Bonn", "last_name": "Adler"},
        by=None,
    )
    return kept, gone


def test_what_the_kept_one_does_not_have_comes_from_the_other(pair):
    kept = merge(*pair, by=None)
    kept.refresh_from_db()
    assert (kept.email, kept.mobile, kept.external_id, kept.language) == (
        "anna@example.com",
        "+491713920000",
        "K-7",
        "de",
    )
    assert kept.attributes == {"city": "Berlin", "first_name": "Anna", "last_name": "Adler"}


def test_where_they_differ_one_chooses(pair):
    assert differences(*pair) == [("city", "Berlin", "Bonn")]
    kept = merge(*pair, take=["CITY"], by=None)
    assert kept.attributes["city"] == "Bonn"


def test_only_what_differs_can_be_chosen(pair):
    with pytest.raises(CannotMerge, match="mobile"):
        merge(*pair, take=["mobile"], by=None)
    assert queries.find("K-7") == pair[1]


def test_the_address_of_the_other_can_be_kept():
    kept = actions.create({"email": "old@example.com"}, {}, by=None)
    gone = actions.create({"email": "new@example.com"}, {}, by=None)
    merge(kept, gone, take=["email"], by=None)
    assert queries.find("new@example.com") == kept
    with pytest.raises(NotFound):
        queries.find("old@example.com")


def test_who_goes_is_found_nowhere_but_by_the_id(pair):
    kept, gone = pair
    merge(kept, gone, by=None)
    assert list(queries.search("").contacts) == [kept]
    assert queries.get(gone.pk) == kept
    assert Contact.objects.get(pk=gone.pk).attributes == {}


def test_a_chain_of_merges_ends_at_the_last(pair):
    first, second = pair
    third = actions.create({"email": "third@example.com"}, {}, by=None)
    merge(second, first, by=None)
    merge(third, second, by=None)
    assert queries.get(first.pk) == queries.get(second.pk) == third
    assert sorted(queries.ids_of(third)) == sorted([first.pk, second.pk, third.pk])


def test_a_contact_is_not_merged_with_itself_or_twice(pair):
    kept, gone = pair
    with pytest.raises(CannotMerge, match="same"):
        merge(kept, kept, by=None)
    merge(kept, gone, by=None)
    with pytest.raises(NotFound):
        merge(kept, gone, by=None)
    assert Fact.objects.get(verb="contact.merged").data == {"gone": gone.pk, "took": []}


def test_two_who_merge_them_the_other_way_round_end_well(committed, pair):
    def other_way():
        try:
            merge(pair[1], pair[0], by=None)
        except NotFound as error:
            return error
        return None

    assert isinstance(overtaken(lambda: merge(*pair, by=None), other_way), NotFound)
    assert queries.living().get() == pair[0]
