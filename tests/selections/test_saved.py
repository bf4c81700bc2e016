"""Selections that were saved, and who uses them."""

import pytest

from tests.racing import overtaken
from tidings.attributes import actions as attributes
from tidings.attributes import values
from tidings.contacts import person
from tidings.contacts.models import Contact
from tidings.groups import categories
from tidings.journal.models import Fact
from tidings.selections import actions, language, queries, saved
from tidings.selections.errors import (
    BadName,
    BadRule,
    NameTaken,
    SelectionCycle,
    SelectionInUse,
    SelectionsTooDeep,
)
from tidings.selections.models import Selection


@pytest.fixture
def save(db):
    """Saves a rule under a name."""

    def save(name: str, text: str) -> Selection:
        return actions.create(name, language.parse(text), by=None)

    return save


def text_of(selection: Selection) -> str:
    return language.write(language.rule_of(selection.pk))


def test_it_keeps_the_rule_with_numbers_and_shows_it_with_names(save):
    sport = categories.create("Sport", by=None)
    selection = save("Athletes", 'category = "sport"')
    assert selection.rule == f"category = {sport.pk}"
    categories.rename(sport, "Sports", by=None)
    assert text_of(selection) == 'category = "Sports"'


def test_it_notes_who_saved_it(make_user):
    anna = make_user()
    selection = actions.create("Berliners", language.parse("city = Berlin"), by=anna)
    assert selection.owner == anna
    assert Fact.objects.get(verb="selection.created").data == {"name": "Berliners", "rule": 'city = "Berlin"'}


def test_no_two_have_one_name(save):
    save("Berliners", "city = Berlin")
    with pytest.raises(NameTaken):
        save(" BERLINERS ", "city = Berlin")


@pytest.mark.parametrize("name", ["", "  ", "a" * 151, "a\x00b", "a\x1bb"])
def test_it_refuses_what_is_no_name(save, name):
    with pytest.raises(BadName):
        save(name, "city = Berlin")


def test_a_new_name_breaks_nothing_that_uses_it(save, make_contact):
    anna = make_contact(city="Berlin")
    berliners = save("Berliners", "city = Berlin")
    other = save("Other", 'not in selection "berliners"')
    actions.change(berliners, name="People in Berlin", by=None)
    assert text_of(other) == 'not in selection "People in Berlin"'
    assert queries.count(language.rule_of(other.pk)) == 0
    actions.change(berliners, rule=language.parse("city = Bonn"), by=None)
    assert queries.sample(language.rule_of(other.pk)) == [anna]


def test_a_copy_has_the_same_rule(save):
    copy = actions.copy(save("Berliners", "city = Berlin"), "Copy", by=None)
    assert text_of(copy) == 'city = "Berlin"'


def test_what_is_in_use_stays(save):
    berliners = save("Berliners", "city = Berlin")
    other = save("Other", "in selection Berliners and city is not empty")
    assert saved.users(berliners) == [f"selection “Other” ({other.pk})"]
    with pytest.raises(SelectionInUse, match="Other"):
        actions.delete(berliners, by=None)
    actions.delete(other, by=None)
    actions.delete(berliners, by=None)
    assert not Selection.objects.exists()


def test_it_can_not_be_part_of_itself(save):
    first = save("First", "city = Berlin")
    second = save("Second", "in selection First")
    with pytest.raises(SelectionCycle, match="“First” > “Second” > “First”"):
        actions.change(first, rule=language.parse("city = Bonn or in selection Second"), by=None)
    first.refresh_from_db()
    assert first.rule == 'city = "Berlin"'
    with pytest.raises(SelectionCycle):
        actions.change(second, rule=language.parse("in selection Second"), by=None)


def test_selections_in_selections_have_a_bound(save):
    save("S0", "city = Berlin")
    for number in range(9):
        save(f"S{number + 1}", f"in selection S{number}")
    with pytest.raises(SelectionsTooDeep):
        save("S10", "in selection S9")


def test_no_two_changes_at_once_make_a_cycle(committed):
    first = actions.create("First", language.parse("city = Berlin"), by=None)
    second = actions.create("Second", language.parse("city = Bonn"), by=None)
    rules = {
        one.pk: language.parse(f'in selection "{other.name}"')
        for one, other in ((first, second), (second, first))
    }
    with pytest.raises(SelectionCycle):
        overtaken(
            lambda: actions.change(first, rule=rules[first.pk], by=None),
            lambda: actions.change(second, rule=rules[second.pk], by=None),
        )


def test_an_archived_one_goes_on_working_where_it_is_used(save):
    berliners = save("Berliners", "city = Berlin")
    assert actions.archive(berliners, by=None)
    assert not actions.archive(berliners, by=None)
    assert list(saved.listed()) == []
    assert list(saved.listed(is_archived=True)) == [berliners]
    assert queries.count(language.parse("in selection Berliners")) == 0
    assert actions.activate(berliners, by=None)
    assert list(saved.listed(text="LINERS")) == [berliners]


def test_a_rule_that_names_what_is_gone_is_shown_and_not_used(save, make_group):
    group = make_group()
    selection = save("Members", f"member of {group.pk}")
    type(group).objects.filter(pk=group.pk).update(deleted_at="2026-01-01T00:00Z")
    facts = saved.facts(selection, language.catalogue())
    assert facts["fault"].startswith(f"There is no member of {group.pk}.")
    assert facts["text"] == f"member of {group.pk}"
    with pytest.raises(BadRule):
        queries.count(language.parse("in selection Members"))


def test_an_attribute_in_a_selection_is_in_use(save):
    attribute = attributes.define("Shoe size", kind="number", by=None)
    selection = save("Big feet", "shoe size > 45")
    assert values.users(attribute) == [f"selection “Big feet” ({selection.pk})"]


def test_it_is_found_by_name_or_number(save):
    berliners = save("Berliners", "city = Berlin")
    assert saved.find("berliners") == saved.find(str(berliners.pk)) == berliners


def test_an_erased_person_is_named_by_no_rule_and_no_fact_about_one(committed, make_contact, run_jobs):
    anna = make_contact("anna@example.com")
    Contact.objects.filter(pk=anna.pk).update(external_id="C-1")
    text = 'email = "anna@example.com" or external_id in ("C-1", "C-10")'
    selection = actions.create("Anna", language.parse(text), by=None)
    person.erase(queries.sample(language.rule_of(selection.pk))[0], by=None)
    run_jobs()
    selection.refresh_from_db()
    told = f"{selection.rule} {Fact.objects.get(verb='selection.created').data}"
    assert "anna" not in told
    assert '"C-1"' not in told
    assert told.count('"C-10"') == 2
    assert queries.count(language.rule_of(selection.pk)) == 0
