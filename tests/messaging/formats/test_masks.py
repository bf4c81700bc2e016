import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.messaging.formats.masks import mask

PIECES = [
    "{{ contact.a }}",
    "{% if x %}",
    "{% endif %}",
    "{# no #}",
    "<p>",
    "</p>",
    "<!-- -->",
    '<a b="',
    '">',
    "a\n",
]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_what_is_hidden_comes_back(source):
    masked = mask(source)
    assert masked.unmask(masked.text) == source


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_nothing_of_the_language_is_left_for_a_parser(source):
    assert "{{" not in mask(source).text


def test_a_block_between_elements_is_a_comment_as_long_as_itself():
    masked = mask("<tr>\n{% if\n a %}\n</tr>")
    assert masked.text.count("\n") == 3
    assert "<!--" in masked.text


@pytest.mark.parametrize(
    "source", ["<a {% if x %}b{% endif %}>", "<!-- {% if x %} -->", "<style>{% if x %}a{}{% endif %}</style>"]
)
def test_a_block_where_a_comment_would_be_text_is_a_word(source):
    assert mask(source).text.count("<!--") == source.count("<!--")


def test_a_word_of_the_source_is_never_taken_for_a_hidden_one():
    masked = mask("hidden0x0z {{ contact.a }}")
    assert masked.unmask(masked.text) == "hidden0x0z {{ contact.a }}"
