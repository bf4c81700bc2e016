"""The visual editor of MJML: it changes nothing that nobody changed, and says what it can't keep."""

import pytest

from tests.web.browser import WIDTHS, new_context, sideways_pixels, violations
from tidings.messaging import drafts
from tidings.messaging.formats.sameness import show_the_same
from tidings.messaging.models import Version

OPEN = ".visual.is-ready"
HEAD = '<mj-head><mj-attributes><mj-button align="left" color="#ffffff" /></mj-attributes></mj-head>'
BODY = """
  <mj-body>
    {% for offer in offers %}
    <mj-section>
      <mj-column>
        <mj-image src="https://example.org/{{ group.name }}.png" alt="A &lt;picture&gt;" />
        <mj-text>
          <p>Hello {% if 2 > 1 %}<b>{{ contact.first_name|default("you & yours") }}</b>{% endif %}</p>
          <p><a href="{{ links.unsubscribe }}">Unsubscribe</a> <a href="{{ links.view|default("x") }}">Read</a></p>
        </mj-text>
        <mj-button align="center" href="https://example.org/">Go</mj-button>
      </mj-column>
    </mj-section>
    {% endfor %}
  </mj-body>
"""
SOURCE = f"<mjml>\n  {HEAD}{BODY}</mjml>\n"
LOST = SOURCE.replace("<mj-button a", "<mj-table><tr><td>1</td></tr></mj-table><mj-button a")


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("<p>a  b</p>\n<p>c</p>", "<p>a b</p><p>c</p>", True),
        ('<p style="color:red">a</p>', '<p style="color: red;">a</p>', True),
        ("<p>&mdash;</p>", "<p>\u2014</p>", True),
        ("<b>a</b> <i>b</i>", "<b>a</b><i>b</i>", False),
        ("<p>a&nbsp;b</p>", "<p>a b</p>", False),
        ("<p>{{ a }}</p>", "<p>{{ b }}</p>", False),
        ("<p>{% if a > 1 %}b{% endif %}</p>", "<p>b</p>", False),
        ('<p align="left">a</p>', "<p>a</p>", False),
    ],
)
def test_documents_are_the_same_if_they_show_the_same(one, other, is_same):
    assert show_the_same(one, other) == is_same


def test_a_source_that_is_no_mjml_is_told_with_its_line(operator):
    answer = operator.post("/messages/visual/check/", {"source": "<mjml>\n<mj-x /></mjml>", "kept": ""})
    assert "line 2" in answer.json()["problem"]


def test_only_mjml_has_a_visual_editor(world, operator):
    start = Version(subject="Hi", format="markdown", source="Hello")
    draft = drafts.begin("Plain", purpose="marketing", start=start, by=world.user)
    answer = operator.get(f"/messages/{draft.message_id}/visual/")
    assert answer.url == f"/messages/{draft.message_id}/edit/"


def test_mjml_is_compiled_however_a_browser_ends_its_lines(world, operator):
    start = Version(subject="Hi", format="mjml", source="")
    draft = drafts.begin("Lines", purpose="marketing", start=start, by=world.user)
    source = SOURCE.replace("{% for offer in offers %}", "").replace("{% endfor %}", "")
    form = {"subject": "Hi", "format": "mjml", "revision": "1", "source": source.replace("\n", "\r\n")}
    operator.post(f"/messages/{draft.message_id}/edit/", form)
    assert draft.message.versions.get().source == source


@pytest.fixture(params=WIDTHS)
def tab(request, chromium, site):
    _, url, session = site
    context = new_context(chromium, request.param, url, session)
    yield context.new_page()
    context.close()


def write_mjml(tab, source):
    """Begins an MJML message of that source; on its visual editor afterwards."""
    tab.goto("/messages/new/")
    tab.get_by_label("Name").fill("Seen")
    tab.get_by_label("MJML:").check()
    tab.get_by_role("button", name="Begin writing").click()
    tab.get_by_label("Subject").fill("Hi")
    tab.get_by_label("Content").fill(source)
    tab.get_by_role("button", name="Visual editor").click()


def source_in(tab):
    return tab.locator("textarea[name=source]").input_value()


def wait_for_source(tab, is_there):
    """The policy of the page forbids the browser's own way of waiting for a condition."""
    for _ in range(100):
        if is_there(source_in(tab)):
            return
        tab.wait_for_timeout(100)
    pytest.fail(f"The source stays {source_in(tab)}")


def test_opening_changes_nothing(tab):
    write_mjml(tab, SOURCE)
    tab.locator(OPEN).wait_for()
    tab.get_by_role("button", name="MJML source").click()
    tab.wait_for_url("**/edit/")
    assert tab.get_by_label("Content").input_value() == SOURCE


def test_everybody_can_read_it(tab):
    write_mjml(tab, SOURCE)
    tab.locator(OPEN).wait_for()
    assert violations(tab) == ""
    assert sideways_pixels(tab) == 0


def test_only_what_was_changed_is_written(tab):
    write_mjml(tab, SOURCE)
    tab.locator(OPEN).wait_for()
    text = tab.frame_locator(".gjs-frame").get_by_text("Unsubscribe")
    text.dblclick()
    tab.keyboard.type("Leave > ")
    tab.get_by_label("Subject").click()
    wait_for_source(tab, lambda source: "Leave" in source)
    before, after = SOURCE.splitlines(), source_in(tab).splitlines()
    lost, written = set(before) - set(after), set(after) - set(before)
    assert len(before) == len(after)
    assert len(lost) == len(written) == 1
    assert "Leave &gt;" in written.pop()
    tab.get_by_role("button", name="Undo").click()
    wait_for_source(tab, lambda source: "Leave" not in source)
    assert source_in(tab) == SOURCE


def test_a_message_that_it_would_harm_is_not_opened(tab):
    write_mjml(tab, LOST)
    tab.get_by_text("keep this message as it is").wait_for()
    assert not tab.locator("#visual-canvas").is_visible()
    assert source_in(tab) == LOST
    tab.get_by_role("link", name="Write it as MJML source").click()
    assert tab.get_by_label("Content").input_value() == LOST
