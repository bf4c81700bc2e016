"""Each copy reaches its recipient once, or it is known why it didn't."""

# ruff: noqa: PLR0917 - pytest passes fixtures by their names

from collections import Counter

import pytest

from tests.relays import HANG_UP, TAKEN
from tidings.contacts import actions as contacts
from tidings.groups import actions as groups
from tidings.groups import attributes
from tidings.locks.models import GroupLock
from tidings.sendouts import actions
from tidings.sendouts.models import Batch, Doubt
from tidings.sendouts.queries import accounting, in_doubt, summary

ANNA, BERTA = "anna@example.com", "berta@example.com"


@pytest.fixture
def group(make_group, make_members):
    group = make_group("Shop", address="news@example.org")
    make_members(group, [ANNA, BERTA])
    return group


def test_everyone_gets_one_copy(make_sendout, deliver, relay, outcomes, set_environment):
    set_environment(batch_size=30)
    sendout = deliver(make_sendout(members=100), relay_connections=4)
    assert (sendout.state, outcomes(sendout)) == ("finished", {"accepted": 100})
    assert Counter(relay.recipients) == Counter(f"p{n:04}@example.com" for n in range(1, 101))


def test_the_lock_ends_with_the_sendout(make_sendout, deliver):
    deliver(make_sendout())
    assert not GroupLock.objects.exists()


def test_each_copy_is_made_for_its_recipient(group, make_message, make_sendout, deliver, relay):
    contacts.create_or_update(ANNA, {"first_name": "Anna"}, by=None)
    version = make_message("News", text='Dear {{ contact.first_name | default("friend") }}!')
    deliver(make_sendout(group, version))
    assert relay.mail_to(ANNA).get_content().strip() == "Dear Anna!"
    assert relay.mail_to(BERTA).get_content().strip() == "Dear friend!"


def test_a_copy_names_its_sender_and_recipient_and_the_way_out(group, make_sendout, deliver, relay):
    sender = {"name": "The Shop", "reply_to": "help@example.org", "subject_prefix": "[Shop]"}
    groups.update_settings(group, {"sender": sender}, by=None)
    sendout = deliver(make_sendout(group))
    mail = relay.mail_to(ANNA)
    assert (mail["From"], mail["To"]) == ("The Shop <news@example.org>", ANNA)
    assert (mail["Reply-To"], mail["Subject"]) == ("help@example.org", "[Shop] Hello")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Message-ID"].startswith(f"<{sendout.pk}.")


def test_the_groups_header_and_footer_stand_around_each_message(
    group, make_message, make_sendout, deliver, relay
):
    around = {
        "header_html": "<p>{{ group.name }}</p>",
        "footer_html": "<p>Imprint</p>",
        "header_text": "{{ group.name }}",
        "footer_text": "Imprint",
    }
    groups.update_settings(group, {"sender": around}, by=None)
    version = make_message(text="Hi", html="<html><body class='x'><p>Hi</p></body></html>")
    deliver(make_sendout(group, version))
    mail = relay.mail_to(ANNA)
    html, text = (mail.get_body([kind]).get_content().strip() for kind in ("html", "plain"))
    assert html == "<html><body class='x'><p>Shop</p><p>Hi</p><p>Imprint</p></body></html>"
    assert text.splitlines() == ["Shop", "", "Hi", "", "Imprint"]


def test_a_message_without_a_body_tag_has_header_and_footer_too(
    group, make_message, make_sendout, deliver, relay
):
    around = {"header_html": "<p>Above</p>", "footer_html": "<p>Below</p>"}
    groups.update_settings(group, {"sender": around}, by=None)
    deliver(make_sendout(group, make_message(text="", html="<p>Hi</p>")))
    html = relay.mail_to(ANNA).get_body(["html"])
    assert html.get_content().strip() == "<p>Above</p><p>Hi</p><p>Below</p>"


def test_the_groups_extra_headers_stand_in_each_copy(group, make_sendout, deliver, relay):
    headers = ["X-Campaign: Herbst, größer", "Auto-Submitted: auto-generated"]
    groups.update_settings(group, {"sender": {"headers": headers}}, by=None)
    deliver(make_sendout(group))
    mail = relay.mail_to(ANNA)
    assert (mail["X-Campaign"], mail["Auto-Submitted"]) == ("Herbst, größer", "auto-generated")


def test_what_the_start_froze_stays_whatever_is_changed_meanwhile(
    group, make_message, make_sendout, run_jobs, deliver, relay
):
    attributes.put(group, "price", "10", by=None)
    sendout = make_sendout(group, make_message(text="Only {{ group.price }}"))
    attributes.put(group, "price", "99", by=None)
    groups.update_settings(group, {"sender": {"name": "Other"}}, by=None)
    deliver(sendout)
    assert relay.mail_to(ANNA).get_content().strip() == "Only 10"
    assert relay.mail_to(ANNA)["From"] == "Shop <news@example.org>"


def test_profiles_are_read_when_the_batch_is_taken(
    group, make_message, make_sendout, run_jobs, deliver, relay
):
    sendout = make_sendout(group, make_message(text="{{ contact.city }}"))
    run_jobs()
    contacts.create_or_update(ANNA, {"city": "Hamburg"}, by=None)
    deliver(sendout)
    assert relay.mail_to(ANNA).get_content().strip() == "Hamburg"


def test_a_copy_that_can_not_be_made_fails_alone_and_says_why(
    group, make_message, make_sendout, deliver, relay, outcomes, reason_for
):
    contacts.create_or_update(ANNA, {"city": "far away"}, by=None)
    sendout = deliver(make_sendout(group, make_message(text="{{ contact.city | number }}")))
    assert outcomes(sendout) == {"accepted": 1, "failed": 1}
    assert relay.recipients == [BERTA]
    assert "can't be made for this contact" in reason_for(sendout, ANNA)[2]


def test_a_refusal_for_good_is_a_failure_with_the_carriers_words(
    group, make_sendout, deliver, relay, outcomes, reason_for
):
    relay.answer = lambda recipient, _nth: "550 5.1.1 no such user" if recipient == ANNA else TAKEN
    sendout = deliver(make_sendout(group))
    assert outcomes(sendout) == {"accepted": 1, "failed": 1}
    assert reason_for(sendout, ANNA) == ("failed", 550, "5.1.1 no such user")
    assert relay.attempts[ANNA] == 1


def test_a_refusal_for_now_is_tried_again(group, make_sendout, deliver, relay, outcomes):
    relay.answer = lambda recipient, nth: "451 4.7.1 later" if recipient == ANNA and nth == 1 else TAKEN
    sendout = deliver(make_sendout(group))
    assert (sendout.state, outcomes(sendout)) == ("finished", {"accepted": 2})
    assert relay.attempts == {ANNA: 2, BERTA: 1}


def test_a_refusal_that_never_ends_is_given_up(group, make_sendout, deliver, relay, outcomes, reason_for):
    relay.answer = lambda recipient, _nth: "451 4.7.1 later" if recipient == ANNA else TAKEN
    sendout = deliver(make_sendout(group))
    assert (sendout.state, outcomes(sendout)) == ("finished", {"accepted": 1, "failed": 1})
    assert relay.attempts == {ANNA: 3, BERTA: 1}
    assert reason_for(sendout, ANNA)[2].startswith("gave up after 3 attempts")


def test_while_some_wait_for_a_retry_the_group_is_free(
    group, make_sendout, deliver, relay, outcomes, set_environment
):
    set_environment(retry_pauses_seconds=(600.0,))
    relay.answer = lambda _recipient, _nth: "451 4.7.1 later"
    sendout = deliver(make_sendout(group))
    assert (sendout.state, outcomes(sendout)) == ("retrying", {"deferred": 2})
    assert not GroupLock.objects.exists()


def test_those_who_wait_for_a_retry_can_be_cancelled(
    group, make_sendout, deliver, relay, outcomes, set_environment
):
    set_environment(retry_pauses_seconds=(600.0,))
    relay.answer = lambda recipient, _nth: "451 4.7.1 later" if recipient == ANNA else TAKEN
    sendout = deliver(make_sendout(group))
    sendout = deliver(actions.cancel(sendout, by=None))
    assert (sendout.state, outcomes(sendout)) == ("cancelled", {"accepted": 1, "skipped": 1})


def test_a_connection_lost_after_the_dot_is_a_doubt_by_name_and_resent_with_the_same_id(
    group, make_sendout, deliver, relay, outcomes
):
    relay.answer = lambda recipient, nth: HANG_UP if recipient == ANNA and nth == 1 else TAKEN
    sendout = deliver(make_sendout(group))
    assert outcomes(sendout) == {"accepted": 2, "in_doubt": 1}
    [doubt] = in_doubt(sendout)
    assert (doubt.contact.email, doubt.resolution) == (ANNA, "resend")
    copies = [mail["Message-ID"] for mail in relay.mails if mail["To"] == ANNA]
    assert len(copies) == 2
    assert len(set(copies)) == 1


def test_a_connection_that_is_always_lost_after_the_dot_does_not_go_on_for_ever(
    group, make_sendout, deliver, relay, outcomes
):
    relay.answer = lambda recipient, _nth: HANG_UP if recipient == ANNA else TAKEN
    sendout = deliver(make_sendout(group))
    assert sendout.state == "finished"
    assert outcomes(sendout)["accepted"] == 1
    assert outcomes(sendout)["failed"] == 1


def test_of_a_dead_worker_only_those_in_flight_are_in_doubt(make_sendout, run_jobs, deliver, relay, outcomes):
    sendout = make_sendout(members=10)
    run_jobs()
    Batch.objects.update(state="taken", worker="dead", lease_until=None, token=1, handed_to=4)
    sendout = deliver(sendout)
    assert outcomes(sendout) == {"accepted": 10, "in_doubt": 4}
    assert list(Doubt.objects.order_by("position").values_list("position", flat=True)) == [1, 2, 3, 4]


def test_a_batch_that_another_worker_holds_waits_for_its_lease(make_sendout, run_jobs, deliver, relay):
    sendout = make_sendout(members=3)
    run_jobs()
    Batch.objects.update(state="taken", worker="other", lease_until="2999-01-01T00:00:00Z", token=1)
    assert deliver(sendout).state == "sending"
    assert relay.recipients == []


def test_a_subject_or_name_can_not_smuggle_a_header_in(
    make_group, make_members, make_message, make_sendout, deliver, relay
):
    group = make_group("Shop")
    make_members(group, [ANNA])
    attributes.put(group, "headline", "Sale\r\nBcc: group@evil.example", by=None)
    evil = {"first_name": "Anna\r\nBcc: contact@evil.example", "last_name": "\nX-Evil: 1\n\nbody"}
    contacts.create_or_update(ANNA, evil, by=None)
    version = make_message("{{ group.headline }} {{ contact.first_name }} {{ contact.last_name }}")
    deliver(make_sendout(group, version))
    [mail] = relay.mails
    assert mail["Bcc"] is mail["X-Evil"] is None
    assert mail.get_content().strip() == "Good morning!"
    assert relay.recipients == [ANNA]


def test_the_name_of_a_sender_can_not_smuggle_a_header_in(group, make_sendout, deliver, relay):
    name = "Shop\r\nBcc: sender@evil.example"
    deliver(make_sendout(group, sender_name=name))
    assert relay.mail_to(ANNA)["Bcc"] is None
    assert relay.mail_to(ANNA)["From"].addresses[0].addr_spec == "news@example.org"


def test_the_summary_proves_the_equation(group, make_sendout, deliver):
    told = summary(deliver(make_sendout(group)))
    assert told["holds"]
    assert (
        told["planned"] + told["accepted"] + told["deferred"] + told["failed"] + told["skipped"]
        == told["audience"]
    )
    assert told["waterfall"]["will_receive"] == told["audience"] == 2


def test_reasons_are_told_most_frequent_first(make_sendout, deliver, relay):
    odd = {"p0003@example.com": "552 too big"}
    relay.answer = lambda recipient, _nth: odd.get(recipient, "550 unknown")
    sendout = deliver(make_sendout(members=4))
    assert accounting(sendout).reasons == [("failed", 550, "unknown", 3), ("failed", 552, "too big", 1)]
