"""What a message is told before it is sent."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.messaging.checks.check import Facts, check, gaps_of
from tidings.messaging.checks.findings import Severity
from tidings.messaging.checks.placeholders import Lack
from tidings.messaging.mime.message import Content
from tidings.messaging.personalization.names import KnownNames, Name

KNOWN = KnownNames(
    contact=["first_name", "city", "email", "Shoe size"],
    member=["store"],
    group=["price"],
    message=["subject"],
    links=["unsubscribe", "preferences"],
)
LONGEST_SECONDS = 5
WAY_OUT = "{{ links.unsubscribe }}"


def found(*, subject="Hello", html=None, text=WAY_OUT, preheader="Soon", **facts):
    return check(Content(subject, html, text, preheader), Facts(KNOWN, **facts))


def codes(**parts):
    return [one.code for one in found(**parts)]


def in_html(body):
    """The codes about an HTML part that is fine but for its body."""
    return codes(html=f'<html lang="en"><body>{body}<a href="{WAY_OUT}">x</a></body></html>')


def test_a_good_message_has_no_findings():
    assert in_html('<p>Hello</p><img src="https://example.org/a.png" alt="A tree">') == []


def test_a_finding_says_where_it_is_and_how_to_mend_it():
    (one,) = found(text=f"{WAY_OUT}\n{{{{ contact.frist_name | default('x') }}}}")
    assert (one.severity, one.code, one.part, one.line) == (Severity.ERROR, "attribute_unknown", "text", 2)
    assert str(one) == "In the text, line 2: contact has no “frist_name”. Did you mean “first_name”?"


@pytest.mark.parametrize("root", ["contact", "member", "group", "message", "links"])
def test_unknown_names_are_errors(root):
    assert codes(text=WAY_OUT + "{{ " + root + ".x | default('y') }}") == ["attribute_unknown"]


def test_a_group_attribute_is_taken_for_known_without_a_group():
    known = KnownNames(contact=[], member=[], message=[], links=["unsubscribe"])
    assert check(Content("x", None, WAY_OUT + "{{ group.x }}"), Facts(known)) == []


def test_archived_attributes_are_errors():
    text = WAY_OUT + "{{ contact.City | default('x') }}"
    assert codes(text=text, archived=[Name("contact", "city")]) == ["attribute_archived"]


def test_a_broken_template_of_a_header_is_an_error_instead_of_a_fault():
    (one,) = found(text="a\n{{ contact. }}")
    assert (one.code, one.line, one.severity) == ("template_broken", 2, Severity.ERROR)


@pytest.mark.parametrize(
    "source",
    [
        '{{ contact.city | default("x") }}',
        '{{ contact.city | upper | default("x") }}',
        '{{ contact.city or "x" }}',
        "{% if contact.city %}{{ contact.city }}{% endif %}",
        "{% if not contact.city %}x{% else %}{{ contact.city }}{% endif %}",
        "{% if contact.city == 'Bonn' %}{{ contact.city | upper }}{% endif %}",
        '{{ contact.city if contact.city else "x" }}',
        '{{ "x" if contact.city == "y" else "z" }}',
        "{% for one in contact.city %}{{ one }}{% endfor %}",
        "{{ contact.email }}",
        "{{ group.price }}",
        "{{ links.unsubscribe }}",
    ],
)
def test_what_has_a_fallback_shows_no_gap(source):
    assert gaps_of(Content("x", None, source)) == frozenset()


@pytest.mark.parametrize(
    "source",
    [
        "{{ contact.City }}",
        "{{ contact.city | upper }}",
        "{{ contact.city | default(contact.city) }}",
        "{{ contact.city or contact.city }}",
        "{% if contact.first_name %}{{ contact.city }}{% endif %}",
        "{% if contact.city %}x{% endif %}{{ contact.city }}",
        "{% for one in contact.first_name %}{{ contact.city }}{% endfor %}",
        '{{ contact.city if contact.first_name else "x" }}',
    ],
)
def test_what_has_none_shows_a_gap(source):
    assert gaps_of(Content("x", None, source)) == {Name("contact", "city")}


def test_a_gap_that_members_see_is_a_warning_with_their_number():
    text = WAY_OUT + "{{ contact.city }}"
    (one,) = found(text=text, lacks={Name("contact", "city"): Lack(37, 300)})
    assert one.severity is Severity.WARNING
    assert "contact.city has no fallback, and 37 of 300 members have none." in str(one)


def test_a_sample_of_a_large_group_is_told_as_a_share():
    assert str(Lack(600, 5_000, is_sample=True)) == "about 12 % of the members"
    assert str(Lack(3, 5_000, is_sample=True)) == "some members"


def test_a_gap_that_no_member_sees_is_nothing_to_tell():
    assert codes(text=WAY_OUT + "{{ contact.city }}", lacks={Name("contact", "city"): Lack(0, 300)}) == []


def test_a_gap_is_a_hint_without_a_group():
    (one,) = found(text=WAY_OUT + "{{ contact.city }}")
    assert (one.code, one.severity) == ("fallback_missing", Severity.HINT)


def test_marketing_needs_a_way_out_in_each_part():
    html = '<html lang="en">x</html>'
    assert [(one.code, one.part) for one in found(html=html, text="x")] == [
        ("unsubscribe_missing", "html"),
        ("unsubscribe_missing", "text"),
    ]
    assert codes(text="{{ links.preferences }}") == []
    assert codes(text="x", is_marketing=False) == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('<a href="http:/x">x</a>', "link_broken"),
        ('<a href="">x</a>', "link_empty"),
        ('<a href="http://localhost/">x</a>', "link_loopback"),
        ('<a href="https://x.example/?c={{ contact.city | default("x") }}">x</a>', "link_unescaped"),
        ('<a href="{{ group.price }}/{{ contact.city | default("x") }}">x</a>', "link_unescaped"),
        ('<img src="https://example.org/a.png">', "image_without_alt"),
        ('<img alt="" src="a.png">', "image_broken"),
        ('<img alt="" src="data:image/png;base64,AAAA">', "image_inline"),
        ("<script>x</script>", "html_removed"),
        ("<form></form>", "html_removed"),
        ("<div>", "html_unbalanced"),
        ("</div>", "html_unbalanced"),
        ("<b><i></b></i>", "html_unbalanced"),
        ("x" * 105_000, "html_too_large"),
    ],
)
def test_html_is_told_what_would_not_arrive(body, code):
    assert code in in_html(body)


@pytest.mark.parametrize(
    "body",
    [
        '<a href="https://x.example/?c={{ contact.city | default("x") | urlencode }}">x</a>',
        '<a href="https://x.example/?p={{ group.price }}">x</a>',
        '<a name="here">x</a>',
        '<img alt="" src="cid:logo">',
        "<p>one<p>two<ul><li>a<li>b</ul><br><hr/>",
        "<!-- <div> --><style>a > b {} </style>",
        "<table><tr><td>a<td>b</table>",
        "{% if contact.city < 5 %}<b>x</b>{% endif %}",
        "{# <div> #}",
    ],
)
def test_html_that_arrives_is_fine(body):
    assert in_html(body) == []


def test_branches_that_share_an_end_are_only_a_hint():
    body = "{% if contact.city %}<div>{% else %}<div class='x'>{% endif %}</div>"
    (one,) = [one for one in found(html=body + WAY_OUT) if one.code == "html_unbalanced"]
    assert one.severity is Severity.HINT


def test_a_part_without_a_language_or_a_text_is_a_hint():
    assert codes(html=WAY_OUT, text=None) == ["text_missing", "language_missing"]


def test_an_empty_message_is_an_error():
    assert set(codes(subject=" ", text=" ")) >= {"content_missing", "subject_empty"}


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("x" * 71, ["subject_long"]),
        ("x" * 60 + "{{ contact.first_name | default('friend') }}", []),
        ("BUY NOW, PAY LATER", ["subject_shouted"]),
        ("NASA", []),
    ],
)
def test_subjects(subject, expected):
    assert codes(subject=subject) == expected


def test_the_same_thing_is_told_once_and_errors_first():
    html = '<html lang="en"><img src="a"><a href="http:/x">x</a><a href="http:/x">x</a></html>' + WAY_OUT
    assert codes(html=html) == ["image_broken", "link_broken", "image_without_alt"]


@pytest.mark.parametrize(
    "bomb",
    [
        "<" * 500_000,
        "</" * 250_000,
        "<!--" * 100_000,
        "<a " * 200_000,
        "<div>" * 150_000,
        "<style" * 100_000,
        '<a href="' * 100_000,
        "&#" * 250_000,
        "{% raw %}" + "{{" * 400_000 + "{% endraw %}",
        "<p>\n" * 100_000,
    ],
    ids=lambda bomb: bomb[:12],
)
def test_no_html_keeps_the_check_busy(bomb):
    started = time.process_time()
    found(html=bomb)
    assert time.process_time() - started < LONGEST_SECONDS


@given(st.text(alphabet="<>/=\"'{}%#ab! -\n\x00é", max_size=80))
def test_any_source_can_be_checked(source):
    found(html=source, subject=source)


def test_html_without_a_preview_text_is_a_hint():
    html = f'<html lang="en"><body><a href="{WAY_OUT}">x</a></body></html>'
    assert codes(html=html, preheader=" ") == ["preview_text_missing"]
    assert codes(preheader=" ") == []
