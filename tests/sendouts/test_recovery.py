"""Whatever lost its job gets it again, and what can't be worked on tells a person."""

from datetime import timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from tidings.journal.models import Fact
from tidings.kernel import clock, db
from tidings.sendouts import actions
from tidings.sendouts.finish import HOPELESS_ATTEMPTS
from tidings.sendouts.models import Batch
from tidings.sendouts.tasks import find_forgotten

BREAK_BATCHES = """
CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'the worker breaks'; END $$;
CREATE TRIGGER fail BEFORE UPDATE ON sendout_batches FOR EACH ROW EXECUTE FUNCTION fail()
"""


@pytest.fixture
def broken_batches(committed):
    """No worker can take a batch; gives what ends that."""
    db.execute(BREAK_BATCHES)
    yield (mend := lambda: db.execute("DROP FUNCTION IF EXISTS fail CASCADE"))
    mend()


def lose_jobs() -> None:
    db.execute("DELETE FROM procrastinate_jobs")


def jobs() -> list[tuple[str, dict[str, int]]]:
    return [(job.task_name, job.args) for job in ProcrastinateJob.objects.all()]


def let_deliveries_have_failed(times: int) -> None:
    """So that nobody waits for the growing pauses between the attempts of a job."""
    deliveries = (
        "UPDATE procrastinate_jobs SET attempts = %(times)s WHERE task_name = 'sendouts.deliver_batch'"
    )
    assert db.execute(deliveries, {"times": times}) == 1


def test_a_batch_whose_job_vanished_is_delivered(make_sendout, run_jobs, deliver, outcomes):
    sendout = make_sendout(members=3)
    run_jobs()
    lose_jobs()
    find_forgotten(timestamp=0)
    sendout = deliver(sendout)
    assert (sendout.state, outcomes(sendout)) == ("finished", {"accepted": 3})


def test_a_sendout_whose_audience_was_never_frozen_is_delivered(make_sendout, deliver, outcomes):
    sendout = make_sendout(members=3)
    lose_jobs()
    find_forgotten(timestamp=0)
    assert outcomes(deliver(sendout)) == {"accepted": 3}


def test_a_schedule_without_a_job_still_waits_for_its_time(make_sendout, committed):
    at = clock.now() + timedelta(hours=1)
    sendout = make_sendout(at=at)
    lose_jobs()
    find_forgotten(timestamp=0)
    assert jobs() == [("sendouts.start_scheduled", {"sendout_id": sendout.pk})]
    assert ProcrastinateJob.objects.get().scheduled_at == at


def test_the_rest_of_a_cancelled_sendout_is_skipped(make_sendout, run_jobs, outcomes):
    sendout = make_sendout(members=3)
    run_jobs()
    actions.cancel(sendout, by=None)
    lose_jobs()
    find_forgotten(timestamp=0)
    run_jobs()
    assert outcomes(sendout) == {"skipped": 3}


def test_what_has_a_job_gets_no_second_one(make_group, make_members, make_sendout, run_jobs):
    make_sendout()
    run_jobs()
    make_members(other := make_group(), ["anna@example.com"])
    make_sendout(other)
    before = jobs()
    find_forgotten(timestamp=0)
    assert sorted(name for name, _ in before) == ["sendouts.deliver_batch", "sendouts.expand_audience"]
    assert jobs() == before


def test_a_paused_sendout_needs_no_job(make_sendout, run_jobs):
    sendout = make_sendout()
    run_jobs()
    actions.pause(sendout, by=None)
    lose_jobs()
    find_forgotten(timestamp=0)
    assert jobs() == []


def test_a_batch_that_breaks_its_worker_again_and_again_pauses_the_sendout_and_says_why(
    make_sendout, run_jobs, deliver, broken_batches, outcomes
):
    sendout = make_sendout(members=3)
    run_jobs()
    let_deliveries_have_failed(HOPELESS_ATTEMPTS)
    sendout = deliver(sendout)
    assert (sendout.state, outcomes(sendout)) == ("paused", {"planned": 3})
    assert sendout.state_reason.startswith("It can't go on: the worker breaks")
    assert Fact.objects.filter(verb="sendout.paused", subject=sendout.pk).count() == 1


def test_a_batch_that_broke_its_worker_less_often_is_tried_again(
    make_sendout, run_jobs, deliver, broken_batches
):
    sendout = make_sendout(members=3)
    run_jobs()
    let_deliveries_have_failed(HOPELESS_ATTEMPTS - 1)
    assert deliver(sendout).state == "sending"
    assert [(job.status, job.attempts) for job in ProcrastinateJob.objects.all()] == [
        ("todo", HOPELESS_ATTEMPTS)
    ]


def test_a_paused_hopeless_sendout_goes_on_when_its_cause_is_mended(
    make_sendout, run_jobs, deliver, broken_batches, outcomes
):
    sendout = make_sendout(members=3)
    run_jobs()
    let_deliveries_have_failed(HOPELESS_ATTEMPTS)
    sendout = deliver(sendout)
    broken_batches()
    sendout = deliver(actions.resume(sendout, by=None))
    assert (sendout.state, outcomes(sendout)) == ("finished", {"accepted": 3})
    assert not Batch.objects.exclude(state=Batch.State.DONE).exists()
