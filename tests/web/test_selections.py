"""The pages of selections: the list, and the builder."""

import html
import re

import pytest
from playwright.sync_api import expect

from tidings.selections.models import Selection


def build(operator, **fields) -> str:
    given = {name.replace("__", "."): value for name, value in fields.items()}
    return html.unescape(operator.post("/selections/build/", given).content.decode())


def rule_in(text: str) -> str:
    """The rule that would be saved."""
    return re.search(r'name="rule" value="(.*?)" form="save"', text).group(1)


CITY = {"r.word": "and", "r-0.field": "contact.city", "r-0.relation": "=", "r-0.value": "Berlin"}


def test_the_fields_become_a_rule_and_a_sentence(operator):
    said = build(operator, **CITY)
    assert rule_in(said) == 'city = "Berlin"'
    assert "City is “Berlin”." in said


def test_conditions_and_groups_of_them_are_added_and_removed(operator):
    said = build(operator, **CITY, do="add r")
    assert 'name="r-1.field"' in said
    assert rule_in(said) == 'city = "Berlin"'
    said = build(operator, **CITY, do="nest r")
    assert 'name="r-1.word"' in said
    assert 'name="r-1-0.field"' in said
    assert 'name="r-0.field"' not in build(operator, **CITY, do="drop r-0")


def test_conditions_are_nested_and_denied(operator):
    inside = {
        "r-1.word": "or", "r-1.not": "yes", "r-1-0.field": "contact.city", "r-1-0.relation": "is empty",
        "r-1-1.field": "joined", "r-1-1.relation": "within", "r-1-1.value": ["30", "days"], "r-1-1.not": "yes",
    }  # fmt: skip
    said = build(operator, **CITY, **inside)
    assert rule_in(said) == 'city = "Berlin" and not (city is empty or not joined within 30 days)'


@pytest.mark.parametrize(
    "rule",
    [
        'city in ("Berlin", "Bonn") and (language = "de" or date_of_birth birthday today)',
        "not (joined more than 2 weeks ago or opted out)",
        'member state = "active" and city starts with "B"',
    ],
)
def test_a_text_that_is_read_becomes_the_same_rule_again(operator, rule):
    said = build(operator, do="text", text=rule)
    wanted = rule_in(said)
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input class="form-control"[^>]*name="(r[^"]*)" value="([^"]*)"', said):
        fields.setdefault(name, []).append(value)
    for name, inside in re.findall(r'<select[^>]*name="(r[^"]*)"[^>]*>(.*?)</select>', said, re.DOTALL):
        fields.setdefault(name, []).extend(re.findall(r'value="([^"]*)" selected', inside))
    for name, value in re.findall(r'type="checkbox"[^>]*name="(r[^"]*)" value="([^"]*)" checked', said):
        fields.setdefault(name, []).append(value)
    for name, value in re.findall(r'<textarea class="form-control" [^>]*name="(r[^"]*)"[^>]*>([^<]*)<', said):
        fields.setdefault(name, []).append(value)
    assert rule_in(build(operator, **fields)) == wanted


def test_a_fault_in_the_text_is_shown_at_its_place_and_keeps_the_tree(operator):
    said = build(operator, do="text", text="city = Berlin or", good='city = "Bonn"')
    assert "Here a condition was expected" in said
    assert 'class="rule-picture"' in said
    assert 'value="Bonn"' in said
    assert rule_in(said) == ""


def test_a_condition_says_what_is_wrong_with_it(operator):
    said = build(operator, **{"r.word": "and", "r-0.field": "member of", "r-0.value": "999999"})
    assert "There is no member of 999999." in said
    assert rule_in(said) == ""


def test_a_group_is_shown_by_its_name(operator, world):
    said = build(operator, **{"r.word": "and", "r-0.field": "member of", "r-0.value": str(world.group.pk)})
    assert f'value="{world.group.pk}"' in said
    assert '<span class="quiet">Weekly newsletter</span>' in said


def ask(operator, rule: str, part: str, **more) -> str:
    return html.unescape(
        operator.post("/selections/answer/", {"rule": rule, "part": part, **more}).content.decode()
    )


def test_it_counts_shows_some_and_says_what_each_condition_drops(operator, world):
    rule = f'member of {world.group.pk} and first_name = "Anna"'
    assert "<b>1</b> person" in ask(operator, rule, "count")
    assert "anna.adler@example.net" in ask(operator, rule, "sample")
    drops = ask(operator, rule, "drops")
    assert 'first_name = "Anna"' in drops
    assert "without it 5 more would be chosen" in drops


def test_it_counts_within_a_group(operator, world):
    assert "<b>6</b> people" in ask(operator, 'city = "Berlin"', "count", group=world.group.pk)
    assert "<b>0</b> people" in ask(operator, 'city = "Berlin"', "count", group=world.empty.pk)


def test_it_saves_and_changes_a_selection(operator, world):
    operator.post("/selections/new/", {"name": "Bonners", "rule": "city = Bonn"})
    made = Selection.objects.get(name="Bonners")
    assert (made.rule, made.owner) == ('city = "Bonn"', world.user)
    operator.post(f"/selections/{made.pk}/", {"name": "Ulmers", "rule": "city = Ulm"})
    made.refresh_from_db()
    assert (made.name, made.rule) == ("Ulmers", 'city = "Ulm"')


def test_a_name_that_is_taken_loses_nothing(operator, world):
    said = operator.post("/selections/new/", {"name": "berliners", "rule": "city = Bonn"}).content.decode()
    assert "There is a selection “berliners” already" in said
    assert "city = &quot;Bonn&quot;" in said


def test_an_unfinished_rule_is_not_saved(operator):
    said = operator.post("/selections/new/", {"name": "Nobody", "rule": ""}).content.decode()
    assert "Finish the rule first." in said
    assert not Selection.objects.filter(name="Nobody").exists()


def test_it_copies_archives_and_deletes(operator, world):
    number = world.selection.pk
    operator.post(f"/selections/{number}/copy/")
    assert Selection.objects.get(name="Berliners (copy)").rule == world.selection.rule
    operator.post(f"/selections/{number}/archive/")
    assert "Berliners (copy)" in operator.get("/selections/").content.decode()
    assert f"/selections/{number}/" not in operator.get("/selections/").content.decode()
    operator.post(f"/selections/{number}/archive/", {"do": "activate"})
    operator.post(f"/selections/{number}/delete/")
    assert not Selection.objects.filter(pk=number).exists()


def test_it_says_who_uses_a_selection(operator, world):
    operator.post("/selections/new/", {"name": "Outer", "rule": 'in selection "Berliners"'})
    assert "selection “Outer”" in operator.get(f"/selections/{world.selection.pk}/uses/").content.decode()
    assert "selection “Outer”" in operator.get(f"/selections/{world.selection.pk}/").content.decode()


def test_the_list_becomes_a_file(operator, world):
    lines = b"".join(operator.get("/selections.csv").streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert "Berliners" in lines[1]


def test_the_list_takes_few_queries(operator, world, django_assert_max_num_queries):
    with django_assert_max_num_queries(10):
        operator.get("/selections/")


def test_a_rule_is_built_by_keyboard_and_counted_at_once(tabs):
    page = tabs[390]
    page.goto("/selections/new/")
    page.get_by_label("What to ask").select_option("contact.city")
    value = page.get_by_label("Value")
    value.fill("Berlin")
    value.press("Tab")
    expect(page.locator(".big-number")).to_contain_text("people")
    expect(page.get_by_label("The rule as text")).to_have_value('city = "Berlin"')
    page.get_by_role("button", name="Condition", exact=True).press("Enter")
    expect(page.get_by_label("What to ask").nth(1)).to_be_focused()


def test_the_text_is_edited_and_the_fields_follow(tabs):
    page = tabs[1400]
    page.goto("/selections/new/")
    page.get_by_label("The rule as text").fill("language = de or city = Bonn")
    page.get_by_role("button", name="Read the text").click()
    expect(page.get_by_label("What to ask")).to_have_count(2)
    page.get_by_label("Name").fill("Readers of German")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Readers of German")
