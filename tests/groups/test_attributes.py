import pytest

from tidings.groups import attributes
from tidings.groups.models import Group
from tidings.journal.models import Fact
from tidings.kernel.errors import NotFound
from tidings.locks import actions as locks
from tidings.locks.models import Process

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
