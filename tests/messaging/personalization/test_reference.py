"""The examples of docs/reference/personalization.md show what the page says they show."""

import re
from pathlib import Path

import pytest

from tidings.messaging.personalization.filters import FILTERS
from tidings.messaging.personalization.fold import surroundings
from tidings.messaging.personalization.locales import LOCALES
from tidings.messaging.personalization.template import read_template
from tidings.messaging.personalization.values import Escape

PAGE = Path(__file__).parents[3].joinpath("docs/reference/personalization.md").read_text(encoding="utf-8")
ROWS = [row.replace("\\|", "\0") for row in PAGE.splitlines() if row.startswith("|")]
CELLS = [[cell.strip().replace("\0", "|") for cell in row.strip("|").split("|")] for row in ROWS]
EXAMPLES = [(row[2].strip("`"), row[3]) for row in CELLS if len(row) == 4 and "{{" in row[2]]

DATES = [row for row in CELLS if len(row) == 3 and row[0].startswith("`date")]


def fill(source, language="en"):
    template = read_template(source, "text", surroundings({}, {}), Escape.NOTHING)
    return template.text()({"language": language}, {}, {})


@pytest.mark.parametrize(("source", "shown"), EXAMPLES)
def test_an_example_shows_what_the_page_says(source, shown):
    assert fill(source) == shown


@pytest.mark.parametrize(("written", "english", "german"), DATES)
def test_dates_are_shown_as_the_page_says(written, english, german):
    source = '{{ "1990-12-31" | ' + written.strip("`").rpartition("`")[2] + " }}"
    assert (fill(source), fill(source, "de")) == (english, german)


@pytest.mark.parametrize("name", FILTERS)
def test_every_filter_stands_on_the_page(name):
    assert any(re.search(rf"`{name}\b", row[0]) for row in CELLS)


@pytest.mark.parametrize("tag", LOCALES)
def test_every_language_stands_on_the_page(tag):
    assert re.search(f"`{tag}`", PAGE, re.IGNORECASE)
