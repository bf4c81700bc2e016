import pytest

from tests.racing import overtaken
from tidings.attributes.actions import define
from tidings.attributes.models import Attribute
from tidings.journal.models import Fact
from tidings.kernel.errors import Refused

pytestmark = pytest.mark.django_db


def test_an_attribute_is_defined_once_whatever_the_case_of_its_name():
    first = define("Shoe size", kind="number", by=None)
    assert define(" shoe  SIZE ", by=None) == first
    assert (first.name, first.type) == ("Shoe size", "number")
    assert Fact.objects.filter(verb="attribute.defined").count() == 1


def test_two_names_are_one_where_the_database_says_so():
    define("Kelvin", by=None)
    assert define("\u212aelvin", by=None).name == "Kelvin"  # the sign for kelvin, a K whose small letter is k


def test_two_who_define_the_same_attribute_at_once_get_one(committed):
    late = overtaken(lambda: define("Shop", by=None), lambda: define("SHOP", by=None))
    assert late == Attribute.objects.get()
    assert Fact.objects.filter(verb="attribute.defined").count() == 1


@pytest.mark.parametrize("name", ["", "  ", "n" * 81, "a\x00b"])
def test_a_name_that_can_not_be_one_is_refused(name):
    with pytest.raises(Refused, match="An attribute"):
        define(name, by=None)
