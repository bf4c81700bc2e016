import pytest

from tidings.journal.models import Fact
from tidings.kernel.errors import TidingsError
from tidings.messaging import actions
from tidings.messaging.difference import difference
from tidings.messaging.errors import BadAbout, EmptyMessage, TooLong
from tidings.messaging.models import Message
from tidings.messaging.queries import find_version, listed

pytestmark = pytest.mark.django_db


def test_a_message_has_its_first_version(make_user):
    anna = make_user("Anna")
    version = actions.write("Spring", subject=" Hello ", text="Good morning!", by=anna)
    assert (version.message.name, version.number, version.subject) == ("Spring", 1, "Hello")
    assert Fact.objects.get(verb="message.written").by_id == anna.pk


def test_a_later_version_leaves_the_earlier_as_it_was():
    first = actions.write("Spring", subject="Hello", text="Good morning!", by=None)
    second = actions.write("Spring", subject="Goodbye", text="Good night!", by=None, message=first.message)
    first.refresh_from_db()
    assert (first.subject, second.number, second.message) == ("Hello", 2, first.message)


def test_a_message_without_a_name_is_called_by_its_subject():
    assert actions.write(" ", subject="Hello", text="Good morning!", by=None).message.name == "Hello"


@pytest.mark.parametrize(
    "parts", [{"subject": " ", "text": "Hi"}, {"subject": "Hi"}, {"subject": "Hi", "html": " ", "text": "\n"}]
)
def test_a_message_needs_a_subject_and_something_to_say(parts):
    with pytest.raises(EmptyMessage):
        actions.write("Spring", by=None, **parts)


def test_a_subject_that_is_too_long_is_told_with_both_lengths():
    with pytest.raises(TooLong, match="The subject has 501 characters; 500 are possible"):
        actions.write("Spring", subject="s" * 501, text="Hi", by=None)


@pytest.mark.parametrize(
    "source", ["{{ contact.first_name", "{% if %}", "{{ contact.__class__ }}", "{% include 'x' %}"]
)
def test_a_template_that_can_not_be_sent_is_refused_and_leaves_nothing(source):
    with pytest.raises(TidingsError):
        actions.write("Spring", subject="Hello", text=source, by=None)
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("form", "source"),
    [
        ("markdown", "# Hi {{ contact.first_name }}"),
        (
            "mjml",
            "<mjml><mj-body><mj-section><mj-column><mj-text>Hi</mj-text></mj-column></mj-section></mj-body></mjml>",
        ),
        ("blocks", '[{"type": "heading", "text": "Hi"}]'),
        ("html", "<p>Hi</p>"),
    ],
)
def test_each_format_is_compiled_once_and_a_text_is_made(form, source):
    version = actions.write("Spring", subject="Hello", form=form, source=source, by=None)
    assert (version.format, version.source) == (form, source)
    assert "Hi" in version.html
    assert version.text.startswith("Hi")
    assert (version.text_is_own, version.own_text) == (False, "")


def test_a_text_of_ones_own_stays_as_it_is():
    version = actions.write("Spring", subject="Hello", html="<p>Hi</p>", text="Good day", by=None)
    assert (version.text, version.text_is_own) == ("Good day", True)


@pytest.mark.parametrize("form", ["html", "markdown", "mjml"])
def test_a_broken_placeholder_is_told_with_the_line_of_the_source(form):
    with pytest.raises(TidingsError, match=f"In the {form}, line 3"):
        actions.write("Spring", subject="Hello", form=form, source="\n\n{{ contact. }}", by=None)


def test_html_says_the_language_of_its_message():
    message = actions.create("Spring", language="German", by=None)
    version = actions.write("", subject="Hallo", html="<p>Hallo</p>", by=None, message=message)
    assert '<html lang="de">' in version.html


@pytest.mark.parametrize(
    ("about", "part"),
    [({"name": " "}, "name"), ({"name": "n" * 151}, "name"), ({"purpose": "spam"}, "purpose"),
     ({"language": "?"}, "language"), ({"description": "d" * 2001}, "description")],
)  # fmt: skip
def test_what_is_wrong_about_a_message_is_told_with_its_field(about, part):
    with pytest.raises(BadAbout) as error:
        actions.create(**({"name": "Spring"} | about), by=None)
    assert error.value.facts["part"] == part


def test_a_change_of_what_is_known_keeps_what_was_before():
    message = actions.create("Spring", by=None)
    actions.describe(message, name="Summer", description="", purpose="service", language="", by=None)
    fact = Fact.objects.get(verb="message.described")
    assert fact.data == {
        "before": {"name": "Spring", "purpose": "marketing"},
        "after": {"name": "Summer", "purpose": "service"},
    }


def test_a_copy_says_the_same_under_another_name():
    first = actions.write("Spring", subject="Hello", form="markdown", source="# Hi", by=None)
    made = actions.copy(first, "Ours", is_template=True, by=None)
    assert (made.number, made.source, made.html) == (1, "# Hi", first.html)
    assert (made.message.name, made.message.is_template) == ("Ours", True)
    assert made.message_id != first.message_id


def test_archiving_takes_a_message_out_of_the_list_and_activating_brings_it_back():
    message = actions.write("Spring", subject="Hello", text="Hi", by=None).message
    actions.archive(message, by=None)
    assert (list(listed()), list(listed(is_archived=True))) == ([], [message])
    actions.activate(message, by=None)
    assert list(listed()) == [message]


def test_a_message_that_was_never_sent_is_deleted_with_its_versions():
    message = actions.write("Spring", subject="Hello", text="Hi", by=None).message
    actions.delete(message, by=None)
    assert not Message.objects.exists()


def test_messages_are_found_by_name_subject_purpose_and_kind():
    spring = actions.write("Spring", subject="Hello", text="Hi", by=None).message
    ours = actions.create("Ours", purpose="service", is_template=True, by=None)
    assert list(listed("HELL")) == [spring]
    assert list(listed("our")) == list(listed(purpose="service")) == list(listed(is_template=True)) == [ours]


def test_a_difference_tells_words_that_went_and_came():
    first = actions.write("Spring", subject="Hello you", text="Hi", by=None)
    actions.write("", subject="Hello all", text="Hi", by=None, message=first.message)
    (changed,) = difference(first, find_version(first.message_id))
    assert changed.part == "subject"
    assert [tuple(piece) for piece in changed.pieces] == [
        ("same", "Hello "),
        ("removed", "you"),
        ("added", "all"),
    ]


def test_a_difference_leaves_out_the_middle_of_what_stayed():
    long = "word " * 1_000
    first = actions.write("Spring", subject="Hi", text=f"a {long} b", by=None)
    second = actions.write("", subject="Hi", text=f"c {long} d", by=None, message=first.message)
    (changed,) = difference(first, second)
    assert [piece.kind for piece in changed.pieces].count("left out") == 1
