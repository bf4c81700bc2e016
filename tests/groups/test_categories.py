import pytest

from tests.naughty import NAUGHTY
from tidings.groups import actions, categories
from tidings.groups.errors import BadGroup, CategoryTaken
from tidings.groups.models import Category, Group
from tidings.groups.queries import categories as listed
from tidings.groups.queries import find_category
from tidings.journal.models import Fact
from tidings.kernel.errors import NotFound

pytestmark = pytest.mark.django_db


def numbers() -> dict[str, int]:
    return {category.name: category.number for category in listed()}


def test_any_name_is_kept_as_it_is():
    for text in NAUGHTY:
        assert find_category(categories.create(text, by=None).pk).name == text


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "two\nlines", "NUL\x00"])
def test_a_name_that_can_not_be_is_refused(name):
    with pytest.raises(BadGroup, match="The name of a category"):
        categories.create(name, by=None)


def test_a_name_is_taken_once_whatever_its_case():
    categories.create("Retail", by=None)
    other = categories.create("Shops", by=None)
    with pytest.raises(CategoryTaken):
        categories.create("RETAIL", by=None)
    with pytest.raises(CategoryTaken):
        categories.rename(other, "retail", by=None)
    assert set(numbers()) == {"Retail", "Shops"}


def test_its_name_may_change_its_case():
    assert categories.rename(categories.create("Retail", by=None), "RETAIL", by=None).name == "RETAIL"


def test_its_groups_keep_it_when_it_is_renamed(make_group):
    group = make_group(category="Retail")
    categories.rename(find_category("retail"), "Shops", by=None)
    assert Group.objects.get(pk=group.pk).category.name == "Shops"


def test_its_groups_become_uncategorised_when_it_is_deleted(make_group):
    group, other = make_group(category="Retail"), make_group(category="Other")
    assert categories.delete(find_category("Retail"), by=None) == 1
    assert Group.objects.get(pk=group.pk).category is None
    assert Group.objects.get(pk=other.pk).category.name == "Other"


def test_each_has_its_number_of_groups(make_group):
    categories.create("Empty", by=None)
    make_group(category="Retail")
    make_group(category="Retail")
    gone = make_group(category="Retail")
    Group.objects.filter(pk=gone.pk).update(deleted_at="2026-01-01T00:00Z", address=None)
    assert numbers() == {"Empty": 0, "Retail": 2}


def test_a_group_gets_changes_and_loses_it_in_its_settings(make_group):
    group = make_group()
    for name in ("Retail", "Service", ""):
        actions.update_settings(group, {"general": {"category": name}}, by=None)
        category = Group.objects.get(pk=group.pk).category
        assert (category.name if category else "") == name


def test_what_happens_to_it_is_kept(make_user):
    anna = make_user()
    category = categories.create("Retail", by=anna)
    number = category.pk
    categories.delete(categories.rename(category, "Shops", by=anna), by=anna)
    facts = Fact.objects.filter(subject=number, verb__startswith="category.").order_by("pk")
    assert [fact.verb for fact in facts] == ["category.created", "category.renamed", "category.deleted"]
    assert facts[2].data == {"name": "Shops", "groups": 0}


def test_one_that_there_is_not_is_told():
    with pytest.raises(NotFound, match="There is no category Retail"):
        find_category("Retail")
    assert not Category.objects.exists()
