import pytest

from tidings.journal.models import Fact
from tidings.kernel.errors import TidingsError
from tidings.messaging import actions
from tidings.messaging.errors import EmptyMessage, TooLong
from tidings.messaging.models import Message

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
