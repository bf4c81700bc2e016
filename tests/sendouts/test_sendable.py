"""Which messages may be sent, and to whom their purpose lets them go."""

# ruff: noqa: PLR0917 - pytest passes fixtures by their names

import pytest

from tidings.contacts.models import Contact
from tidings.memberships.models import OptOut
from tidings.messaging import actions as messages
from tidings.messaging.errors import MessageArchived, MessageIsTemplate, MessageUsed
from tidings.messaging.queries import find_version
from tidings.sendouts import actions
from tidings.sendouts.expand import expand
from tidings.sendouts.judge import waterfall
from tidings.sendouts.models import Batch
from tidings.sendouts.queries import accounting
from tidings.sendouts.tasks import queue_batches

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(make_message):
    return make_message()


@pytest.fixture
def group(make_group, make_members):
    group = make_group()
    make_members(group, ["anna@example.com", "opted@example.com", "complained@example.com"])
    for name, reason in (("opted", "own_act"), ("complained", "complaint")):
        contact = Contact.objects.get(email=f"{name}@example.com")
        OptOut.objects.create(contact=contact, scope="everything", reason=reason, source="link")
    return group


def test_an_archived_message_is_not_sent(group, version):
    archived = find_version(messages.archive(version.message, by=None).pk)
    with pytest.raises(MessageArchived):
        actions.start(group, archived, by=None)


def test_a_template_is_not_sent(group, version):
    template = messages.copy(version, "Ours", is_template=True, by=None)
    with pytest.raises(MessageIsTemplate):
        actions.start(group, template, by=None)


def test_a_message_that_was_sent_is_not_deleted(group, version):
    actions.start(group, version, by=None)
    with pytest.raises(MessageUsed, match="Archive it instead"):
        messages.delete(version.message, by=None)


@pytest.mark.parametrize(("purpose", "people"), [("marketing", 1), ("service", 2), ("system", 2)])
def test_opt_outs_from_marketing_count_for_marketing_alone_and_complaints_for_all(
    group, version, purpose, people
):
    about = {"name": "Order", "description": "", "language": ""}
    messages.describe(version.message, **about, purpose=purpose, by=None)
    sendout = actions.start(group, find_version(version.message_id), by=None)
    expand(sendout.pk)
    assert Batch.objects.get().size == people
    assert waterfall(group.pk, is_marketing=purpose == "marketing")["will_receive"] == people


@pytest.mark.parametrize(("purpose", "reached"), [("marketing", 1), ("service", 3)])
def test_whoever_opts_out_during_a_sendout_is_kept_back_by_the_same_rule(
    make_group, make_members, version, deliver, purpose, reached
):
    group = make_group()
    people = make_members(group, 3)
    messages.describe(version.message, name="x", description="", purpose=purpose, language="", by=None)
    sendout = actions.start(group, find_version(version.message_id), by=None)
    queue_batches(expand(sendout.pk))
    for contact in people[:2]:
        OptOut.objects.create(contact=contact, scope="everything", source="link")
    deliver(sendout)
    assert accounting(sendout).accepted == reached
