"""Single sends: one message to one contact, once, accounted for, by the same rules as everything that is sent."""

from datetime import timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from tests import workers
from tests.racing import overtaken
from tests.relays import TAKEN
from tidings.blacklists import actions as blacklists
from tidings.contacts.models import Contact
from tidings.groups import actions as groups
from tidings.groups import lifecycle
from tidings.groups.errors import GroupArchived
from tidings.kernel import clock
from tidings.memberships import own_acts
from tidings.memberships.models import Membership, OptOut
from tidings.messaging.actions import write
from tidings.sendouts import actions, tasks
from tidings.sendouts.errors import (
    BadKey,
    BadParameter,
    KeyUsedBefore,
    NeedsParameters,
    ParametersMissing,
    SingleRejected,
)
from tidings.sendouts.models import Batch, Sendout, Single
from tidings.sendouts.queries import accounting, single_sends
from tidings.sendouts.singles import Asked, send_many, send_one
from tidings.sendouts.standing import close_those_of_yesterday

pytestmark = pytest.mark.usefixtures("committed")

ANNA = "anna@example.com"
TEXT = "Dear {{ contact.first_name | default('friend') }}, order {{ param.Order }} {{ param.note | default('') }}"


@pytest.fixture
def group(make_group):
    return make_group("Shop", address="shop@example.org")


@pytest.fixture
def version(make_message):
    return make_message("Order {{ param.order }}", text=TEXT, purpose="service")


@pytest.fixture
def moderated(group, moderate, make_user):
    """The group, which asks before anything is sent to it."""
    moderate(group, make_user())
    return group


@pytest.fixture
def send(group, version):
    """Asks for one single send of the message."""

    def send(address: str = ANNA, params: dict | None = None, **rest) -> Single:
        said = rest.pop("said", version)
        asked = {"group": group, "by": None} | rest
        return send_one(said.message_id, address, params or {"order": "A-1"}, **asked)

    return send


@pytest.fixture
def work(relay):
    """Runs all queues until nothing is due soon."""
    return lambda: workers.run_all(relay.port)


def outcome(single: Single) -> tuple[str, str]:
    [found] = single_sends(only=single.pk)
    return found["outcome"], found["reason"]


def test_it_reaches_who_was_not_known_before_and_shows_the_parameters(send, work, relay, outcomes):
    single = send(params={"ORDER": "A-17", "note": "Thanks!"})
    work()
    mail = relay.mail_to(ANNA)
    assert (mail["Subject"], mail["From"]) == ("Order A-17", "Shop <shop@example.org>")
    assert mail.get_content().strip() == "Dear friend, order A-17 Thanks!"
    assert outcome(single) == ("accepted", "")
    assert outcomes(single.sendout) == {"accepted": 1}
    assert not Membership.objects.exists()


def test_it_says_that_a_program_wrote_it_and_offers_nothing_to_unsubscribe_from(send, work, relay):
    send()
    work()
    mail = relay.mail_to(ANNA)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] is None


def test_all_of_a_day_that_send_the_same_are_one_sendout(send, work, relay, outcomes):
    singles = [send(address) for address in (ANNA, "berta@example.com", ANNA)]
    work()
    [sendout] = {single.sendout for single in singles}
    assert outcomes(sendout) == {"accepted": 3}
    assert len({mail["Message-ID"] for mail in relay.mails}) == 3
    sendout.refresh_from_db()
    assert sendout.state == "sending"


def test_those_of_yesterday_end_when_all_are_settled(send, work, outcomes):
    first = send()
    work()
    close_those_of_yesterday(clock.now() + timedelta(days=1))
    first.sendout.refresh_from_db()
    assert first.sendout.state == "finished"
    assert send().sendout_id != first.sendout_id


def test_a_change_of_the_group_opens_another_one_and_ends_the_one_before(send, work, group, relay, outcomes):
    first = send()
    groups.update_settings(group, {"sender": {"name": "Example Shop"}}, by=None)
    group.refresh_from_db()
    second = send("berta@example.com")
    work()
    assert relay.mail_to("berta@example.com")["From"] == "Example Shop <shop@example.org>"
    states = dict(Sendout.objects.values_list("pk", "state"))
    assert states == {first.sendout_id: "finished", second.sendout_id: "sending"}


def test_the_same_key_and_request_is_one_message(send, work, relay):
    first, second = send(key="order-1"), send(key="order-1")
    work()
    assert send(key="order-1").pk == second.pk == first.pk
    assert relay.recipients == [ANNA]


def test_two_who_ask_at_once_with_one_key_get_the_same_answer(send):
    made: list[Single] = []
    second = overtaken(lambda: made.append(send(key="order-1")), lambda: send(key="order-1"))
    assert [second.pk] == [one.pk for one in made]
    assert accounting(Sendout.objects.get()).audience == Single.objects.count() == 1


@pytest.mark.parametrize("other", [{"address": "berta@example.com"}, {"params": {"order": "A-2"}}])
def test_a_key_is_refused_for_another_request(send, other):
    send(key="order-1")
    with pytest.raises(KeyUsedBefore):
        send(key="order-1", **other)
    assert Single.objects.count() == 1


def test_a_repeated_request_is_the_same_whatever_was_written_meanwhile(send, version):
    first = send(key="order-1")
    write("", subject="Other", text="Other {{ param.colour }}", by=None, message=version.message)
    assert send(key="order-1").pk == first.pk


def test_keys_of_two_users_are_two_keys(send, make_user):
    assert send(key="1", by=make_user()).pk != send(key="1", by=make_user()).pk


@pytest.mark.parametrize("key", ["", "a\n", "x" * 256])
def test_a_key_that_cannot_be_kept_is_refused(send, key):
    with pytest.raises(BadKey):
        send(key=key)


def test_without_a_parameter_that_is_shown_nothing_is_stored(send):
    with pytest.raises(ParametersMissing, match=r"param\.order"):
        send(params={"note": "x"})
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"colour": "red"}, {"Order": "2"}, {"note": "a\x00b"}, {"note": "x" * 10_001}, {"note": {}}]
)
def test_a_parameter_that_cannot_be_shown_is_refused(send, wrong):
    with pytest.raises(BadParameter):
        send(params={"order": "1"} | wrong)


def test_a_list_can_be_looped_over(send, make_message, work, relay):
    version = make_message(
        "Lines", text="{% for line in param.lines %}- {{ line }}\n{% endfor %}", purpose="system"
    )
    send(said=version, params={"lines": ["one", "two & three"]})
    work()
    assert relay.mail_to(ANNA).get_content() == "- one\r\n- two & three\r\n\r\n"


def test_parameters_are_forgotten_when_the_copy_is_out(send, work):
    single = send(params={"order": "secret"})
    work()
    single.refresh_from_db()
    assert single.params == {}


def test_who_opted_out_of_marketing_still_gets_a_service_message(send, work, make_contact, group, relay):
    own_acts.opt_out(make_contact(ANNA), OptOut.Scope.EVERYTHING, source="form")
    send()
    work()
    assert relay.recipients == [ANNA]


def test_nobody_gets_a_message_whom_a_blacklist_names(send, work, group, make_contact, relay):
    make_contact(ANNA)
    blacklists.add(ANNA, None, source="page", by=None)
    single = send()
    work()
    assert outcome(single) == ("skipped", "blacklisted")
    assert relay.recipients == []


def test_marketing_goes_to_active_members_alone(make_message, work, group, make_members):
    version = make_message("News", text="News {{ links.unsubscribe }}")
    make_members(group, ["berta@example.com"])
    stranger, member = (
        send_one(version.message_id, a, {}, group=group, by=None) for a in (ANNA, "berta@example.com")
    )
    work()
    assert (outcome(stranger), outcome(member)) == (("skipped", "removed"), ("accepted", ""))


def test_in_a_moderated_group_it_waits_for_an_approval_that_holds_for_all_that_follow(
    send, work, moderated, relay, outcomes
):
    sendout = send().sendout
    work()
    assert (sendout.state, ANNA in relay.recipients) == ("awaiting_approval", False)
    assert outcomes(sendout) == {"planned": 1}
    actions.release(sendout.pk, sendout.standing_for, by=None)
    second = send("berta@example.com")
    work()
    assert {ANNA, "berta@example.com"} <= set(relay.recipients)
    assert second.sendout_id == sendout.pk


def test_an_approval_does_not_outlive_what_it_was_for(send, moderated):
    sendout = send().sendout
    actions.release(sendout.pk, sendout.standing_for, by=None)
    close_those_of_yesterday(clock.now() + timedelta(days=1))
    assert send().sendout.state == "sending"
    groups.update_settings(moderated, {"sender": {"name": "Other"}}, by=None)
    moderated.refresh_from_db()
    assert send().sendout.state == "awaiting_approval"


def test_after_a_rejection_nobody_gets_it_and_it_is_refused(send, work, moderated, outcomes):
    first = send()
    actions.reject(first.sendout_id, "Wrong price", by=None)
    work()
    assert outcomes(first.sendout) == {"skipped": 1}
    with pytest.raises(SingleRejected, match="Wrong price"):
        send("berta@example.com")


def test_while_it_is_paused_single_sends_wait_and_then_go(send, work, relay, outcomes):
    sendout = send().sendout
    actions.pause(sendout, by=None)
    assert send("berta@example.com").sendout_id == sendout.pk
    work()
    assert relay.recipients == []
    actions.resume(sendout, by=None)
    work()
    assert sorted(relay.recipients) == [ANNA, "berta@example.com"]


def test_after_a_cancellation_another_one_opens(send, work, outcomes):
    first = send()
    actions.cancel(first.sendout, by=None)
    second = send("berta@example.com")
    work()
    assert (outcomes(first.sendout), outcomes(second.sendout)) == ({"skipped": 1}, {"accepted": 1})
    assert not Single.objects.exclude(params={}).exists()


def test_an_archived_group_takes_none(send, group):
    send()
    lifecycle.archive(group, by=None)
    group.refresh_from_db()
    with pytest.raises(GroupArchived):
        send("berta@example.com")


def test_a_message_with_parameters_cannot_go_to_a_group(group, version, make_members):
    make_members(group, [ANNA])
    with pytest.raises(NeedsParameters, match=r"param\.note, param\.order"):
        actions.start(group, version, by=None)


def test_one_that_is_refused_for_now_is_tried_again(send, work, relay):
    relay.answer = lambda _recipient, nth: "451 later" if nth == 1 else TAKEN
    single = send()
    work()
    assert outcome(single)[0] == "accepted"


def test_those_that_wait_are_gathered_into_one_batch_but_nobody_stands_in_it_twice(
    send, work, relay, outcomes
):
    singles = [send(address) for address in ("berta@example.com", ANNA, ANNA)]
    sendout = singles[0].sendout
    work()
    assert sorted(Batch.objects.filter(sendout=sendout).values_list("size", flat=True)) == [1, 2]
    assert outcomes(sendout) == {"accepted": 3}


def test_who_is_put_off_keeps_the_parameters_for_the_next_attempt(send, work, relay):
    relay.answer = lambda recipient, nth: "451 later" if recipient == ANNA and nth == 1 else TAKEN
    for address in (ANNA, "berta@example.com"):
        send(address)
    work()
    assert "order A-1" in relay.mail_to(ANNA).get_content()
    assert not Single.objects.exclude(params={}).exists()


def test_many_at_once_are_each_on_their_own(group, version, work, relay):
    def asked(address: str, key: str | None = None, **params: str) -> Asked:
        return Asked(version.message_id, address, params or {"order": "1"}, group, key=key)

    wishes = [
        asked(ANNA),
        asked("no address"),
        asked("berta@example.com", colour="red"),
        asked("clara@example.com", key="k"),
        asked("clara@example.com", key="k"),
        asked("dora@example.com", key="k"),
        Asked(version.message_id + 1, ANNA, {}, group),
        asked(ANNA),
    ]
    made = send_many(wishes, by=None)
    work()
    codes = [one.pk if isinstance(one, Single) else one.code for one in made]
    assert [code for code in codes if isinstance(code, str)] == [
        "bad_address",
        "bad_parameter",
        "key_used_before",
        "not_found",
    ]
    assert codes[3] == codes[4]
    assert sorted(relay.recipients) == [ANNA, ANNA, "clara@example.com"]


def test_what_a_worker_did_not_gather_is_found_again(send, work, relay):
    send()
    ProcrastinateJob.objects.all().delete()
    tasks.find_forgotten(0)
    work()
    assert relay.recipients == [ANNA]
