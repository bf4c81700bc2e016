"""What is refused: in templates whatever the language doesn't have, in copies whatever goes beyond bounds."""

import time
import tracemalloc

import pytest

from tidings.messaging.personalization import generate
from tidings.messaging.personalization.errors import RenderError, TemplateError
from tidings.messaging.personalization.fold import surroundings
from tidings.messaging.personalization.names import KnownNames, Name
from tidings.messaging.personalization.template import read_template, used_names
from tidings.messaging.personalization.values import Escape

LONGEST_SECONDS = 5
"""For work that takes well under one on an idle machine."""


def fill(source, contact=None, known=None, group=None):
    template = read_template(source, "html", surroundings(group or {}, {}, known), Escape.VALUES)
    return template.text()(contact or {}, {}, {})


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("{{ contact.x() }}", "a call is not part"),
        ("{{ contact.x.upper() }}", "a call is not part"),
        ("{{ range(10) }}", "a call is not part"),
        ("{{ contact.__class__ }}", "two underscores"),
        ('{{ contact["__class__"] }}', "two underscores"),
        ("{{ ''.__class__ }}", "values have no parts"),
        ("{{ contact.x.y }}", "values have no parts"),
        ("{{ contact.x[0] }}", "brackets hold a name"),
        ("{{ contact[contact.x] }}", "brackets hold a name"),
        ("{{ contact.x[1:2] }}", "brackets hold a name"),
        ("{{ 'a' * 1000000000 }}", "arithmetic"),
        ("{{ 9 ** 9 ** 9 }}", "arithmetic"),
        ("{{ contact.x + 1 }}", "arithmetic"),
        ("{{ -contact.x }}", "arithmetic"),
        ("{{ -'a' }}", "arithmetic"),
        ("{{ 'a' ~ 'b' }}", "joining sign"),
        ("{{ {'a': 1} }}", "a dictionary"),
        ("{% set x = 1 %}", "an assignment"),
        ("{% set x %}a{% endset %}", "an assignment"),
        ("{% macro m() %}{% endmacro %}", "a macro"),
        ("{% call m() %}{% endcall %}", "a macro"),
        ("{% include 'x' %}", "another template"),
        ("{% import 'x' as y %}", "another template"),
        ("{% from 'x' import y %}", "another template"),
        ("{% extends 'x' %}", "another template"),
        ("{% block b %}{% endblock %}", "another template"),
        ("{% filter upper %}a{% endfilter %}", "a filter block"),
        ("{% with a = 1 %}{% endwith %}", "a with block"),
        ("{% autoescape false %}{% endautoescape %}", "not part of this language"),
        ("{% for a, b in contact.x %}{% endfor %}", "several variables"),
        ("{% for a in contact.x if a %}{% endfor %}", "Put an if inside"),
        ("{% for a in contact.x recursive %}{% endfor %}", "Put an if inside"),
        ("{% for contact in contact.x %}{% endfor %}", "has a meaning here"),
        ("{% for a in contact.x %}{% for a in contact.y %}{% endfor %}{% endfor %}", "has a meaning here"),
        ("{% for a in contact.x %}{% endfor %}{{ a }}", "a is not known"),
        ("{% for a in contact.x %}{{ loop.index }}{% endfor %}", "loop is not known"),
        ("{{ first_name }}", "Write contact.first_name"),
        ("{{ contact }}", "contact alone is no value"),
        ("{{ self.x }}", "self is not known"),
        ("{{ contact.x | shout }}", "the filter shout is not known. Use one of upper,"),
        ("{{ contact.x | safe }}", "the filter safe is not known"),
        ("{{ contact.x | join(*contact.y) }}", "one by one"),
        ("{{ contact.x | join(**contact.y) }}", "one by one"),
        ("{{ contact.x is divisibleby 3 }}", "Use is defined or is none"),
        ("{{ 1 < contact.x < 3 }}", "Write a < b and b < c"),
        ("{{ contact.x", "Check braces"),
        ("{% if contact.x %}", "Check braces"),
        ("{% trans %}", "unknown tag 'trans'"),
        ("{{ '\\x' }}", "Check braces"),
        ("{% for a in 'abc' %}{% endfor %}", "a loop needs a list"),
        ("{{ 'soon' | date(language='de') }}", '"soon" is not a date'),
    ],
)
def test_it_refuses(source, reason):
    with pytest.raises(TemplateError) as caught:
        read_template(source, "html", surroundings({}, {}), Escape.VALUES).text()({}, {}, {})
    assert reason in str(caught.value)


def test_the_error_names_part_line_and_remedy():
    with pytest.raises(TemplateError) as caught:
        fill("one\ntwo\n{{ contact.x | shout }}")
    assert caught.value.facts["part"] == "html"
    assert caught.value.facts["line"] == 3


def test_an_unknown_attribute_is_refused_with_the_one_that_was_meant():
    with pytest.raises(
        TemplateError, match=r'line 2: contact has no "frist_name"\. Did you mean "First_name"\?'
    ):
        fill("\n{{ contact.frist_name }}", known=KnownNames(contact=["First_name", "city"]))


@pytest.mark.parametrize("root", ["contact", "member", "group", "message", "links"])
def test_unknown_names_of_every_root_are_refused(root):
    known = KnownNames(contact=[], member=[], group=[], message=[], links=[])
    with pytest.raises(TemplateError, match=f'{root} has no "x". Correct it'):
        fill("{{ " + root + ".x }}", known=known)


def test_unknown_names_are_refused_in_branches_that_are_never_taken():
    source = "{% if group.x %}{% for a in contact.y %}{{ contact.z }}{% endfor %}{% endif %}"
    with pytest.raises(TemplateError, match='contact has no "z"'):
        fill(source, known=KnownNames(contact=["y"]))


def test_the_names_in_use_can_be_listed():
    source = '{% for a in contact["Kids"] %}{{ a | default(member.x) }}{% endfor %}{{ links.unsubscribe }}'
    assert used_names(source, "html") == {
        Name("contact", "Kids"),
        Name("member", "x"),
        Name("links", "unsubscribe"),
    }


# Bombs: each must be refused quickly and without taking memory.

BOMBS = {
    "brackets": "{{ " + "(" * 5_000 + "1" + ")" * 5_000 + " }}",
    "lists": "{{ " + "[" * 5_000 + "]" * 5_000 + " }}",
    "not": "{{ " + "not " * 5_000 + "1 }}",
    "filters": "{{ contact.x" + " | upper" * 5_000 + " }}",
    "ifs": "{% if contact.x %}" * 500 + "{% endif %}" * 500,
    "loops": "".join(f"{{% for v{n} in contact.x %}}" for n in range(5)) + "{% endfor %}" * 5,
    "digits": "{{ " + "9" * 10_000 + " }}",
    "placeholders": "{{ contact.x }}" * 1_001,
    "terms": "{{ contact.x " + "or contact.x " * 30_000 + "}}",
    "branches": "{% if contact.x %}" + "{% elif contact.x %}" * 30_000 + "{% endif %}",
    "source": "x" * 1_048_577,
    "unclosed": "{{ contact.x }" * 20_000,
    "open": "{%" * 100_000,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_it_refuses_a_template_that_is_too_much(bomb):
    started = time.process_time()
    with pytest.raises(TemplateError):
        fill(BOMBS[bomb])
    assert time.process_time() - started < LONGEST_SECONDS


@pytest.mark.parametrize(
    ("source", "contact", "reason"),
    [
        ("{% for a in contact.x %}{% endfor %}", {"x": ["a"] * 1_001}, "1,000 are allowed"),
        ("{{ contact.x | join }}", {"x": ["a"] * 1_001}, "1,000 are allowed"),
        ("{{ contact.x | join('-------------') }}", {"x": ["a"] * 1_000}, "joined list has more than 10,000"),
        ("{{ contact.x }}", {"x": ["a" * 10_000] * 1_000}, "joined list has more than 10,000"),
        ("{{ contact.x }}", {"x": "a" * 10_001}, "10,000 are allowed"),
        ("{{ contact.x | truncate }}", {"x": "a" * 10_001}, "10,000 are allowed"),
        ("{{ contact.x | urlencode }}", {"x": "🙂" * 10_000}, "120,000 characters"),
        ("{{ contact.x }}", {"x": 10**5_000}, "too many digits"),
        ("{{ contact.x }}" * 1_000, {"x": "a" * 2_000}, "gets larger than 1,048,576"),
        (
            "{% for a in contact.x %}{{ contact.y }}{% endfor %}",
            {"x": [1] * 1_000, "y": "a" * 9_000},
            "larger than",
        ),
        (
            "{% for a in contact.x %}{% for b in contact.x %}.{% endfor %}{% endfor %}",
            {"x": [1] * 1_000},
            "more than 100,000 steps",
        ),
        (
            (
                "{% for a in contact.x %}{% if a %}{% for b in contact.x %}{% for c in contact.x %}"
                "{% endfor %}{% endfor %}{% endif %}{% endfor %}"
            ),
            {"x": [1] * 1_000},
            "more than 100,000 steps",
        ),
    ],
)
def test_it_refuses_a_copy_that_is_too_much(source, contact, reason):
    tracemalloc.start()
    started = time.process_time()
    with pytest.raises(RenderError, match=reason):
        fill(source, contact)
    assert time.process_time() - started < LONGEST_SECONDS
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 64 * 1_048_576


def test_a_thousand_placeholders_and_a_thousand_items_are_fine():
    assert fill("{{ contact.x }}" * 1_000, {"x": "a"}) == "a" * 1_000
    assert fill("{% for a in contact.x %}{{ a }}{% endfor %}", {"x": ["a"] * 1_000}) == "a" * 1_000


def test_long_conditions_are_fine():
    assert fill("{{ " + "contact.x or " * 500 + "'y' }}") == "y"


def test_loops_end_when_their_time_is_up(monkeypatch):
    monkeypatch.setattr(generate, "MAX_LOOP_SECONDS", -1.0)
    with pytest.raises(RenderError, match="take over -1 seconds"):
        fill("{% for a in contact.x %}{{ a }}{% endfor %}", {"x": ["timed"]})
