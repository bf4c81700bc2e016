"""What each construct of the language gives."""

import pytest

from tidings.messaging.personalization.errors import RenderError
from tidings.messaging.personalization.fold import surroundings
from tidings.messaging.personalization.names import KnownNames
from tidings.messaging.personalization.template import read_template
from tidings.messaging.personalization.values import Escape

GROUP = {"Price": 12.5, "stores": ["Berlin", "Köln"], "Note": "a & b"}


def fill(source, contact=None, *, escape=Escape.NOTHING, known=None, language=None, **values):
    around = surroundings(GROUP, {"subject": "News", "language": language}, known)
    template = read_template(source, "text", around, escape)
    return template.text()(contact or {}, values.get("member", {}), values.get("links", {}))


def test_a_placeholder_gives_the_value():
    assert fill("Hi {{ contact.first_name }}!", {"first_name": "Anna"}) == "Hi Anna!"


def test_a_missing_and_an_empty_value_give_nothing():
    assert fill("[{{ contact.a }}{{ contact.b }}]", {"b": None}) == "[]"


@pytest.mark.parametrize("contact", [{}, {"name": None}, {"name": ""}])
def test_default_stands_in_for_missing_and_empty_values(contact):
    assert fill('{{ contact.name | default("friend") }}', contact) == "friend"


def test_default_leaves_zero_and_false_unless_told_otherwise():
    assert fill('{{ contact.n | default("x") }}{{ contact.n | default("x", true) }}', {"n": 0}) == "0x"


def test_default_may_be_another_attribute():
    source = "{{ contact.nickname | default(contact.first_name) }}"
    assert fill(source, {"first_name": "Anna"}) == "Anna"


def test_names_ignore_case():
    assert fill('{{ contact["SHOE Size"] }} {{ group.pRiCe }}', {"shoe size": 42}) == "42 12.5"


def test_known_names_lead_to_the_stored_spelling():
    known = KnownNames(contact=["Shoe Size"], group=["Price"])
    assert fill('{{ contact["shoe size"] }}', {"Shoe Size": 42}, known=known) == "42"


def test_spaces_and_underscores_are_different_names():
    assert fill("[{{ contact.shoe_size }}]", {"shoe size": 42}) == "[]"


def test_every_root_can_be_used():
    source = "{{ member.store }} {{ message.subject }} {{ links.unsubscribe }}"
    assert fill(source, member={"store": "Bonn"}, links={"unsubscribe": "https://x"}) == "Bonn News https://x"


def test_html_escapes_values_and_not_the_template():
    source = '<b title="{{ contact.x }}">{{ group.note }}</b>'
    assert fill(source, {"x": "\"<&>'"}, escape=Escape.VALUES) == (
        '<b title="&#34;&lt;&amp;&gt;&#39;">a &amp; b</b>'
    )


def test_text_is_not_escaped():
    assert fill("{{ contact.x }}{{ group.note }}", {"x": "<&>"}) == "<&>a & b"


@pytest.mark.parametrize(("gender", "said"), [("f", "Ms"), ("m", "Mr"), (None, "Dear")])
def test_the_first_branch_that_holds_is_taken(gender, said):
    source = '{% if contact.gender == "f" %}Ms{% elif contact.gender == "m" %}Mr{% else %}Dear{% endif %}'
    assert fill(source, {"gender": gender}) == said


def test_a_choice_in_a_placeholder_is_possible():
    assert fill('{{ "Ms" if contact.gender == "f" else "Mr" }}', {"gender": "f"}) == "Ms"


def test_a_loop_goes_through_a_list():
    assert fill("{% for x in contact.kids %}{{ x }}, {% endfor %}", {"kids": ["Ada", "Bo"]}) == "Ada, Bo, "


@pytest.mark.parametrize("kids", [None, [], ""])
def test_a_loop_over_nothing_gives_its_else_branch(kids):
    assert fill("{% for x in contact.kids %}{{ x }}{% else %}none{% endfor %}", {"kids": kids}) == "none"


def test_loops_within_loops_keep_their_variables_apart():
    source = "{% for a in contact.x %}{% for b in contact.y %}{{ a }}{{ b }} {% endfor %}{% endfor %}"
    assert fill(source, {"x": [1, 2], "y": ["a", "b"]}) == "1a 1b 2a 2b "


def test_a_loop_over_a_group_attribute_is_possible():
    assert fill("{% for s in group.stores %}{{ s }} {% endfor %}") == "Berlin Köln "


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("contact.n == 3", True),
        ("contact.n != 3", False),
        ("contact.n < 4 and contact.n >= 3", True),
        ("contact.n > 3 or contact.n <= 2", False),
        ("not contact.nothing", True),
        ('contact.city in ["Bonn", "Berlin"]', True),
        ('"er" in contact.city', True),
        ('"x" not in contact.city', True),
        ("contact.n is defined", True),
        ("contact.nothing is not defined", True),
        ("contact.nothing is none", True),
        ("contact.n < -1", False),
    ],
)
def test_conditions(condition, holds):
    said = fill("{% if " + condition + " %}yes{% else %}no{% endif %}", {"n": 3, "city": "Berlin"})
    assert said == ("yes" if holds else "no")


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">="])
@pytest.mark.parametrize("other", ["text", None, [1]])
def test_comparing_different_types_is_false_and_no_error(operator, other):
    assert fill("{{ contact.n " + operator + " contact.other }}", {"n": 3, "other": other}) == "False"


def test_a_list_alone_is_shown_with_commas():
    assert fill("{{ contact.kids }}", {"kids": ["Ada", None, 3]}) == "Ada, , 3"


def test_lines_of_the_template_stay_as_they_are():
    assert fill("a\n\n{{ contact.x }}\n", {"x": "b"}) == "a\n\nb\n"


def test_comments_and_raw_text_are_those_of_jinja():
    assert fill("{# note #}{% raw %}{{ x }}{% endraw %}") == "{{ x }}"


def test_what_is_the_same_for_all_is_folded_into_one_text():
    source = "{{ group.price }} {% if group.nothing %}x{% else %}{{ message.subject | upper }}{% endif %}"
    body = read_template(source, "text", surroundings(GROUP, {"subject": "News"}), Escape.NOTHING).body
    assert [statement.text for statement in body] == ["12.5 NEWS"]


def test_a_branch_that_is_never_taken_can_not_fail():
    assert fill("{% if group.nothing %}{{ group.note | date(language='de') }}{% endif %}ok") == "ok"


@pytest.mark.parametrize("value", [{"a": 1}, object(), [[1]], b"x", {1}])
def test_a_value_without_an_obvious_text_fails_for_this_contact(value):
    with pytest.raises(RenderError, match="type"):
        fill("{{ contact.x }}", {"x": value})


def test_a_loop_over_what_is_no_list_fails_for_this_contact():
    with pytest.raises(RenderError, match='a loop needs a list, and "Ada" is none'):
        fill("{% for x in contact.kids %}{{ x }}{% endfor %}", {"kids": "Ada"})


def test_the_error_names_the_part_and_the_reason():
    with pytest.raises(RenderError) as caught:
        fill("{{ contact.born | date }}", {"born": "soon"})
    assert str(caught.value) == 'The text can\'t be made for this contact: "soon" is not a date'
