"""Users are told what concerns them: once each, on their page and by mail."""

import pytest

from tests import workers
from tests.relays import HANG_UP
from tidings.journal.models import Fact
from tidings.kernel import db
from tidings.notices import actions, mail
from tidings.notices.models import Notice
from tidings.notices.queries import count_unread, notices_of
from tidings.sendouts.tasks import find_forgotten_notices

TEXT = "Resume it when the relay works.\n.\nThat is all: 寿司"


@pytest.fixture
def anna(make_user):
    return make_user("Änna, the first")


def test_it_tells_each_user_once(anna, make_user):
    told = actions.tell([anna, make_user("Berta"), anna], "Sendout 1 has paused", TEXT)
    assert len(told) == 2
    assert Fact.objects.filter(verb="notice.written").count() == 2


def test_it_tells_nobody_who_is_inactive(make_user):
    assert actions.tell([make_user(is_active=False)], "Sendout 1 has paused", TEXT) == []


def test_it_keeps_a_subject_on_one_line_and_short(anna):
    [notice] = actions.tell([anna], "Bcc:\r\nall@example.org " + "x" * 300, TEXT)
    assert "\n" not in notice.subject
    assert len(notice.subject) == actions.SUBJECT_CHARACTERS_AT_MOST


def test_reading_one_leaves_the_others_unread(anna):
    [first] = actions.tell([anna], "First", TEXT)
    actions.tell([anna], "Second", TEXT)
    assert actions.mark_read(anna, first.pk) == 1
    assert [notice.subject for notice in notices_of(anna, unread_only=True)] == ["Second"]


def test_nobody_reads_the_notices_of_others(anna, make_user):
    actions.tell([anna], "First", TEXT)
    assert actions.mark_read(make_user("Berta")) == 0
    assert count_unread(anna) == 1


def test_it_is_mailed(committed, anna, relay):
    [notice] = actions.tell([anna], "Sendout 1 has paused: “Club”", TEXT, path="/sendouts/1/")
    workers.run_all(relay.port)
    sent = relay.mail_to(anna.email)
    assert sent["Subject"] == "Sendout 1 has paused: “Club”"
    assert sent["To"] == f'"{anna.name}" <{anna.email}>'
    assert sent.get_content().splitlines() == [*TEXT.splitlines(), "", "http://127.0.0.1:8000/sendouts/1/"]
    assert Notice.objects.get(pk=notice.pk).state == Notice.State.MAILED


def test_one_that_the_relay_refuses_says_why(committed, anna, relay):
    relay.answer = lambda _recipient, _nth: "550 5.1.1 nobody here"
    [notice] = actions.tell([anna], "Sendout 1 has paused", TEXT)
    workers.run_all(relay.port)
    notice.refresh_from_db()
    assert (notice.state, notice.reason) == (Notice.State.FAILED, "5.1.1 nobody here")


def test_one_that_may_have_arrived_is_tried_again_with_the_same_message_id(committed, anna, relay):
    relay.answer = lambda _recipient, _nth: HANG_UP
    [notice] = actions.tell([anna], "Sendout 1 has paused", TEXT)
    workers.run_all(relay.port)
    assert Notice.objects.get(pk=notice.pk).state == Notice.State.WAITING
    assert db.value("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'sendouts.mail_notices'") == 1


def test_one_that_lost_its_job_gets_another(committed, anna):
    actions.tell([anna], "Sendout 1 has paused", TEXT)
    db.execute("DELETE FROM procrastinate_jobs")
    find_forgotten_notices(0)
    find_forgotten_notices(0)
    assert db.value("SELECT count(*) FROM procrastinate_jobs") == 1


def test_one_that_nobody_takes_for_a_day_is_given_up(anna):
    [notice] = actions.tell([anna], "Sendout 1 has paused", TEXT)
    Notice.objects.update(created_at=notice.created_at - mail.GIVEN_UP_AFTER)
    assert mail.waiting(notice.pk) is None
    assert Notice.objects.get(pk=notice.pk).state == Notice.State.FAILED
