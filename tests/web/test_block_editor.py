"""Blocks in a form: what its buttons do, with and without a script, and by keyboard."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.browser import WIDTHS, new_context, violations
from tidings.messaging import drafts
from tidings.messaging.formats.blocks import KINDS, read_blocks
from tidings.messaging.models import Version
from tidings.web.block_editor import blocks_in, posted, press, rows_of, source_of

HEADING, TEXT = {"type": "heading", "text": "Hi"}, {"type": "text", "text": "Hello *you*"}
BUTTONS = ["add:text", "add:columns", "add:x", "up:1", "up:2", "down:1", "delete:1", "delete:9", "column:1",
           "uncolumn:1", "x", "up:", "down:-1", "up:99999999999"]  # fmt: skip


def form_of(blocks):
    """What the browser posts of the fields."""
    rows = rows_of(blocks)
    fields = [field for row in rows for field in (*row.fields, *(f for c in row.columns for f in c))]
    return {f"block-{row.number}-type": row.kind for row in rows} | {f.name: f.value for f in fields}


@given(st.lists(st.sampled_from(BUTTONS), max_size=12))
def test_whatever_is_pressed_the_form_holds_the_blocks(buttons):
    blocks = read_blocks(json.dumps([HEADING, TEXT]))
    for button in buttons:
        blocks = press(blocks, button).blocks
        assert posted(form_of(blocks)) == blocks
        assert blocks_in(source_of(blocks)) == blocks


@pytest.mark.parametrize(
    ("button", "kinds"),
    [
        ("up:2", ["text", "heading"]),
        ("down:1", ["text", "heading"]),
        ("up:1", ["heading", "text"]),
        ("delete:1", ["text"]),
        ("add:footer", ["heading", "text", "footer"]),
    ],
)
def test_a_button_moves_deletes_or_adds(button, kinds):
    assert [block["type"] for block in press([HEADING, TEXT], button).blocks] == kinds


def test_each_kind_can_be_added():
    assert {press([], f"add:{kind}").blocks[0]["type"] for kind in KINDS} == set(KINDS)


def test_columns_come_and_go_between_one_and_four():
    blocks = press([], "add:columns").blocks
    for button, count in [
        ("column:1", 3),
        ("column:1", 4),
        ("column:1", 4),
        *[("uncolumn:1", n) for n in (3, 2, 1, 1)],
    ]:
        blocks = press(blocks, button).blocks
        assert len(blocks[0]["columns"]) == count


@pytest.fixture
def draft(world):
    start = Version(subject="Hi", format="blocks", source=source_of([HEADING, TEXT]))
    return drafts.begin("Blocks", purpose="marketing", start=start, by=world.user)


def posted_form(draft, **more):
    return (
        form_of(blocks_in(draft.source))
        | {"revision": str(draft.revision), "subject": "Hi", "format": "blocks"}
        | more
    )


def test_what_is_typed_is_saved_as_draft(world, operator, draft):
    operator.post(f"/messages/{draft.message_id}/draft/", posted_form(draft, **{"block-1-text": "Good day"}))
    assert blocks_in(drafts.current(draft.message).source)[0]["text"] == "Good day"


def test_a_button_answers_with_the_blocks_and_what_it_did(world, operator, draft):
    path = f"/messages/{draft.message_id}/blocks/"
    html = operator.post(path, posted_form(draft, blocks="delete:1")).content.decode()
    assert "Heading deleted. Undo brings it back." in html
    assert "1. Text" in html
    undone = operator.post(path, {"blocks": "undo", "undo": draft.source}).content.decode()
    assert "1. Heading" in undone


def test_a_button_works_without_a_script(world, operator, draft):
    operator.post(f"/messages/{draft.message_id}/edit/", posted_form(draft, blocks="up:2"))
    assert blocks_in(drafts.current(draft.message).source)[0]["type"] == "text"
    assert not draft.message.versions.exists()


def test_an_empty_button_is_told_by_its_number(world, operator, draft):
    form = posted_form(draft, **{"block-3-type": "button", "block-3-label": "Go", "block-3-link": ""})
    html = operator.post(f"/messages/{draft.message_id}/edit/", form).content.decode()
    assert "Block 3, button: its link is empty" in html


def test_blocks_become_a_version(world, operator, draft):
    operator.post(f"/messages/{draft.message_id}/edit/", posted_form(draft))
    version = draft.message.versions.get()
    assert "<em>you</em>" in version.html


@pytest.fixture(params=WIDTHS)
def tab(request, chromium, site):
    _, url, session = site
    context = new_context(chromium, request.param, url, session)
    yield context.new_page()
    context.close()


def test_a_message_is_put_together_with_the_keyboard_alone(tab):
    tab.goto("/messages/new/")
    tab.get_by_label("Name").fill("By keyboard")
    tab.get_by_label("Blocks:").press("Space")
    tab.get_by_role("button", name="Begin writing").press("Enter")
    for kind in ("Heading", "Text"):
        tab.get_by_role("button", name=kind, exact=True).press("Enter")
        tab.get_by_role("group", name=kind).wait_for()
    tab.get_by_role("button", name="Move block 2, Text, up").press("Enter")
    tab.get_by_role("group", name="1. Text").wait_for()
    assert tab.evaluate("document.activeElement.id") == "block-1"
    assert "moved up" in tab.locator("#said").text_content()
    assert violations(tab) == ""
    tab.get_by_text("Draft saved").wait_for()
    assert tab.get_by_role("button", name="Undo").is_visible()
