"""An import holds its group, can be cancelled, and ends the same whatever interrupted it."""

# ruff: noqa: PLR0917 - pytest passes fixtures by their names

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection, transaction

from tests.workers import NAME
from tidings.contacts.models import Contact
from tidings.groups.errors import GroupArchived
from tidings.imports import actions
from tidings.imports.errors import ImportEnded, NotADraft
from tidings.imports.models import Import
from tidings.imports.queries import find
from tidings.journal.models import Fact
from tidings.kernel import clock, db
from tidings.kernel.files.models import StoredFile
from tidings.locks import actions as locks
from tidings.locks import leases, work
from tidings.locks.errors import GroupLocked
from tidings.locks.queries import locks_of
from tidings.memberships.models import Membership

PEOPLE = "email,first_name\n" + "".join(f"p{n}@example.com,P{n}\n" for n in range(10))

FAIL_IN_SLICE_2 = """
CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE 'the disk is full' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER fail BEFORE INSERT ON import_slices FOR EACH ROW WHEN (NEW.number = 2) EXECUTE FUNCTION fail()
"""


@pytest.fixture
def group(make_group):
    return make_group()


@pytest.fixture
def failing_slice(committed):
    """The database fails in the third slice of every import; gives what ends that."""
    db.execute(FAIL_IN_SLICE_2)
    yield (mend := lambda: db.execute("DROP FUNCTION IF EXISTS fail CASCADE"))
    mend()


def modes(group) -> list[str]:
    return [lock.mode for lock in locks_of([group.pk]).get(group.pk, [])]


def workspaces() -> list[str]:
    found = db.rows("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'import\\_%%' ORDER BY 1", {})
    return [row["nspname"] for row in found]


def test_the_queue_runs_an_import(group, start, run_jobs):
    run = start(group, PEOPLE)
    run_jobs()
    assert find(run.pk).state == "finished"
    assert Membership.objects.filter(group=group).count() == 10


def test_an_import_locks_its_group_from_its_start_to_its_end(group, start, finish):
    run = start(group, PEOPLE)
    assert modes(group) == ["exclusive"]
    finish(run)
    assert modes(group) == []


def test_an_import_into_a_locked_group_is_refused_and_leaves_nothing(group, start):
    start(group, PEOPLE)
    with pytest.raises(GroupLocked, match=r"Import of people\.csv"):
        start(group, PEOPLE)
    assert Import.objects.count() == StoredFile.objects.count() == 1


def test_an_archived_group_takes_no_import(group, start):
    group.archived_at = clock.now()
    with pytest.raises(GroupArchived):
        start(group, PEOPLE)
    assert not StoredFile.objects.exists()


def test_an_import_starts_once(group, committed):
    draft = actions.upload(group, io.BytesIO(PEOPLE.encode()), filename="people.csv", by=None)
    actions.begin(draft, by=None)
    with pytest.raises(NotADraft):
        actions.begin(draft, by=None)


def test_a_draft_shows_how_it_will_be_read_and_locks_nothing(group, committed):
    draft = actions.upload(group, io.BytesIO(PEOPLE.encode()), filename="people.csv", by=None)
    reading = actions.read(draft)
    assert reading.head.names == ("email", "first_name")
    assert reading.head.rows[0] == ("p0@example.com", "P0")
    assert reading.mapping is not None
    assert modes(group) == []


def test_a_discarded_draft_is_gone_with_its_file(group, committed):
    draft = actions.upload(group, io.BytesIO(PEOPLE.encode()), filename="people.csv", by=None)
    actions.discard(draft)
    assert not Import.objects.exists()
    assert not StoredFile.objects.exists()


def test_a_files_name_is_never_a_path(group, committed):
    draft = actions.upload(group, io.BytesIO(b"email\n"), filename="../../etc/pass\x00wd", by=None)
    assert draft.filename == "pass\ufffdwd"


def test_a_files_name_is_kept_as_it_is(group, committed):
    for name in (
        "\u202eelif.csv",
        "👩\u200d👩\u200d👧 list.csv",
        "\u200b.csv",
        "a\u3000b.csv",
        "x" * 400 + ".csv",
    ):
        draft = actions.upload(group, io.BytesIO(b"email\n"), filename=name, by=None)
        assert draft.filename == name[-actions.LONGEST_NAME_CHARACTERS :]


def test_the_uploaded_file_goes_with_the_end(group, import_file):
    import_file(group, PEOPLE)
    assert not StoredFile.objects.exists()


def test_start_and_end_are_facts(group, import_file):
    run = import_file(group, PEOPLE)
    verbs = Fact.objects.filter(verb__startswith="import.", subject=run.pk).order_by("id")
    assert [fact.verb for fact in verbs] == ["import.started", "import.finished"]


def test_a_dry_run_counts_the_same_and_writes_nothing(group, make_contact, import_file, outcomes):
    make_contact("p1@example.com")
    dry = import_file(group, PEOPLE, dry_run=True)
    assert Contact.objects.count() == 1
    assert not Membership.objects.exists()
    assert outcomes(dry) == outcomes(import_file(group, PEOPLE)) == {"created": 9, "joined": 1}


def test_a_dry_run_only_uses_the_group(group, start):
    start(group, PEOPLE, dry_run=True)
    start(group, PEOPLE, dry_run=True)
    assert modes(group) == ["shared", "shared"]


def test_a_cancelled_import_keeps_what_was_merged_and_says_how_far(
    group, start, finish, set_environment, failing_slice, outcomes
):
    set_environment(slice_rows=3)
    run = start(group, PEOPLE)
    with pytest.raises(DatabaseError):
        work.run(run.process_id, NAME)
    failing_slice()
    locks.release_worker(NAME)
    actions.cancel(run, by=None)
    run = finish(run)
    merged = Membership.objects.filter(group=group).count()
    assert merged in (6, 7)  # what was merged beside the failing slice may have been the last one
    assert (run.state, outcomes(run)) == ("cancelled", {"created": merged})
    assert modes(group) == []


def test_an_import_that_ended_can_not_be_cancelled(group, import_file):
    with pytest.raises(ImportEnded):
        actions.cancel(import_file(group, PEOPLE), by=None)


def test_an_interrupted_import_ends_like_an_undisturbed_one(
    make_group, start, finish, set_environment, failing_slice, outcomes
):
    set_environment(slice_rows=3)
    content = f"{PEOPLE}p3@example.com,last\nnobody,x\n"
    run = start(make_group(), content)
    with pytest.raises(DatabaseError, match="the disk is full"):
        work.run(run.process_id, NAME)
    assert find(run.pk).created in (6, 7)  # its last slice is merged beside the failing one
    failing_slice()
    locks.release_worker(NAME)
    run = finish(run)
    assert outcomes(run) == {"created": 10, "duplicates": 1, "rejected": 1}
    assert run.rejects.count() == 1


def test_an_interrupted_import_keeps_its_lock(group, start, failing_slice, set_environment):
    set_environment(slice_rows=3)
    run = start(group, PEOPLE)
    with pytest.raises(DatabaseError):
        work.run(run.process_id, NAME)
    assert modes(group) == ["exclusive"]


def test_a_second_worker_waits_for_the_lease_of_the_first(group, start):
    run = start(group, PEOPLE)
    leases.take(run.process_id, "another worker")
    assert not work.run(run.process_id, NAME)
    assert find(run.pk).state == "queued"


def test_an_import_that_ended_is_not_run_again(group, import_file, outcomes):
    run = import_file(group, PEOPLE)
    assert work.run(run.process_id, NAME)
    assert outcomes(find(run.pk)) == {"created": 10}


def test_who_signs_up_while_their_slice_is_merged_joins_as_a_known_contact(group, start, finish, outcomes):
    run = start(group, PEOPLE)

    def finish_in_thread() -> Import:
        try:
            return finish(run)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            Contact.objects.create(email="p5@example.com")
            ending = other.submit(finish_in_thread)
            wait_for_a_waiter()
        run = ending.result()
    assert outcomes(run) == {"created": 9, "joined": 1}


def wait_for_a_waiter() -> None:
    """Until another connection waits for what our transaction holds."""
    while not db.value("SELECT count(*) FROM pg_locks WHERE NOT granted"):
        pass


def test_no_work_tables_are_left_behind(group, import_file):
    import_file(group, PEOPLE)
    assert workspaces() == []


def test_work_tables_of_killed_workers_are_swept_and_those_of_living_ones_stay(make_group, start, finish):
    living, mine = start(make_group(), PEOPLE), start(make_group(), PEOPLE)
    token = leases.take(living.process_id, "another worker")
    db.execute(f"CREATE SCHEMA import_{living.process_id}_{token}")
    db.execute("CREATE SCHEMA import_999999_1")
    finish(mine)
    assert workspaces() == [f"import_{living.process_id}_{token}"]
    db.execute(f"DROP SCHEMA import_{living.process_id}_{token}")


def test_the_progress_reaches_the_end_of_the_file(group, import_file):
    run = import_file(group, PEOPLE)
    assert run.process.total == len(PEOPLE)
    assert 0 <= run.process.done <= run.process.total
