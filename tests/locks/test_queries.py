from datetime import timedelta

import pytest

from tidings.kernel import db
from tidings.locks import actions, leases, queries
from tidings.locks.models import GroupLock, Process

pytestmark = pytest.mark.django_db


def test_a_lock_tells_who_does_what_since_when_and_how_far(begin, make_user):
    process = begin("exclusive", 101, label="Import of people.csv", by=make_user("Anna"))
    leases.take(process.pk, "worker-7")
    leases.progress(process.pk, done=30, total=120)
    [lock] = queries.locks_of([101])[101]
    assert (lock.mode, lock.kind, lock.label) == ("exclusive", "import", "Import of people.csv")
    assert (lock.process_id, lock.worker, lock.started_by) == (process.pk, "worker-7", "Anna")
    assert (lock.done, lock.total, lock.percent) == (30, 120, 25)
    assert lock.since is not None


def test_a_lock_tells_how_fast_its_process_is_and_how_long_it_will_take(begin):
    process = begin("shared", 101)
    leases.progress(process.pk, done=30, total=120)
    GroupLock.objects.update(taken_at=db.now() - timedelta(seconds=10))
    [lock] = queries.locks_of([101])[101]
    assert (lock.unit, round(lock.rate), lock.seconds_left) == ("members", 3, 30)


def test_a_worker_whose_lease_ran_out_is_not_told_as_the_holder(begin):
    process = begin("exclusive", 101)
    leases.take(process.pk, "worker-7")
    actions.release_worker("worker-7")
    assert queries.locks_of([101])[101][0].worker == ""


def test_a_group_tells_all_who_use_it_and_what_is_allowed_meanwhile(begin):
    first, second = begin("shared", 101), begin("shared", 101)
    use = queries.use_of(101)
    assert [lock.process_id for lock in use.locks] == [first.pk, second.pk]
    assert (use.is_locked, use.mode) == (True, "shared")
    assert use.meanwhile.settings_can_be_edited


def test_a_free_group_is_told_as_free():
    use = queries.use_of(101)
    assert (use.is_locked, use.mode, use.meanwhile.must_wait) == (False, None, ())


def test_a_user_without_a_name_is_called_by_the_address(begin, make_user):
    nameless = make_user("")
    begin("shared", 101, by=nameless)
    assert queries.locks_of([101])[101][0].started_by == nameless.email


def test_only_the_groups_asked_for_are_told_and_free_ones_not(begin):
    begin("shared", 101, 102)
    begin("shared", 101)
    found = queries.locks_of([101, 103])
    assert {group: len(locks) for group, locks in found.items()} == {101: 2}


def test_without_groups_all_locks_are_told(begin):
    begin("shared", 101, 102)
    assert set(queries.locks_of()) == {101, 102}


def test_nobody_can_tell_how_far_a_process_without_a_total_is(begin):
    begin("shared", 101)
    assert queries.locks_of([101])[101][0].percent is None


def test_running_processes_are_told_newest_first(begin):
    first, ended, last = begin("shared", 101), begin("shared", 102), begin("shared", 103)
    leases.end(ended.pk, Process.State.FINISHED)
    assert queries.running() == [last, first]
