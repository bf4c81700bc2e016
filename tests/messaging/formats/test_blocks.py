import json

import pytest

from tidings.messaging.formats.blocks import KINDS, compile_blocks, read_blocks, write_blocks
from tidings.messaging.formats.errors import BadBlock, BadBlocks
from tidings.messaging.formats.plain import text_of

BLOCKS = [
    {"type": "heading", "text": 'Hi {{ contact.first_name | default("you") }} <3'},
    {"type": "text", "text": "One *two* [three](https://x.example/?a=1&b=2)"},
    {"type": "button", "label": "Go & see", "link": "https://x.example/?a=1&b=2"},
    {"type": "image", "source": "https://x.example/i.png", "alt": 'A "cat"', "link": ""},
    {"type": "divider"},
    {
        "type": "columns",
        "columns": [{"text": "left"}, {"source": "https://x.example/r.png", "text": "right"}],
    },
    {"type": "footer", "text": "Our address", "unsubscribe": "Leave"},
]


def test_each_kind_of_block_becomes_what_it_says():
    html = compile_blocks(json.dumps(BLOCKS))
    text = text_of(html)
    assert 'Hi {{ contact.first_name | default("you") }} <3' in text
    assert "Go & see (https://x.example/?a=1&b=2)" in text
    assert "Leave ({{ links.unsubscribe }})" in text
    assert {block["type"] for block in BLOCKS} == set(KINDS)
    for words in ("<em>two</em>", 'alt="A &quot;cat&quot;"', "left", "right", "Our address"):
        assert words in html


def test_what_is_read_and_written_reads_the_same():
    blocks = read_blocks(json.dumps(BLOCKS))
    assert read_blocks(write_blocks(blocks)) == blocks


@pytest.mark.parametrize("source", ["{", '{"type": "text"}', "3", json.dumps([{"type": "divider"}] * 201)])
def test_what_is_no_list_of_blocks_is_refused(source):
    with pytest.raises(BadBlocks):
        read_blocks(source)


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ({"type": "video"}, "Block 2, of no known type"),
        ("text", "Block 2, of no known type"),
        ({"type": "text", "colour": "red"}, "Block 2, text: it has no field “colour”"),
        ({"type": "text", "text": 3}, "Block 2, text: its text is no text"),
        ({"type": "text", "text": "a\x00"}, "Block 2, text: its text is no text"),
        ({"type": "button", "label": "Go"}, "Block 2, button: its link is empty"),
        ({"type": "columns", "columns": []}, "Block 2, columns: it holds a list of 1 to 4 columns"),
        ({"type": "columns", "columns": [{"html": ""}]}, "Block 2, columns: it has no field “html”"),
        ({"type": "text", "text": "{{ contact. }}"}, "Block 2, text: its text"),
    ],
)
def test_a_block_that_is_wrong_is_told_by_its_number(block, words):
    with pytest.raises(BadBlock) as error:
        compile_blocks(json.dumps([{"type": "divider"}, block]))
    assert words in str(error.value)


def test_html_in_a_text_is_shown_not_run():
    assert "<script>" not in compile_blocks('[{"type": "text", "text": "<script>alert(1)</script>"}]')
