"""Every setting stands in the reference, with its default, and nothing else does."""

import re
from dataclasses import fields

import pytest

from tests.architecture.sources import PRODUCT, ROOT
from tidings.config.environment import Environment

REFERENCE = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
SOURCE = (PRODUCT / "config/environment.py").read_text(encoding="utf-8")
READ = dict(
    re.findall(
        r'_(?:text|country|seconds|count|limit|pauses|switch|resolution)\("([A-Z_]+)"(?:, "?([^")]*)"?)?\)',
        SOURCE,
    )
)
ROWS = {row[0]: row[1] for row in re.findall(r"^\| `([A-Z_]+)` \| (.*?) \|", REFERENCE, re.MULTILINE)}
# Read by a part of the program that knows no settings.
OTHERS = {"TIDINGS_PASSWORD"}


def test_every_field_of_the_environment_is_read_from_a_variable():
    assert len(READ) == len(fields(Environment))


def test_the_reference_lists_what_is_read_and_nothing_else():
    assert set(ROWS) == set(READ) | OTHERS


@pytest.mark.parametrize("name", [name for name, default in READ.items() if default])
def test_the_reference_tells_the_default(name):
    default = READ[name].replace("_", "")
    assert default in ROWS[name].replace("`", "").replace("_", "")
