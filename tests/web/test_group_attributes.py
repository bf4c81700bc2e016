import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.html import escape

from tidings.groups import attributes
from tidings.groups.attribute_files import read


def test_it_sets_a_group_attribute(operator, world):
    address = f"/groups/{world.group.pk}/attributes/"
    assert operator.post(address, {"name": "price", "value": "15.00 EUR"}).url == address
    assert world.group.attributes.get(name="Price").value == "15.00 EUR"


def test_it_says_at_the_form_what_an_attribute_can_not_be(operator, world):
    answer = operator.post(f"/groups/{world.group.pk}/attributes/", {"name": "x" * 101, "value": "1"})
    assert answer.status_code == 200
    assert b"1 to 100 characters" in answer.content


def test_it_removes_a_group_attribute_once(operator, world):
    address = f"/groups/{world.group.pk}/attributes/remove/"
    assert b"is removed" in operator.post(address, {"name": "Price"}, follow=True).content
    assert (
        b"There is no group attribute Price" in operator.post(address, {"name": "Price"}, follow=True).content
    )


@pytest.fixture
def path(world):
    return f"/groups/{world.group.pk}/attributes/"


def values(world):
    return dict(world.group.attributes.values_list("name", "value"))


def test_the_form_begins_with_the_value_that_is_to_be_changed(operator, path):
    assert "12.50 EUR</textarea>" in operator.get(f"{path}?name=price").content.decode()


def test_a_value_of_several_lines_keeps_its_line_ends(operator, world, path):
    operator.post(path, {"name": "hours", "value": "Mon\r\nTue"})
    assert values(world)["hours"] == "Mon\nTue"


def look(operator, path, **form):
    """The page after the first step, and what its form would send."""
    page = operator.post(f"{path}import/", {"mode": "set", "text": "", **form}).content.decode()
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    return page, {"mode": form.get("mode", "set"), "seen": seen[1] if seen else "", "confirmed": "yes"}


def test_a_file_is_shown_before_it_is_used(operator, world, path):
    file = SimpleUploadedFile("prices.csv", b'name,value\nPrice,9 EUR\nnote,"a\r\nb"\n')
    page, confirmed = look(operator, path, mode="replace", file=file)
    assert "1 attribute would be removed" in page
    assert values(world)["Price"] == "12.50 EUR"
    answer = operator.post(f"{path}import/", confirmed, follow=True)
    assert "1 added, 1 changed, 1 removed" in answer.content.decode()
    assert values(world) == {"Price": "9 EUR", "note": "a\r\nb"}


def test_pasted_lines_are_a_file_as_well(operator, world, path):
    _, confirmed = look(operator, path, text="name,value\r\nPrice,9 EUR\r\n")
    operator.post(f"{path}import/", confirmed)
    assert values(world)["Price"] == "9 EUR"


def test_wrong_lines_are_listed_and_nothing_is_changed(operator, world, path):
    page, _ = look(operator, path, text="name,value\nPrice,9 EUR\n,1\n")
    assert "Line 3: The name of a group attribute" in page
    assert values(world)["Price"] == "12.50 EUR"


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({}, "Choose a file, or paste its lines."),
        ({"text": "price,1"}, "Its first line has to be"),
        ({"seen": "no base64", "confirmed": "yes"}, "Choose it again"),
    ],
)
def test_what_can_not_be_a_file_is_told_at_the_form(operator, path, form, told):
    assert told in look(operator, path, **form)[0]


@pytest.mark.parametrize("layout", ["plain", "engage"])
def test_its_csv_file_can_be_imported_again(operator, world, path, layout):
    answer = operator.get(f"/groups/{world.group.pk}/attributes.csv?layout={layout}")
    assert {row.name: row.value for row in read(answer.content, "set")} == values(world)


def test_the_history_says_who_changed_what(operator, world, path):
    attributes.put(world.group, "Price", "9 EUR", by=world.user)
    (entry,) = operator.get(f"{path}history/?name=price").context["entries"][:1]
    assert (entry.by, entry.before, entry.after) == ("Olga Olsen", "12.50 EUR", "9 EUR")
    lines = b"".join(operator.get(f"{path}history.csv").streaming_content).decode()
    assert "Price,12.50 EUR,9 EUR" in lines


def test_the_history_pages(operator, world, path):
    for number in range(60):
        attributes.put(world.group, "Price", f"{number} EUR", by=world.user)
    first = operator.get(f"{path}history/")
    second = operator.get(f"{path}history/", {"page": first.context["page"].next})
    assert len(first.context["entries"]) == 50
    assert len(second.context["entries"]) == 12


@pytest.mark.parametrize(
    "value", ["<script>alert(1)</script>", "\u202etxt.exe", "👩\u200d👧 Z\u0351algo", "'\"`\\ ﷺ"]
)
def test_any_name_and_value_is_shown_intact(operator, world, path, value):
    attributes.put(world.group, value, value, by=world.user)
    for page in (path, f"{path}history/"):
        text = operator.get(page).content.decode()
        assert escape(value) in text
        assert "<script>alert(1)" not in text
