import pytest

from tests.racing import overtaken
from tidings.messaging import actions, drafts
from tidings.messaging.builtin import builtin
from tidings.messaging.errors import DraftChanged
from tidings.messaging.formats.errors import BadSource
from tidings.messaging.models import Draft, Version
from tidings.messaging.queries import find_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def message():
    return actions.write("Spring", subject="Hello", form="markdown", source="# Hi", by=None).message


def test_a_draft_begins_with_what_the_newest_version_says(message):
    draft = drafts.current(message)
    assert (draft.revision, draft.base, draft.subject, draft.source, draft.text) == (
        0,
        1,
        "Hello",
        "# Hi",
        "",
    )
    assert not Draft.objects.exists()


def test_each_save_counts_and_says_who(message, make_user):
    anna = make_user("Anna")
    drafts.save(message, {"source": "# One"}, revision=0, by=None)
    draft = drafts.save(message, {"source": "# Two"}, revision=1, by=anna)
    assert (draft.revision, draft.source, draft.subject, draft.changed_by) == (2, "# Two", "Hello", anna)


@pytest.mark.parametrize("revision", [0, 1, 3])
def test_nobody_writes_over_what_somebody_else_saved(message, make_user, revision):
    drafts.save(message, {"source": "# One"}, revision=0, by=None)
    drafts.save(message, {"source": "# Two"}, revision=1, by=make_user("Anna"))
    with pytest.raises(DraftChanged, match="Anna, revision 2"):
        drafts.save(message, {"source": "# Mine"}, revision=revision, by=None)
    assert drafts.current(message).source == "# Two"


def test_a_draft_may_be_broken(message):
    draft = drafts.save(message, {"format": "mjml", "source": "<mj"}, revision=0, by=None)
    with pytest.raises(BadSource):
        drafts.save_version(message, revision=draft.revision, by=None)
    assert drafts.current(message).source == "<mj"


def test_a_saved_draft_is_the_next_version_and_gone(message):
    drafts.save(message, {"subject": "Again", "preview_text": "New"}, revision=0, by=None)
    version = drafts.save_version(message, revision=1, by=None)
    assert (version.number, version.subject, version.preview_text, version.source) == (
        2,
        "Again",
        "New",
        "# Hi",
    )
    assert not Draft.objects.exists()


def test_a_draft_that_somebody_changed_meanwhile_is_not_saved_as_version(message):
    drafts.save(message, {"subject": "Again"}, revision=0, by=None)
    drafts.save(message, {"subject": "And again"}, revision=1, by=None)
    with pytest.raises(DraftChanged):
        drafts.save_version(message, revision=1, by=None)
    assert message.versions.count() == 1


def test_an_old_version_becomes_the_draft(message):
    actions.write("", subject="Two", source="two", by=None, message=message)
    draft = drafts.restore(find_version(message.pk, 1), revision=0, by=None)
    assert (draft.subject, draft.format, draft.source) == ("Hello", "markdown", "# Hi")


def test_a_draft_is_thrown_away_and_the_versions_stay(message):
    drafts.save(message, {"subject": "Again"}, revision=0, by=None)
    drafts.discard(message, revision=1, by=None)
    assert drafts.current(message).subject == "Hello"
    with pytest.raises(DraftChanged):
        drafts.discard(message, revision=1, by=None)


@pytest.mark.parametrize("start", [builtin("letter"), Version(subject="One", source="x", text="own")])
def test_a_message_begins_as_a_draft(start):
    draft = drafts.begin("New", purpose="service", language="de", start=start, by=None)
    assert (draft.message.purpose, draft.message.language) == ("service", "de")
    assert (draft.subject, draft.source, draft.text) == (start.subject, start.source, start.text)
    assert not draft.message.versions.exists()


def test_of_two_who_save_at_once_one_is_told(committed):
    message = actions.write("Spring", subject="Hello", source="x", by=None).message
    with pytest.raises(DraftChanged):
        overtaken(
            lambda: drafts.save(message, {"source": "a"}, revision=0, by=None),
            lambda: drafts.save(message, {"source": "b"}, revision=0, by=None),
        )
    assert drafts.current(message).source == "a"
