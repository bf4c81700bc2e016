"""A file of entries goes onto a list at one moment, whoever dies meanwhile."""

import io

import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.workers import NAME
from tidings.blacklists import actions, queries, run
from tidings.blacklists.errors import BlacklistImportEnded
from tidings.blacklists.models import BlacklistImport
from tidings.groups.errors import GroupArchived
from tidings.kernel import clock, db
from tidings.kernel.files.models import StoredFile
from tidings.kernel.sheets import MARK
from tidings.locks import actions as locks
from tidings.locks import leases, work
from tidings.locks.errors import GroupLocked
from tidings.locks.models import GroupLock, Process
from tidings.locks.tasks import find_forgotten

Mode = BlacklistImport.Mode
COUNTS = ("values", "added", "removed", "unchanged", "duplicates", "rejected")


@pytest.fixture
def start(committed):
    """Asks for an import of a text."""

    def start(content: str, group=None, mode=Mode.ADD) -> BlacklistImport:
        file = io.BytesIO(content.encode())
        return actions.start_import(group, file, filename="never.txt", mode=mode, by=None)

    return start


@pytest.fixture
def read(start):
    """Imports a text here and now."""

    def read(content: str, group=None, mode=Mode.ADD) -> BlacklistImport:
        asked = start(content, group, mode)
        assert work.run(asked.process_id, NAME)
        return queries.find_import(asked.pk)

    return read


def patterns(group=None) -> list[str]:
    return [entry.pattern for entry in queries.entries(group)]


def counts(done: BlacklistImport) -> dict[str, int]:
    return {name: getattr(done, name) for name in COUNTS if getattr(done, name)}


def test_adding_keeps_what_is_there(read, bar):
    bar("old@example.com")
    bar("known@example.com", reason="first")
    done = read("known@example.com\nnew@example.com\nNEW@example.com\nnobody\n")
    assert (done.state, counts(done)) == (
        "finished",
        {"values": 4, "added": 1, "unchanged": 1, "duplicates": 1, "rejected": 1},
    )
    assert patterns() == ["known@example.com", "new@example.com", "old@example.com"]
    assert queries.find_by("known@example.com", None).reason == "first"


def test_replacing_removes_what_the_file_does_not_name(read, bar, make_group):
    group = make_group()
    bar("old@example.com", group)
    bar("known@example.com", group)
    bar("other@example.com")
    done = read("known@example.com\nnew@example.com\n", group, Mode.REPLACE)
    assert counts(done) == {"values": 2, "added": 1, "removed": 1, "unchanged": 1}
    assert (patterns(group), patterns()) == (["known@example.com", "new@example.com"], ["other@example.com"])


def test_replacing_leaves_what_was_added_by_hand_meanwhile(start, bar, make_group):
    group = make_group()
    asked = start("new@example.com", group, Mode.REPLACE)
    bar("meanwhile@example.com", group)
    work.run(asked.process_id, NAME)
    assert patterns(group) == ["meanwhile@example.com", "new@example.com"]


@pytest.mark.parametrize("content", ["", "nobody\n"])
def test_a_file_without_entries_does_not_empty_a_list(read, bar, content):
    bar("old@example.com")
    done = read(content, mode=Mode.REPLACE)
    assert done.state == "failed"
    assert "would empty the list" in done.error
    assert patterns() == ["old@example.com"]


def test_deleting_removes_what_the_file_names(read, bar):
    bar("old@example.com")
    bar("known@example.com")
    done = read("known@example.com, unknown@example.com", mode=Mode.DELETE)
    assert counts(done) == {"values": 2, "removed": 1, "unchanged": 1}
    assert patterns() == ["old@example.com"]


def test_an_exported_list_is_read_back_the_same(read, bar, make_group):
    group = make_group()
    for pattern in ("*.example.com", "+491713920000", "a@example.com", "0" * 64):
        bar(pattern, reason='=cmd|"x", ü')
    done = read("".join(queries.as_csv(None)), group)
    assert counts(done) == {"values": 4, "added": 4}
    assert [(e.pattern, e.reason) for e in queries.entries(group)] == [
        (e.pattern, e.reason) for e in queries.entries(None)
    ]


def test_rejected_values_are_told_with_line_reason_and_advice(read):
    done = read("a@example.com\n=nobody\n")
    header, line = "".join(queries.rejects_csv(done)).removeprefix(MARK).splitlines()
    assert header == "line,value,reason,advice"
    assert line.startswith("2,'=nobody,unknown,\"It is neither")
    assert [(reason, number) for reason, _, number in queries.reject_counts(done)] == [("unknown", 1)]


def test_a_file_that_cannot_be_read_changes_nothing_and_says_why(read, bar):
    bar("old@example.com")
    done = read("<userdata><email>a@example.com</email></userdata>", mode=Mode.REPLACE)
    assert done.state == "failed"
    assert "has to be <blacklist>" in done.error
    assert patterns() == ["old@example.com"]
    assert not GroupLock.objects.exists()


def test_the_file_goes_when_the_import_ends(read):
    assert not default_storage.exists(read("a@example.com").file)


def test_it_writes_the_group_until_it_ends(start, make_group, run_jobs):
    group = make_group()
    asked = start("a@example.com", group)
    assert GroupLock.objects.get().mode == "exclusive"
    with pytest.raises(GroupLocked):
        locks.begin(Process.Kind.EXPORT, [group.pk], label="members", by=None)
    run_jobs()
    assert queries.find_import(asked.pk).state == "finished"
    assert not GroupLock.objects.exists()


def test_a_group_in_use_is_not_written(start, make_group):
    group = make_group()
    locks.begin(Process.Kind.EXPORT, [group.pk], label="members", by=None)
    with pytest.raises(GroupLocked):
        start("a@example.com", group)
    assert not StoredFile.objects.exists()


def test_the_systems_list_takes_one_file_at_a_time_and_locks_no_group(start, make_group):
    start("a@example.com")
    with pytest.raises(GroupLocked, match="The system's blacklist can't be used now"):
        start("b@example.com")
    locks.begin(Process.Kind.IMPORT, [make_group().pk], label="people.csv", by=None)


def test_an_archived_group_takes_no_file(start, make_group):
    group = make_group()
    group.archived_at = clock.now()
    with pytest.raises(GroupArchived):
        start("a@example.com", group)


def test_a_cancelled_import_leaves_the_list_as_it_was(start, bar):
    bar("old@example.com")
    asked = start("a@example.com", mode=Mode.REPLACE)
    actions.cancel_import(asked, by=None)
    work.run(asked.process_id, NAME)
    assert queries.find_import(asked.pk).state == "cancelled"
    assert patterns() == ["old@example.com"]
    with pytest.raises(BlacklistImportEnded):
        actions.cancel_import(asked, by=None)


def test_an_import_that_was_interrupted_ends_as_an_undisturbed_one(start, bar, monkeypatch):
    bar("old@example.com")
    asked = start("a@example.com\nb@example.com\nnobody", mode=Mode.REPLACE)

    def die(*_args: object, **_rest: object) -> None:
        raise OperationalError("the server closed the connection")

    with monkeypatch.context() as patch:
        patch.setattr(run, "_end", die)
        with pytest.raises(OperationalError):
            work.run(asked.process_id, NAME)
    assert patterns() == ["old@example.com"]
    locks.release_worker(NAME)
    assert work.run(asked.process_id, "another worker")
    assert counts(queries.find_import(asked.pk)) == {"values": 3, "added": 2, "removed": 1, "rejected": 1}
    assert patterns() == ["a@example.com", "b@example.com"]


def test_an_import_that_another_worker_holds_waits(start):
    asked = start("a@example.com")
    leases.take(asked.process_id, "other")
    assert not work.run(asked.process_id, NAME)


def test_an_import_whose_job_vanished_is_queued_again(start, run_jobs):
    asked = start("a@example.com")
    db.execute("DELETE FROM procrastinate_jobs")
    find_forgotten(timestamp=0)
    assert [job.args for job in ProcrastinateJob.objects.all()] == [{"process_id": asked.process_id}]
    run_jobs()
    assert patterns() == ["a@example.com"]
