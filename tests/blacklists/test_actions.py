"""Single entries: added, found, removed, copied with a group, and what becomes of them when a person is erased."""

import hashlib

import pytest

from tests.racing import overtaken
from tidings.blacklists import actions, queries
from tidings.blacklists.errors import AddressBlacklisted, BadPattern
from tidings.blacklists.models import SYSTEM, Entry
from tidings.blacklists.parts import OfContact, OfGroup
from tidings.journal.models import Fact
from tidings.kernel.errors import NotFound
from tidings.locks import actions as locks
from tidings.locks.models import Process

pytestmark = pytest.mark.django_db
ANNA = "anna@example.com"
SHA256 = hashlib.sha256(ANNA.encode()).hexdigest()


def patterns(group=None) -> list[str]:
    return [entry.pattern for entry in queries.entries(group)]


def test_an_entry_says_who_put_it_there_and_why(make_user, make_group):
    user, group = make_user(), make_group()
    entry, is_new = actions.add(
        " Anna@Example.com ", group, reason=" asked  us\n", source=Entry.Source.PAGE, by=user
    )
    assert is_new
    assert (entry.pattern, entry.kind, entry.reason, entry.added_by) == (ANNA, "email", "asked us", user)
    assert entry.scope == group.pk
    assert patterns() == []


def test_the_same_entry_again_changes_nothing(bar):
    first = bar(ANNA, reason="first")
    again, is_new = actions.add("ANNA@example.com", None, source=Entry.Source.API, by=None)
    assert not is_new
    assert (again.pk, again.reason, again.source) == (first.pk, "first", "page")


@pytest.mark.parametrize(
    "raw", ["", "anna", "a b@c.d", "*.com", "\x00@example.com", "'; DROP TABLE users --"]
)
def test_what_names_nobody_is_refused(raw):
    with pytest.raises(BadPattern):
        actions.add(raw, None, source=Entry.Source.PAGE, by=None)
    assert not Entry.objects.exists()


@pytest.mark.parametrize("reason", ["x" * 301, "\x00"])
def test_a_reason_that_cannot_be_kept_is_refused(reason):
    with pytest.raises(BadPattern):
        actions.add(ANNA, None, reason=reason, source=Entry.Source.PAGE, by=None)


@pytest.mark.parametrize("reason", ["<script>alert(1)</script>", "ﷺ 🏳️‍🌈 Zażółć", "%s %(x)s {0}"])
def test_any_reason_is_kept_as_it_is(bar, reason):
    assert queries.find(bar(ANNA, reason=reason).pk).reason == reason


def test_no_lock_refuses_an_entry(bar, make_group):
    group = make_group()
    locks.begin(Process.Kind.IMPORT, [group.pk], label="people.csv", by=None)
    assert actions.remove(bar(ANNA, group), by=None)


def test_the_journal_tells_of_entries_without_a_persons_address(bar):
    actions.remove(bar(ANNA), by=None)
    facts = Fact.objects.order_by("pk").values_list("verb", "subject", "data__pattern")
    assert list(facts) == [("blacklist.added", SYSTEM, SHA256), ("blacklist.removed", SYSTEM, SHA256)]


def test_an_entry_is_removed_once(bar):
    entry = bar(ANNA)
    assert actions.remove(entry, by=None)
    assert not actions.remove(entry, by=None)


def test_two_who_add_the_same_at_once_make_one_entry(committed):
    def add() -> bool:
        return actions.add(ANNA, None, source=Entry.Source.PAGE, by=None)[1]

    assert overtaken(add, add) is False
    assert patterns() == [ANNA]


def test_an_entry_is_found_however_it_is_written(bar, make_group):
    entry = bar("example.com")
    assert queries.find_by("@EXAMPLE.com", None) == entry
    with pytest.raises(NotFound):
        queries.find_by("example.com", make_group())


def test_a_list_is_narrowed_by_beginning_and_kind(bar):
    for pattern in (
        "anna@example.com",
        "anton@example.com",
        "berta@example.com",
        "*.example.com",
        "+491713920000",
    ):
        bar(pattern)
    assert [e.pattern for e in queries.entries(None, prefix=" AN")] == [
        "anna@example.com",
        "anton@example.com",
    ]
    assert [e.pattern for e in queries.entries(None, kind="mobile")] == ["+491713920000"]


@pytest.mark.parametrize(
    ("pattern", "hit"),
    [
        (ANNA, True),
        ("example.com", True),
        ("*.example.com", True),
        (hashlib.md5(ANNA.encode(), usedforsecurity=False).hexdigest(), True),
        (SHA256, True),
        ("mail.example.com", False),
        ("*.mail.example.com", False),
        ("berta@example.com", False),
    ],
)
def test_an_address_is_checked_against_every_kind(bar, pattern, hit):
    entry = bar(pattern)
    assert queries.hits("Anna@example.com") == ([entry] if hit else [])


def test_subdomains_are_hit_only_by_entries_with_a_star(bar):
    bar("example.com")
    star = bar("*.example.com")
    assert queries.hits("anna@deep.mail.example.com") == [star]


def test_a_number_is_checked(bar):
    entry = bar("+49 171 3920000")
    assert queries.hits("0049 1713920000") == [entry]


def test_only_addresses_can_be_checked():
    with pytest.raises(BadPattern):
        queries.hits("example.com")


def test_a_groups_entries_hold_for_that_group_alone(bar, make_group):
    group, other = make_group(), make_group()
    system, own = bar("example.com"), bar(ANNA, group)
    assert queries.hits(ANNA, group) == [system, own]
    assert queries.hits(ANNA, other) == [system]
    assert queries.hits(ANNA) == [system]


def test_a_message_to_one_listed_person_is_refused_with_the_entry(bar, make_group):
    group = make_group()
    bar("*.example.com", group)
    with pytest.raises(AddressBlacklisted, match=r"of group “Newsletter” by the entry “\*\.example\.com”"):
        queries.demand_unlisted(ANNA, None, group)
    queries.demand_unlisted("anna@example.org", None, group)


def test_a_copied_group_keeps_the_same_people_out(bar, make_group, make_user):
    group, copy, user = make_group(), make_group(), make_user()
    bar(ANNA, group, reason="asked us")
    bar("example.org")
    OfGroup.copy(group, copy, user)
    [entry] = queries.entries(copy)
    assert (entry.pattern, entry.reason, entry.source, entry.added_by) == (ANNA, "asked us", "group", user)


def test_a_list_goes_with_its_group(bar, make_group):
    group = make_group()
    bar(ANNA, group)
    bar(ANNA)
    OfGroup.purge(group.pk)
    assert (patterns(group), patterns()) == ([], [ANNA])


def test_an_erased_person_still_gets_nothing(bar, make_contact, make_group):
    anna, group = make_contact(ANNA), make_group()
    bar(ANNA)
    bar(ANNA, group, reason="asked us")
    bar(SHA256, group)
    OfContact.erase(anna)
    assert patterns() == patterns(group) == [SHA256]
    assert queries.hits(ANNA) != []


def test_a_person_is_told_which_entries_of_the_system_hit_them(bar, make_contact, make_group):
    anna = make_contact(ANNA)
    bar("example.com", reason="partner")
    bar(ANNA, make_group())
    [entry] = OfContact.export(anna)["blacklist"]
    assert (entry["pattern"], entry["reason"]) == ("example.com", "partner")
