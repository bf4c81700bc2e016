import pytest

from tidings.groups import queries
from tidings.groups.models import Group
from tidings.kernel import clock
from tidings.kernel.errors import NotFound

pytestmark = pytest.mark.django_db


def test_a_group_is_found_by_its_id_and_by_its_address(make_group):
    group = make_group(address="news@example.org")
    assert (
        queries.find(group.pk) == queries.find(str(group.pk)) == queries.find(" NEWS@example.org ") == group
    )


@pytest.mark.parametrize("ref", [0, "", "nobody@example.org", "9" * 40, "-1", "²"])
def test_what_is_no_group_is_told(ref):
    with pytest.raises(NotFound, match="There is no group"):
        queries.find(ref)


def test_groups_are_searched_by_name_address_and_id(make_group):
    spring, summer = (
        make_group("Spring sale", address="one@example.org"),
        make_group("Summer", address="two@example.org"),
    )
    assert list(queries.search("spring")) == [spring]
    assert list(queries.search("TWO@")) == [summer]
    assert spring in queries.search(str(spring.pk))


def test_groups_come_by_name_and_without_archived_ones(make_group):
    late, early, gone = make_group("Zebra"), make_group("Ant"), make_group("Mammoth")
    Group.objects.filter(pk=gone.pk).update(archived_at=clock.now())
    assert list(queries.search()) == [early, late]


def test_groups_are_filtered_by_category_and_channel(make_group):
    shop = make_group("Shop", category="Shops")
    make_group("Club", category="Clubs")
    assert list(queries.search(category=shop.category_id)) == [shop]
    assert list(queries.search(channel="sms")) == []


def test_signs_of_the_database_are_searched_as_they_are(make_group):
    make_group("Spring")
    sale = make_group("50%_off")
    assert list(queries.search("%_")) == [sale]
