from functools import partial

import pytest

from tests.racing import overtaken
from tidings.groups import attributes
from tidings.groups.attribute_files import FileMode
from tidings.groups.attribute_history import changes, entries
from tidings.groups.errors import BadAttributeFile, BadGroup
from tidings.groups.models import Group
from tidings.groups.rules import attribute_key
from tidings.journal.models import Fact
from tidings.kernel.errors import NotFound
from tidings.locks import actions as locks
from tidings.locks.models import Process
from tidings.messaging.personalization.names import fold_name

pytestmark = pytest.mark.django_db


def values(group: Group) -> dict[str, str]:
    return dict(group.attributes.values_list("name", "value"))


def test_an_attribute_is_set_and_changed_whatever_the_case_of_its_name(make_group):
    group = make_group()
    attributes.put(group, "Price", "10", by=None)
    attributes.put(group, "PRICE", "12", by=None)
    assert values(group) == {"Price": "12"}


def test_who_changed_an_attribute_from_what_to_what_is_kept(make_group, make_user):
    group, anna = make_group(), make_user("Anna")
    attributes.put(group, "Price", "10", by=anna)
    attributes.put(group, "Price", "12", by=anna)
    fact = Fact.objects.filter(verb="group.attribute_set", subject=group.pk).latest("id")
    assert fact.by_id == anna.pk
    assert fact.data == {"name": "Price", "before": "10", "after": "12"}


def test_an_attribute_is_removed_whatever_the_case_of_its_name(make_group):
    group = make_group()
    attributes.put(group, "Price", "10", by=None)
    attributes.remove(group, "price", by=None)
    assert values(group) == {}


def test_removing_an_attribute_that_is_not_there_is_told(make_group):
    with pytest.raises(NotFound, match="There is no group attribute Price"):
        attributes.remove(make_group(), "Price", by=None)


def test_a_price_feed_does_not_wait_for_a_lock(make_group):
    group = make_group()
    locks.begin(Process.Kind.IMPORT, [group.pk], label="people.csv", by=None)
    attributes.put(group, "Price", "10", by=None)
    assert values(group) == {"Price": "10"}


def test_the_same_value_again_is_no_change(make_group):
    group = make_group()
    attributes.put(group, "Price", "10", by=None)
    attributes.put(group, "price", "10", by=None)
    assert Fact.objects.filter(verb="group.attribute_set").count() == 1


@pytest.mark.parametrize(("one", "same"), [("Straße", "STRASSE"), ("ΣΊΣΥΦΟΣ", "σίσυφος"), ("İ", "i\u0307")])
def test_names_compare_as_they_do_in_messages(make_group, one, same):
    group = make_group()
    attributes.put(group, one, "1", by=None)
    attributes.put(group, same, "2", by=None)
    assert values(group) == {one: "2"}
    assert attribute_key(one) == fold_name(same)


def test_a_dotless_i_is_another_letter(make_group):
    group = make_group()
    attributes.put(group, "\u0131", "1", by=None)
    attributes.put(group, "i", "2", by=None)
    assert values(group) == {"\u0131": "1", "i": "2"}


@pytest.mark.parametrize("name", ["name", "Address", "ID"])
def test_no_attribute_takes_a_name_that_each_group_has_anyway(make_group, name):
    with pytest.raises(BadGroup, match="always names the group's own"):
        attributes.put(make_group(), name, "1", by=None)


def test_two_who_set_the_same_new_name_at_once_end_with_one(committed, make_group):
    group = make_group()
    overtaken(
        partial(attributes.put, group, "Price", "10", by=None),
        lambda: attributes.put(group, "PRICE", "12", by=None),
    )
    assert values(group) == {"Price": "12"}


FILE = b"name,value\nPRICE,12\nsize,L\n"


@pytest.fixture
def shop(make_group):
    group = make_group("Shop")
    for name, value in (("Price", "10"), ("Colour", "red")):
        attributes.put(group, name, value, by=None)
    return group


@pytest.mark.parametrize(
    ("mode", "after", "counts"),
    [
        (FileMode.SET, {"Price": "12", "Colour": "red", "size": "L"}, (1, 1, 0, [])),
        (FileMode.ADD, {"Price": "10", "Colour": "red", "size": "L"}, (1, 0, 0, ["PRICE"])),
        (FileMode.REPLACE, {"Price": "12", "size": "L"}, (1, 1, 1, [])),
        (FileMode.DELETE, {"Colour": "red"}, (0, 0, 1, ["size"])),
    ],
)
def test_a_file_does_what_its_mode_says(shop, mode, after, counts):
    outcome = attributes.load(shop, FILE, mode=mode, by=None)
    assert values(shop) == after
    assert (outcome.added, outcome.changed, outcome.removed, outcome.skipped) == counts


def test_the_same_file_again_changes_nothing(shop):
    attributes.load(shop, FILE, by=None)
    facts = Fact.objects.count()
    outcome = attributes.load(shop, FILE, by=None)
    assert (outcome.unchanged, outcome.changes) == (2, [])
    assert Fact.objects.count() == facts


def test_one_bad_line_stops_all_of_the_file(shop):
    with pytest.raises(BadAttributeFile, match="Line 3"):
        attributes.load(shop, b"name,value\nPrice,12\nsize,\n", mode=FileMode.REPLACE, by=None)
    assert values(shop) == {"Price": "10", "Colour": "red"}


def test_a_dry_run_only_tells(shop):
    outcome = attributes.load(shop, FILE, mode=FileMode.REPLACE, by=None, dry_run=True)
    assert outcome.removed == 1
    assert values(shop) == {"Price": "10", "Colour": "red"}


def test_a_file_waits_for_no_lock(shop):
    locks.begin(Process.Kind.IMPORT, [shop.pk], label="people.csv", by=None)
    attributes.load(shop, FILE, by=None)
    assert values(shop)["size"] == "L"


def test_a_file_of_1000_needs_few_questions(shop, django_assert_max_num_queries):
    data = b"name,value\n" + b"".join(b"n%d,1\n" % number for number in range(1_000))
    with django_assert_max_num_queries(12):
        attributes.load(shop, data, mode=FileMode.REPLACE, by=None)
    assert len(values(shop)) == 1_000


def test_two_files_at_once_leave_the_second(committed, shop):
    overtaken(
        partial(attributes.load, shop, FILE, mode=FileMode.REPLACE, by=None),
        lambda: attributes.load(shop, b"name,value\nSize,S\n", mode=FileMode.REPLACE, by=None),
    )
    assert values(shop) == {"size": "S"}


def test_the_history_tells_each_change_with_who_and_what_it_was(shop, make_user):
    anna = make_user("Anna")
    attributes.load(shop, FILE, mode=FileMode.REPLACE, by=anna)
    attributes.remove(shop, "price", by=None)
    found = entries(list(changes(shop).order_by("pk")))[2:]
    assert [(one.by, one.name, one.before, one.after) for one in found] == [
        ("Anna", "Price", "10", "12"),
        ("Anna", "size", None, "L"),
        ("Anna", "Colour", "red", None),
        (None, "Price", "12", None),
    ]


def test_the_history_of_one_attribute_is_found_whatever_the_case(shop, make_group):
    attributes.put(make_group(), "Price", "1", by=None)
    assert [fact.data["after"] for fact in changes(shop, " PRICE ")] == ["10"]


@pytest.mark.parametrize("name", ["\x00", "\ud800"])
def test_a_name_that_no_text_can_hold_is_not_there(shop, name):
    assert attributes.find(shop, name) is None
    assert not changes(shop, name)
    with pytest.raises(BadGroup):
        attributes.put(shop, name, "1", by=None)
