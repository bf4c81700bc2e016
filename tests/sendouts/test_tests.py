"""Test sendouts: to a group's test recipients, marked, accounted for, and counted nowhere else."""

import pytest

from tidings.attributes import actions as attributes
from tidings.blacklists import actions as blacklists
from tidings.blacklists.models import Entry
from tidings.contacts import actions as contacts
from tidings.contacts.models import Contact
from tidings.groups import actions as groups
from tidings.groups.errors import GroupArchived
from tidings.groups.models import Group
from tidings.kernel import clock
from tidings.locks import actions as locks
from tidings.locks.errors import GroupLocked
from tidings.locks.models import GroupLock, Process
from tidings.memberships.models import Membership, OptOut
from tidings.sendouts import actions
from tidings.sendouts.errors import MessageBroken, NoTestRecipients
from tidings.sendouts.models import Sendout
from tidings.web.overview import group_rows

ANNA, TESTER = "anna@example.com", "tester@example.org"


@pytest.fixture
def group(make_group, make_members) -> Group:
    group = make_group("Shop", address="news@example.org")
    make_members(group, [ANNA, "berta@example.com"])
    contacts.create_or_update(ANNA, {"first_name": "Anna", "last_name": "Adler"}, by=None)
    return groups.update_settings(
        group, {"test_recipients": {"addresses": [TESTER]}, "sender": {"subject_prefix": "[Shop]"}}, by=None
    )


@pytest.fixture
def version(make_message):
    attributes.define("store", scope="member", by=None)
    text = 'Dear {{ contact.first_name | default("friend") }}, {{ member.store }} {{ links.unsubscribe }}'
    return make_message("News", text=text)


def test_a_test_goes_to_the_test_recipients_alone(group, version, deliver, relay, outcomes):
    sendout = deliver(actions.start_test(group, version, by=None))
    assert (sendout.kind, sendout.state, outcomes(sendout)) == ("test", "finished", {"accepted": 1})
    assert relay.recipients == [TESTER]


def test_it_can_be_told_from_the_real_thing(group, version, deliver, relay):
    deliver(actions.start_test(group, version, by=None))
    mail = relay.mail_to(TESTER)
    assert (mail["Subject"], mail["X-Tidings-Test"]) == ("[Test] [Shop] News", "yes")


def test_its_copies_show_the_values_of_who_gets_them(group, version, deliver, relay):
    contacts.create_or_update(TESTER, {"first_name": "Tessa"}, by=None)
    deliver(actions.start_test(group, version, by=None))
    assert "Dear Tessa," in relay.mail_to(TESTER).get_content()


def test_its_copies_show_the_values_of_a_chosen_contact(group, version, deliver, relay):
    anna = Contact.objects.get(email=ANNA)
    Membership.objects.filter(group=group, contact=anna).update(attributes={"store": "Bonn"})
    deliver(actions.start_test(group, version, by=None, shown_as=anna))
    mail = relay.mail_to(TESTER)
    assert "Dear Anna, Bonn" in mail.get_content()
    assert mail["To"] == f"Anna Adler <{TESTER}>"


def test_a_click_in_it_unsubscribes_nobody(group, version, deliver, relay, client):
    deliver(actions.start_test(group, version, by=None, shown_as=Contact.objects.get(email=ANNA)))
    mail = relay.mail_to(TESTER)
    link = mail.get_content().rpartition("http")[2].split("/", 3)[3].strip()
    assert "Only a preview" in client.post("/" + link).content.decode()
    assert "/u/preview" in mail["List-Unsubscribe"]
    assert not OptOut.objects.exists()


def test_who_is_not_known_yet_becomes_a_contact_in_no_group(group, version, deliver):
    deliver(actions.start_test(group, version, by=None))
    tester = Contact.objects.get(email=TESTER)
    assert not Membership.objects.filter(contact=tester).exists()


@pytest.mark.parametrize("whose", ["group", "system"])
def test_who_is_blacklisted_gets_no_test_either(group, version, deliver, outcomes, whose):
    blacklists.add(TESTER, group if whose == "group" else None, source=Entry.Source.PAGE, by=None)
    sendout = deliver(actions.start_test(group, version, by=None))
    assert outcomes(sendout) == {"skipped": 1}


def test_who_opted_out_gets_no_test_either(group, version, deliver, outcomes):
    tester, _ = contacts.create_or_update(TESTER, {}, by=None)
    OptOut.objects.create(contact=tester, group=group, scope="group", source="link")
    assert outcomes(deliver(actions.start_test(group, version, by=None))) == {"skipped": 1}


def test_a_template_that_errors_makes_that_copy_failed_with_the_reason(
    group, make_message, deliver, reason_for
):
    contacts.create_or_update(TESTER, {"city": "soon"}, by=None)
    sendout = deliver(actions.start_test(group, make_message(text="{{ contact.city | date }}"), by=None))
    assert reason_for(sendout, TESTER) == (
        "failed",
        0,
        'The text can\'t be made for this contact: "soon" is not a date',
    )


def test_it_is_not_the_last_sendout_of_the_group(group, version, deliver):
    deliver(actions.start_test(group, version, by=None))
    assert group_rows([group])[0].last_sendout is None


def test_it_uses_the_group_while_it_goes(group, version, deliver):
    sendout = actions.start_test(group, version, by=None)
    assert GroupLock.objects.get().mode == "shared"
    deliver(sendout)
    assert not GroupLock.objects.exists()


def test_it_is_refused_while_an_import_writes_the_group_and_leaves_nothing(group, version):
    locks.begin(Process.Kind.IMPORT, [group.pk], label="people.csv", by=None)
    with pytest.raises(GroupLocked):
        actions.start_test(group, version, by=None)
    assert not Sendout.objects.exists()
    assert not Contact.objects.filter(email=TESTER).exists()


def test_a_group_without_test_recipients_is_told_where_to_name_some(make_group, version):
    with pytest.raises(NoTestRecipients, match="in its settings, under Test recipients"):
        actions.start_test(make_group(), version, by=None)


def test_an_archived_group_gets_no_test(group, version):
    group.archived_at = clock.now()
    with pytest.raises(GroupArchived):
        actions.start_test(group, version, by=None)


def test_a_broken_message_is_not_even_tested(group, make_message):
    with pytest.raises(MessageBroken):
        actions.start_test(group, make_message(html='<a href="http:/x">x</a>'), by=None)
    assert not Sendout.objects.exists()


def test_a_group_without_members_can_test(make_group, version, deliver, outcomes):
    group = groups.update_settings(make_group(), {"test_recipients": {"addresses": [TESTER]}}, by=None)
    assert outcomes(deliver(actions.start_test(group, version, by=None))) == {"accepted": 1}
