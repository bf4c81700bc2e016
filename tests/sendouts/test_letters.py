"""Letters are sent within their group, accounted for, and never lost; one that is held has one holder."""

import os
import signal
import time

import pytest

from tests import workers
from tests.relays import HANG_UP, TAKEN
from tidings.blacklists import actions as blacklists
from tidings.groups import actions as groups
from tidings.groups.settings import Joining
from tidings.kernel import db
from tidings.memberships import actions, letters, own_acts
from tidings.memberships.models import Letter, Membership
from tidings.messaging.links import read_request
from tidings.sendouts import tasks
from tidings.sendouts.actions import requeue_letters_of

pytestmark = pytest.mark.usefixtures("committed")

PAGE = Membership.Source.PAGE
ANNA = "anna@example.com"
WAIT_SECONDS = 60  # a worker on a busy machine takes its time to start


@pytest.fixture
def group(make_group):
    return make_group("Example Books", address="books@example.org")


@pytest.fixture
def anna(make_contact):
    return make_contact(ANNA, first_name="Änna")


@pytest.fixture
def asked(anna, group) -> Letter:
    actions.add(anna, group, source=PAGE, by=None, mode=Joining.DOUBLE_OPT_IN)
    return Letter.objects.get()


@pytest.fixture
def send(relay):
    """Runs all queues until nothing is due; the newest letter afterwards."""

    def run() -> Letter:
        workers.run_all(relay.port)
        return Letter.objects.latest("pk")

    return run


def own_text(group, kind: str, text: str, subject: str = "About {{ group.name }}") -> None:
    group.settings = {"subscription": {kind: {"subject": subject, "text": text}}}
    group.save(update_fields=["settings"])


def words_of(mail, kind: str = "plain") -> str:
    return mail.get_body((kind,)).get_content()


def test_a_letter_comes_from_the_group_with_a_link_that_names_the_request(asked, group, anna, send, relay):
    letter = send()
    mail = relay.mail_to(ANNA)
    assert (letter.state, letter.code, letter.attempt) == ("accepted", 250, 1)
    assert mail["From"] == "Example Books <books@example.org>"
    assert mail["Subject"] == "Please confirm: Example Books"
    assert mail["Message-ID"] == asked.message_id
    assert mail["Auto-Submitted"] == "auto-generated"
    token = next(line for line in words_of(mail).splitlines() if "/c/" in line).rpartition("/")[2]
    link = read_request(token)
    assert (link.group, link.contact, link.entry) == (group.pk, anna.pk, asked.request_id)
    assert link.is_for(ANNA)


def test_a_letter_says_the_same_as_html(asked, send, relay):
    send()
    mail = relay.mail_to(ANNA)
    [link] = [line for line in words_of(mail).splitlines() if "/c/" in line]
    assert f'<a href="{link}">{link}</a>' in words_of(mail, "html")


def test_only_a_welcome_has_list_unsubscribe(asked, group, make_contact, send, relay):
    actions.add(make_contact("new@example.com"), group, source=PAGE, by=None, mode=Joining.NOTICE)
    send()
    assert "List-Unsubscribe" not in relay.mail_to(ANNA)
    assert "/u1/" in relay.mail_to("new@example.com")["List-Unsubscribe"]


def test_a_group_writes_letters_of_its_own(anna, group, send, relay):
    own_text(group, "confirm", "Dear {{ contact.first_name }}, press {{ links.confirm }} - 寿司 🎉")
    actions.add(anna, group, source=PAGE, by=None, mode=Joining.DOUBLE_OPT_IN)
    send()
    mail = relay.mail_to(ANNA)
    assert mail["Subject"] == "About Example Books"
    assert words_of(mail).startswith("Dear Änna, press http")
    assert "寿司 🎉" in words_of(mail)


def test_a_letter_whose_author_forgot_the_link_has_it_all_the_same(anna, group, send, relay):
    own_text(group, "confirm", "Please confirm.")
    actions.add(anna, group, source=PAGE, by=None, mode=Joining.DOUBLE_OPT_IN)
    send()
    assert "/c/" in words_of(relay.mail_to(ANNA))


def test_a_letter_that_can_not_be_made_fails_and_says_why(anna, group, send):
    own_text(group, "confirm", "Dear {{ contact.shoe_sise }}")
    actions.add(anna, group, source=PAGE, by=None, mode=Joining.DOUBLE_OPT_IN)
    letter = send()
    assert letter.state == "failed"
    assert "shoe_sise" in letter.reason


def test_a_refused_letter_fails_with_the_relays_words(asked, send, relay):
    relay.answer = lambda _recipient, _nth: "550 no such user"
    letter = send()
    assert (letter.state, letter.code) == ("failed", 550)
    assert "no such user" in letter.reason


def test_a_letter_refused_for_now_is_tried_again(asked, send, relay, set_environment):
    set_environment(retry_pauses_seconds=(0.1,))
    relay.answer = lambda _recipient, nth: "450 busy" if nth == 1 else TAKEN
    letter = send()
    assert (letter.state, letter.attempt) == ("accepted", 2)


def test_a_letter_refused_for_too_long_fails(asked, send, relay, set_environment):
    set_environment(retry_pauses_seconds=(0.1,))
    relay.answer = lambda _recipient, _nth: "450 busy"
    letter = send()
    assert (letter.state, letter.attempt) == ("failed", 2)
    assert "gave up after 2 attempts" in letter.reason


def test_who_answered_meanwhile_gets_no_letter(asked, anna, group, send, relay):
    own_acts.confirm(anna, group, asked.request)
    letter = send()
    assert (letter.state, letter.reason, relay.mails) == ("skipped", "active", [])


@pytest.mark.parametrize("kind", ["everything", "complaint"])
def test_who_wants_nothing_more_gets_no_goodbye(anna, group, send, relay, kind):
    group.settings = {"subscription": {"sends_goodbye": True}}
    group.save(update_fields=["settings"])
    actions.add(anna, group, source=PAGE, by=None)
    actions.unsubscribe(anna, group.pk, source="link")
    if kind == "everything":
        own_acts.opt_out(anna, "everything", source="link")
    else:
        actions.complain(anna, group.pk, source="api")
    letter = send()
    assert (letter.kind, letter.state, relay.mails) == ("goodbye", "skipped", [])


def test_a_blacklisted_address_gets_no_letter(asked, send, relay):
    blacklists.add(ANNA, None, source="page", by=None)
    letter = send()
    assert (letter.state, letter.reason, relay.mails) == ("skipped", "blacklisted", [])


def test_a_letter_of_a_deleted_group_is_skipped(asked, group, send, relay):
    group.delete()
    letter = send()
    assert (letter.state, letter.reason, relay.mails) == ("skipped", "group_deleted", [])


def test_a_letter_to_somebody_erased_is_skipped(asked, anna, send, relay):
    anna.delete()
    letter = send()
    assert (letter.state, letter.reason, relay.mails) == ("skipped", "erased", [])


def test_letters_are_accounted_for_by_kind_and_state(asked, group, make_contact, send):
    actions.add(make_contact(), group, source=PAGE, by=None, mode=Joining.NOTICE)
    planned = letters.accounting(group.pk)
    assert (planned["confirm"]["planned"], planned["welcome"]["planned"]) == (1, 1)
    send()
    counts = letters.accounting(group.pk)
    assert (counts["confirm"]["accepted"], counts["welcome"]["accepted"]) == (1, 1)
    assert sum(counts["confirm"].values()) == sum(counts["welcome"].values()) == 1


def test_a_letter_has_one_holder(asked):
    assert letters.take(asked.pk, "one")
    assert letters.take(asked.pk, "two") is None


def test_who_was_overtaken_settles_nothing(asked):
    slow = letters.take(asked.pk, "slow")
    letters.release("slow")
    quick = letters.take(asked.pk, "quick")
    assert not letters.settle(slow, Letter.State.FAILED)
    assert letters.settle(quick, Letter.State.ACCEPTED)
    assert Letter.objects.get().state == "accepted"


def test_a_settled_letter_is_not_taken_again(asked, send, relay):
    send()
    tasks.queue_letters([asked.pk])
    send()
    assert relay.recipients == [ANNA]


def test_a_worker_that_died_with_a_letter_leaves_it_to_the_next(asked, send, relay):
    letters.take(asked.pk, "dead")
    requeue_letters_of("dead")
    letter = send()
    assert (letter.state, letter.doubts, relay.recipients) == ("accepted", 1, [ANNA])


def test_a_letter_that_is_never_answered_is_sent_three_times_at_most(asked, send, relay, monkeypatch):
    monkeypatch.setattr("tidings.sendouts.letters.PAUSE_SECONDS", 0.1)
    relay.answer = lambda _recipient, _nth: HANG_UP
    letter = send()
    assert (letter.state, len(relay.mails)) == ("failed", 3)
    assert {mail["Message-ID"] for mail in relay.mails} == {asked.message_id}


def test_a_letter_without_a_job_is_found(asked, send, relay):
    db.execute("DELETE FROM procrastinate_jobs")
    tasks.find_forgotten_letters.func(0)
    assert send().state == "accepted"


def test_a_worker_that_is_killed_while_it_holds_a_letter_loses_none(asked, relay, start_workers):
    relay.answer = lambda _recipient, nth: time.sleep(1) or TAKEN if nth == 1 else TAKEN
    start_workers()
    _until(lambda: Letter.objects.get().worker)
    os.kill(int(Letter.objects.get().worker.split("-")[-2]), signal.SIGKILL)
    _until(lambda: Letter.objects.get().settled_at)
    letter = Letter.objects.get()
    assert (letter.state, letter.doubts) == ("accepted", 1)
    assert {mail["Message-ID"] for mail in relay.mails} == {asked.message_id}


def test_a_worker_that_stops_in_order_gives_its_letter_back(asked, start_workers, relay):
    relay.answer = lambda _recipient, nth: time.sleep(1) or TAKEN if nth == 1 else TAKEN
    first = start_workers()
    _until(lambda: Letter.objects.get().worker)
    first.terminate()
    first.wait()
    start_workers()
    _until(lambda: Letter.objects.get().settled_at)
    assert Letter.objects.get().state == "accepted"


def _until(happens) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_an_sms_group_owes_no_letter(anna):
    sms = groups.create("Short news", channel="sms", by=None)
    assert (
        letters.write(Letter.Kind.WELCOME, anna, sms, letters.text_for(Letter.Kind.WELCOME, anna, sms))
        is None
    )
