import pytest

from tests.racing import overtaken
from tidings.attributes import actions
from tidings.attributes.actions import define, ensure
from tidings.attributes.errors import (
    AttributeArchived,
    AttributeInUse,
    AttributeTaken,
    BadDefinition,
)
from tidings.attributes.models import Attribute
from tidings.attributes.queries import catalogue, keys
from tidings.contacts.errors import BadAttribute
from tidings.journal.models import Fact
from tidings.messaging.errors import ArchivedAttribute
from tidings.sendouts import actions as sendouts

pytestmark = pytest.mark.django_db


def test_an_attribute_is_defined_once_whatever_the_case_of_its_name():
    first = define("Shoe size", kind="number", by=None)
    with pytest.raises(AttributeTaken, match="“Shoe size” already, of the type number"):
        define(" shoe  SIZE ", by=None)
    assert (first.name, first.type) == ("Shoe size", "number")
    assert Fact.objects.filter(verb="attribute.defined").count() == 1


@pytest.mark.parametrize(("name", "other"), [("Straße", "STRASSE"), ("Kelvin", "\u212aelvin"), ("ﬁt", "FIT")])
def test_two_names_that_share_a_key_are_one(name, other):
    define(name, by=None)
    with pytest.raises(AttributeTaken):
        define(other, by=None)
    assert ensure(other, by=None).name == name


def test_a_name_may_stand_for_contacts_and_for_members():
    assert define("Store", by=None) != define("Store", scope="member", by=None)


def test_two_who_define_the_same_attribute_at_once_get_one(committed):
    late = overtaken(lambda: ensure("Shop", by=None), lambda: ensure("SHOP", by=None))
    assert late == Attribute.objects.get()
    assert Fact.objects.filter(verb="attribute.defined").count() == 1


@pytest.mark.parametrize(
    "name", ["", "  ", "n" * 81, "a\x00b", "E-Mail", "first_NAME", "Date of birth", "source"]
)
def test_a_name_that_can_not_be_one_is_refused(name):
    with pytest.raises(BadDefinition, match="An attribute"):
        define(name, by=None)


def test_a_name_of_80_characters_is_fine():
    assert define("n" * 80, by=None).name == "n" * 80


@pytest.mark.parametrize(
    "choices", [[], [" "], ["a", "A "], ["c" * 2_001], ["a\x00"], [str(number) for number in range(501)]]
)
def test_choices_that_can_not_be_some_are_refused(choices):
    with pytest.raises(BadDefinition):
        define("Card", kind="choice", choices=choices, by=None)


def test_only_choices_have_choices():
    with pytest.raises(BadDefinition, match="Only an attribute of type choice"):
        define("Card", kind="text", choices=["gold"], by=None)


def test_its_spelling_may_change_and_its_name_not():
    shoe = define("shoe size", by=None)
    assert actions.respell(shoe, "Shoe  Size", by=None).name == "Shoe Size"
    with pytest.raises(BadDefinition, match="Only case and spaces"):
        actions.respell(shoe, "Boot size", by=None)


def test_a_choice_can_be_added(make_contact):
    card = define("Card", kind="choice", choices=["gold"], by=None)
    actions.add_choice(card, "silver", by=None)
    assert make_contact(card="SILVER").attributes == {"card": "silver"}


def test_a_choice_that_somebody_has_stays(make_contact):
    card = define("Card", kind="choice", choices=["gold", "silver"], by=None)
    make_contact(card="gold")
    with pytest.raises(AttributeInUse, match="gold"):
        actions.remove_choice(card, "gold", by=None)
    assert actions.remove_choice(card, "silver", by=None).choices == ["gold"]


def test_the_last_choice_stays():
    card = define("Card", kind="choice", choices=["gold"], by=None)
    with pytest.raises(BadDefinition, match="needs choices"):
        actions.remove_choice(card, "gold", by=None)


def test_what_nobody_uses_can_be_deleted(make_contact):
    actions.delete(define("Size", by=None), by=None)
    assert not Attribute.objects.exists()


def test_what_a_contact_has_is_archived_and_not_deleted(make_contact):
    size = define("Size", by=None)
    make_contact(size="L")
    with pytest.raises(AttributeInUse, match=r"contacts who have a value. Archive it"):
        actions.delete(size, by=None)
    actions.archive(size, by=None)
    assert Fact.objects.filter(verb="attribute.archived", subject=size.pk).count() == 1


def test_what_a_message_names_can_not_be_deleted(make_message):
    size = define("Shoe size", by=None)
    make_message("Your shoes", text='Size {{ contact["SHOE SIZE"] }}')
    with pytest.raises(AttributeInUse, match="message “Your shoes”"):
        actions.delete(size, by=None)


def test_an_archived_attribute_takes_no_values_and_keeps_those_it_has(make_contact):
    size = define("Size", by=None)
    person = make_contact(size="L")
    actions.archive(size, by=None)
    with pytest.raises(BadAttribute):
        make_contact(person.email, size="M")
    assert "size" in keys()
    assert "size" not in [one.key for one in catalogue()]
    with pytest.raises(AttributeArchived):
        ensure("SIZE", by=None)


def test_a_message_with_an_archived_attribute_can_not_be_sent(make_group, make_members, make_message):
    size = define("Size", by=None)
    version, group = make_message(text="{{ contact.size }}"), make_group()
    make_members(group, 1)
    actions.archive(size, by=None)
    with pytest.raises(ArchivedAttribute, match="“Size”"):
        sendouts.start(group, version, by=None)
    actions.activate(size, by=None)
    assert sendouts.start(group, version, by=None).pk


def test_archiving_and_activating_twice_changes_nothing():
    size = define("Size", by=None)
    for act in (actions.archive, actions.archive, actions.activate, actions.activate):
        size = act(size, by=None)
    assert Fact.objects.filter(verb__in=["attribute.archived", "attribute.activated"]).count() == 2
