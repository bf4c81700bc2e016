import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.messaging.formats.plain import text_of


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<h1>One</h1><p>two\n three</p>", "One\n\ntwo three\n"),
        ("<p>a<br>b</p>", "a\nb\n"),
        ('<p>See <a href="https://x.example">this</a>.</p>', "See this (https://x.example).\n"),
        ('<a href="https://x.example">https://x.example</a>', "https://x.example\n"),
        ('<a href="mailto:a@x.example">a@x.example</a>', "a@x.example\n"),
        ('<a href="https://x.example"><img src="i.png" alt="Our shop"></a>', "Our shop (https://x.example)\n"),
        ("<ul><li>a<li><p>b</p></ul>", "- a\n- b\n"),
        ("<ol><li>a</li><li>b<ul><li>c</li></ul></li></ol>", "1. a\n2. b\n  - c\n"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc\n"),
        ("<head><title>No</title></head><style>p{}</style><p>Yes</p>", "Yes\n"),
        ('<div style="display: none">hidden<br></div>seen', "seen\n"),
        ("<!-- no --><p>a &amp; b&nbsp;c</p>", "a & b c\n"),
        ("<p>a <b>b</b> c</p>", "a b c\n"),
    ],
)  # fmt: skip
def test_html_reads_as_text(html, text):
    assert text_of(html) == text


def test_placeholders_and_blocks_stay():
    html = '<p>Hi {{ contact.a | default("<b>") }}{% if contact.b %} you{% endif %}</p>'
    assert text_of(html) == 'Hi {{ contact.a | default("<b>") }}{% if contact.b %} you{% endif %}\n'


def test_a_link_that_is_a_placeholder_keeps_its_address():
    assert text_of('<a href="{{ links.unsubscribe }}">Leave</a>') == "Leave ({{ links.unsubscribe }})\n"


def test_a_block_that_shows_nothing_leaves_no_empty_lines():
    assert text_of("<p>a</p>{% if contact.a %}<p>b</p>{% endif %}<p>c</p>") == (
        "a\n\n{% if contact.a %}b\n\n{% endif %}c\n"
    )


@given(st.text("<>/pabr lite\"'={%}-! \n", max_size=80))
def test_any_html_has_a_text(html):
    assert text_of(html).endswith("\n")
