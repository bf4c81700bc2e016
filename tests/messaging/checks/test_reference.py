"""docs/reference/checks.md names every finding with its severity."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = ROOT.joinpath("docs/reference/checks.md").read_text(encoding="utf-8")
CODES = {
    code
    for file in ROOT.joinpath("tidings/messaging/checks").glob("*.py")
    for code in re.findall(r'"((?:[a-z]+_)+[a-z]+)"', file.read_text(encoding="utf-8"))
}


def test_codes_are_found_in_the_source():
    assert {"link_broken", "fallback_missing", "html_too_large"} <= CODES


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_finding_stands_on_the_page(code):
    assert f"`{code}`" in PAGE
