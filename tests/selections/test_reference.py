"""What the reference tells about rules is so."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tidings.attributes import actions as attributes
from tidings.attributes.criteria import Criterion, Thing
from tidings.selections import language, queries
from tidings.selections.errors import BadRule
from tidings.selections.rules.catalogue import Catalogue
from tidings.selections.rules.relations import RELATIONS

REFERENCE = (Path(__file__).parents[2] / "docs/reference/selections.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", REFERENCE, re.MULTILINE | re.DOTALL)
EXAMPLES = [line for kind, block in BLOCKS if not kind for line in block.splitlines()]


@pytest.fixture
def known(db) -> Catalogue:
    """The criteria there are, and everything that the examples name."""
    attributes.define("Card", scope="member", by=None)
    return Catalogue(map(_finding, language.catalogue().criteria.values()))


def _finding(criterion: Criterion) -> Criterion:
    def find(ref: int | str) -> Thing:
        return Thing(ref if isinstance(ref, int) else 1, str(ref))

    scope = criterion.scope and replace(criterion.scope, find=find)
    return replace(criterion, find=criterion.find and find, scope=scope)


def test_there_are_examples():
    assert len(EXAMPLES) > 25


@pytest.mark.parametrize("text", [text for text in EXAMPLES if "in selection" not in text])
def test_an_example_is_a_rule_that_runs(known, text):
    rule = language.parse(text, known)
    assert language.parse(language.write(rule, known), known) == rule
    assert queries.count(rule) == 0


def test_the_example_in_json_is_a_rule(known):
    [example] = [json.loads(block) for kind, block in BLOCKS if kind == "json"]
    assert language.to_json(language.from_json(example, known)) == example


def test_the_example_of_a_fault_is_what_is_said(known):
    [example] = [block for kind, block in BLOCKS if kind == "text"]
    with pytest.raises(BadRule) as fault:
        language.parse(example.splitlines()[1], known)
    assert f"{fault.value}\n{fault.value.picture}\n" == example


def test_it_names_every_criterion(known):
    fixed = [one.name for one in known.criteria.values() if "." not in one.name]
    assert [name for name in fixed if f"`{name}" not in REFERENCE] == []


def test_it_names_every_relation():
    tables = REFERENCE.replace("…", "").replace(" ", "")
    relations = {str(one).removesuffix(" ago") for kind in RELATIONS.values() for one in kind}
    unwritten = {"is", "in the future"}
    assert [one for one in relations - unwritten if one.replace(" ", "") not in tables] == []
