"""Processes start with all their locks or not at all, and whoever lost one can't write any more."""

import threading
import time

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import NumericRange

from tidings.kernel import db
from tidings.locks import actions, leases
from tidings.locks.errors import Cancelled, GroupLocked, LeaseLost
from tidings.locks.holding import Holding
from tidings.locks.models import GroupLock, Process

HERE, THERE, ELSEWHERE = 101, 102, 103
FINISHED = Process.State.FINISHED


def locked_groups() -> list[int]:
    return sorted(GroupLock.objects.values_list("group_id", flat=True))


def run_out(process: Process) -> None:
    """As if the holder had not been heard of for a while."""
    db.execute(
        "UPDATE processes SET lease_until = clock_timestamp() - interval '1 s' WHERE id = %(id)s",
        {"id": process.pk},
    )


def test_shared_locks_go_together(begin):
    begin("shared", HERE)
    begin("shared", HERE)
    assert locked_groups() == [HERE, HERE]


@pytest.mark.parametrize(
    ("held", "wanted"), [("shared", "exclusive"), ("exclusive", "shared"), ("exclusive", "exclusive")]
)
def test_an_exclusive_lock_goes_with_no_other(begin, held, wanted):
    begin(held, HERE)
    with pytest.raises(GroupLocked):
        begin(wanted, HERE)
    assert locked_groups() == [HERE]


@pytest.mark.parametrize("held", ["shared", "exclusive"])
@pytest.mark.parametrize("wanted", ["shared", "exclusive"])
def test_locks_of_different_groups_never_conflict(begin, held, wanted):
    begin(held, HERE)
    begin(wanted, THERE)
    assert locked_groups() == [HERE, THERE]


def test_a_process_gets_all_its_groups_or_none(begin):
    begin("exclusive", THERE)
    with pytest.raises(GroupLocked):
        begin("shared", HERE, THERE, ELSEWHERE)
    assert locked_groups() == [THERE]
    assert Process.objects.count() == 1


def test_a_group_that_is_named_twice_is_locked_once(begin):
    begin("exclusive", HERE, HERE)
    assert locked_groups() == [HERE]


def test_a_refusal_names_the_holder_and_the_group(begin):
    holder = begin("exclusive", THERE, label="Import of spring.csv")
    with pytest.raises(GroupLocked) as refused:
        begin("shared", HERE, THERE)
    assert f"Group {THERE} can't be used now: exclusive lock of import “Import of spring.csv” since" in str(
        refused.value
    )
    assert refused.value.facts["process_id"] == holder.pk


def test_a_refusal_names_a_shared_holder_only_to_who_wants_to_write(begin):
    begin("shared", HERE, kind=Process.Kind.SENDOUT, label="Sendout 7")
    with pytest.raises(GroupLocked, match="shared lock of sendout “Sendout 7”"):
        begin("exclusive", HERE)


def test_the_end_of_a_process_frees_its_groups(begin):
    process = begin("exclusive", HERE, THERE)
    assert leases.end(process.pk, FINISHED)
    begin("exclusive", HERE, THERE)


def test_a_process_ends_once(begin):
    process = begin("exclusive", HERE)
    leases.end(process.pk, FINISHED)
    assert not leases.end(process.pk, Process.State.FAILED)
    process.refresh_from_db()
    assert process.state == FINISHED
    assert process.ended_at is not None


def test_the_database_itself_stores_no_conflict(begin):
    begin("shared", HERE)
    other = begin("shared", THERE)
    with pytest.raises(IntegrityError, match="group_locks_compatible"), transaction.atomic():
        GroupLock.objects.create(
            group_id=HERE, process=other, mode="exclusive", slot=NumericRange(None, None)
        )


def test_a_process_has_one_holder(begin):
    process = begin("exclusive", HERE)
    assert leases.take(process.pk, "first") == 1
    assert leases.take(process.pk, "second") is None


def test_a_process_whose_lease_ran_out_is_taken_over_with_a_new_token(begin):
    process = begin("exclusive", HERE)
    leases.take(process.pk, "first")
    run_out(process)
    assert leases.take(process.pk, "second") == 2
    process.refresh_from_db()
    assert process.worker == "second"


def test_nobody_is_taken_over_within_a_lease_after_the_database_started(begin, set_environment):
    process = begin("exclusive", HERE)
    leases.take(process.pk, "first")
    run_out(process)
    set_environment(lease_seconds=10 * 365 * 24 * 3600)  # longer than any server of a test has been up
    assert leases.take(process.pk, "second") is None


def test_an_ended_process_has_no_holder(begin):
    process = begin("exclusive", HERE)
    leases.end(process.pk, FINISHED)
    assert leases.take(process.pk, "late") is None


def test_only_the_holder_prolongs(begin):
    process = begin("exclusive", HERE)
    token = leases.take(process.pk, "first")
    leases.prolong(process.pk, token, done=5, total=20)
    process.refresh_from_db()
    assert (process.done, process.total) == (5, 20)
    run_out(process)
    leases.take(process.pk, "second")
    with pytest.raises(LeaseLost):
        leases.prolong(process.pk, token, done=6, total=20)


@pytest.mark.parametrize("act", [Holding.fenced, Holding.ending])
def test_a_holder_writes_nothing_more_when_its_process_was_cancelled(begin, act):
    process = begin("exclusive", HERE)
    holding = Holding(process.pk, leases.take(process.pk, "first"))
    assert actions.cancel(process.pk)
    with pytest.raises(Cancelled), act(holding):
        pytest.fail("it went on")


def test_what_is_written_last_stands_together_with_the_end(begin):
    process = begin("exclusive", HERE)
    holding = Holding(process.pk, leases.take(process.pk, "first"))
    with pytest.raises(ZeroDivisionError), holding.ending():
        Process.objects.filter(pk=process.pk).update(label=f"written {1 / 0}")
    assert locked_groups() == [HERE]
    with holding.ending():
        Process.objects.filter(pk=process.pk).update(label="written")
    process.refresh_from_db()
    assert (process.label, process.state, locked_groups()) == ("written", "finished", [])


def test_who_cancels_what_has_ended_is_told(begin):
    process = begin("exclusive", HERE)
    leases.end(process.pk, FINISHED)
    assert not actions.cancel(process.pk)


def test_a_fenced_transaction_of_the_holder_commits(begin):
    process = begin("exclusive", HERE)
    with leases.fenced(process.pk, leases.take(process.pk, "first")):
        Process.objects.filter(pk=process.pk).update(label="written")
    process.refresh_from_db()
    assert process.label == "written"


@pytest.mark.parametrize("lost", ["taken over", "ended"])
def test_a_fenced_transaction_of_who_lost_the_process_is_not_even_begun(begin, lost):
    process = begin("exclusive", HERE)
    token = leases.take(process.pk, "first")
    if lost == "ended":
        leases.end(process.pk, FINISHED)
    else:
        run_out(process)
        leases.take(process.pk, "second")
    with pytest.raises(LeaseLost), leases.fenced(process.pk, token):
        pytest.fail("the old holder wrote")


def test_a_taker_waits_for_the_holders_open_transaction(begin, committed):
    process = begin("exclusive", HERE)
    token = leases.take(process.pk, "first")
    run_out(process)
    events = []

    def take_over() -> None:
        events.append(("taken", leases.take(process.pk, "second")))
        connection.close()

    with leases.fenced(process.pk, token):
        taker = threading.Thread(target=take_over)
        taker.start()
        time.sleep(0.2)
        events.append("written")
    taker.join()
    assert events == ["written", ("taken", 2)]


def test_the_processes_of_a_worker_that_is_known_to_be_dead_are_free_at_once(begin):
    mine, other = begin("exclusive", HERE), begin("exclusive", THERE)
    leases.take(mine.pk, "dead")
    leases.take(other.pk, "alive")
    actions.release_worker("dead")
    assert leases.take(mine.pk, "next") == 2
    assert leases.take(other.pk, "next") is None


def test_a_dead_workers_locks_stay_until_the_process_ends(begin):
    process = begin("exclusive", HERE)
    leases.take(process.pk, "dead")
    actions.release_worker("dead")
    with pytest.raises(GroupLocked):
        begin("shared", HERE)


def test_a_process_tells_who_started_it_and_how_far_it_is(begin, make_user):
    anna = make_user("Anna")
    process = begin("exclusive", HERE, by=anna)
    leases.progress(process.pk, done=5, total=20)
    process.refresh_from_db()
    assert (process.started_by, process.done, process.total) == (anna, 5, 20)
