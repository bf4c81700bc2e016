"""Writing messages on the pages: drafts, versions, and what is known about a message."""

import pytest

from tests.web.browser import WIDTHS, new_context
from tidings.messaging import drafts
from tidings.messaging.actions import archive, copy, write
from tidings.messaging.models import Draft, Message
from tidings.messaging.queries import find_version

DRAFT = {"revision": "0", "subject": "Hi", "format": "markdown", "source": "# Hi"}
NEW = {"name": "Monday", "purpose": "marketing", "language": "de", "start": "empty:markdown"}
SELECTED = "(field => field.value.slice(field.selectionStart, field.selectionEnd))(document.activeElement)"


@pytest.fixture
def message(world):
    return write("Sunday", subject="Hello", form="markdown", source="# One", by=world.user).message


@pytest.mark.parametrize(
    ("start", "format_"),
    [("empty:markdown", "markdown"), ("empty:html", "html"), ("template:letter", "mjml")],
)
def test_a_message_begins_as_a_draft(world, operator, start, format_):
    answer = operator.post("/messages/new/", NEW | {"start": start})
    draft = Draft.objects.get()
    assert answer.url == f"/messages/{draft.message_id}/edit/"
    assert (draft.format, draft.message.name, draft.message.language) == (format_, "Monday", "de")


def test_a_message_begins_with_a_template_of_ones_own(world, operator, message):
    template = copy(find_version(message.pk), "Ours", is_template=True, by=None)
    operator.post("/messages/new/", NEW | {"start": f"message:{template.message_id}"})
    assert Draft.objects.get().source == "# One"


@pytest.mark.parametrize("change", [{"start": "message:999"}, {"name": " "}, {"language": "???"}])
def test_a_beginning_that_cannot_be_is_refused_at_the_form(world, operator, change):
    before = Message.objects.count()
    assert operator.post("/messages/new/", NEW | change).status_code == 200
    assert Message.objects.count() == before


def test_saving_makes_the_next_version_and_leaves_the_old_one(world, operator, message):
    answer = operator.post(f"/messages/{message.pk}/edit/", DRAFT | {"act": "version"})
    assert answer.url == f"/messages/{message.pk}/"
    assert [v.source for v in message.versions.order_by("number")] == ["# One", "# Hi"]
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": "one\n{{ contact. }}"}, "text"),
        ({"source": "one\n{{ contact. }}"}, "source"),
        ({"format": "mjml", "source": "<mjml>\n<mj-txt>"}, "source"),
        ({"preview_text": "{{ contact. }}"}, "preview_text"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_stays_as_draft(world, operator, message, change, field):
    answer = operator.post(f"/messages/{message.pk}/edit/", DRAFT | change)
    line = change[field].count("\n") + 1
    assert f"line {line}" in answer.context["form"].errors[field][0]
    assert message.versions.count() == 1
    assert getattr(drafts.current(message), field) == change[field]


def test_a_draft_is_saved_while_one_types(world, operator, message):
    for revision in ("0", "1"):
        html = operator.post(
            f"/messages/{message.pk}/draft/", DRAFT | {"revision": revision}
        ).content.decode()
    assert 'name="revision" value="2"' in html
    assert "Draft saved" in html
    assert message.versions.count() == 1


@pytest.mark.parametrize("path", ["draft", "edit"])
def test_two_who_write_at_once_lose_nothing(world, operator, message, path):
    drafts.save(message, {"source": "# Theirs"}, revision=0, by=None)
    html = operator.post(f"/messages/{message.pk}/{path}/", DRAFT | {"source": "# Mine"}).content.decode()
    assert "# Theirs" in html
    assert 'name="revision" value="0"' in html
    assert drafts.current(message).source == "# Theirs"
    operator.post(f"/messages/{message.pk}/edit/", DRAFT | {"source": "# Mine", "keep": "1"})
    assert drafts.current(message).source == "# Mine"
    assert message.versions.count() == 1


def test_an_old_version_becomes_the_draft(world, operator, message):
    write("", subject="Two", source="two", by=None, message=message)
    answer = operator.post(f"/messages/{message.pk}/restore/", {"version": "1"})
    assert answer.url == f"/messages/{message.pk}/edit/"
    assert drafts.current(message).source == "# One"


def test_a_draft_is_thrown_away(world, operator, message):
    drafts.save(message, {"source": "# Two"}, revision=0, by=None)
    operator.post(f"/messages/{message.pk}/discard/", {"revision": "9"})
    assert Draft.objects.exists()
    operator.post(f"/messages/{message.pk}/discard/", {"revision": "1"})
    assert not Draft.objects.exists()


def test_the_page_says_that_another_version_was_saved_meanwhile(world, operator, message):
    drafts.save(message, {"source": "# Two"}, revision=0, by=None)
    write("", subject="Three", source="three", by=None, message=message)
    assert (
        "Version 2 was saved after this draft began"
        in operator.get(f"/messages/{message.pk}/edit/").content.decode()
    )


def test_versions_are_compared_word_by_word(world, operator, message):
    write("", subject="Goodbye", form="markdown", source="# One", by=None, message=message)
    html = operator.get(f"/messages/{message.pk}/compare/").content.decode()
    assert '<del><span class="visually-hidden">removed: </span>Hello</del>' in html
    assert '<ins><span class="visually-hidden">added: </span>Goodbye</ins>' in html


def test_what_is_known_is_changed(world, operator, message):
    about = {"name": "Order", "description": "x", "purpose": "service", "language": "de"}
    operator.post(f"/messages/{message.pk}/settings/", about)
    message.refresh_from_db()
    assert (message.name, message.purpose, message.language) == ("Order", "service", "de")


def test_a_message_is_copied_archived_activated_and_deleted(world, operator, message):
    operator.post(f"/messages/{message.pk}/copy/", {"name": "Ours", "is_template": "on"})
    assert Message.objects.get(name="Ours").is_template
    operator.post(f"/messages/{message.pk}/archive/")
    assert b"Sunday" not in b"".join(operator.get("/messages.csv"))
    assert b"Sunday" in b"".join(operator.get("/messages.csv?archived=yes"))
    operator.post(f"/messages/{message.pk}/activate/")
    assert operator.post(f"/messages/{message.pk}/delete/").url == "/messages/"
    assert not Message.objects.filter(pk=message.pk).exists()


def test_a_message_that_was_sent_is_not_deleted(world, operator):
    sent = world.sendout.version.message
    answer = operator.post(f"/messages/{sent.pk}/delete/", follow=True)
    assert "Archive it instead" in answer.content.decode()


@pytest.mark.parametrize(
    "query",
    ["purpose=marketing", "kind=message", "sort=name", "sort=written", "sort=oldest", "archived=both"],
)
def test_the_list_is_narrowed_and_ordered(world, operator, message, query):
    assert b"Sunday" in operator.get(f"/messages/?{query}").content
    assert b"Sunday" in b"".join(operator.get(f"/messages.csv?{query}"))


def test_an_archived_message_is_not_offered_to_a_group(world, operator, message):
    archive(message, by=None)
    assert b"Sunday" not in operator.get(f"/groups/{world.group.pk}/send/").content


@pytest.fixture
def tab(chromium, site):
    _, url, session = site
    context = new_context(chromium, WIDTHS[0], url, session)
    yield context.new_page()
    context.close()


def test_typing_saves_the_draft_and_errors_lead_to_their_line(tab, site):
    tab.goto(f"/messages/{site[0].sendout.version.message_id}/edit/")
    tab.get_by_label("Content").fill("<p>\n\n{{ contact. }}")
    tab.get_by_text("Draft saved").wait_for()
    tab.get_by_role("button", name="Save version").click()
    tab.get_by_text("In the html, line 3").wait_for()
    assert tab.evaluate(SELECTED) == "{{ contact. }}"
