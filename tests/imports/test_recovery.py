"""An import whose job was lost gets another one, and only such an import."""

import io
from datetime import timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from tidings.imports import actions
from tidings.imports.queries import find
from tidings.kernel import clock, db
from tidings.locks import leases
from tidings.locks.models import Process
from tidings.locks.tasks import find_forgotten

PEOPLE = "email\nanna@example.com\n"


@pytest.fixture
def group(make_group):
    return make_group()


@pytest.fixture
def forgotten(start, group):
    """An import without a job."""
    run = start(group, PEOPLE)
    db.execute("DELETE FROM procrastinate_jobs")
    return run


def jobs() -> list[dict[str, int]]:
    return [job.args for job in ProcrastinateJob.objects.filter(status__in=["todo", "doing"])]


def test_an_import_whose_job_vanished_is_queued_again_and_ends(forgotten, run_jobs):
    find_forgotten(timestamp=0)
    run_jobs()
    assert find(forgotten.pk).state == "finished"


def test_an_import_whose_job_failed_for_good_is_queued_again(start, group):
    run = start(group, PEOPLE)
    db.execute("UPDATE procrastinate_jobs SET status = 'failed'")
    find_forgotten(timestamp=0)
    assert jobs() == [{"process_id": run.process_id}]


def test_an_import_of_a_worker_that_vanished_with_its_job_is_queued_again(forgotten):
    leases.take(forgotten.process_id, "vanished")
    Process.objects.update(lease_until=clock.now() - timedelta(seconds=1))
    find_forgotten(timestamp=0)
    assert jobs() == [{"process_id": forgotten.process_id}]


@pytest.mark.parametrize("status", ["todo", "doing"])
def test_an_import_with_a_job_is_not_queued_twice(start, group, status):
    run = start(group, PEOPLE)
    db.execute("UPDATE procrastinate_jobs SET status = %(status)s", {"status": status})
    find_forgotten(timestamp=0)
    assert jobs() == [{"process_id": run.process_id}]


def test_an_import_that_a_worker_holds_is_not_touched(forgotten):
    leases.take(forgotten.process_id, "another worker")
    find_forgotten(timestamp=0)
    assert jobs() == []


def test_an_import_that_ended_needs_no_job(forgotten, finish):
    finish(forgotten)
    find_forgotten(timestamp=0)
    assert jobs() == []


def test_a_draft_needs_no_job(group, committed):
    actions.upload(group, io.BytesIO(PEOPLE.encode()), filename="people.csv", by=None)
    find_forgotten(timestamp=0)
    assert jobs() == []


def test_the_job_of_another_import_does_not_count(forgotten, make_group, start):
    other = start(make_group(), PEOPLE)
    find_forgotten(timestamp=0)
    assert jobs() == [{"process_id": other.process_id}, {"process_id": forgotten.process_id}]
