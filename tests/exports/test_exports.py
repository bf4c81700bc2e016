"""The members of a group as a CSV file that an import reads back and no spreadsheet runs."""

import csv
import io

import pytest
from django.core.files.storage import default_storage
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.workers import NAME
from tidings.attributes.actions import define
from tidings.contacts.models import Contact
from tidings.exports import actions, queries
from tidings.exports.models import Export
from tidings.imports import actions as imports
from tidings.imports.queries import find as find_import
from tidings.kernel import db
from tidings.kernel.errors import NotFound
from tidings.locks import actions as locks
from tidings.locks import leases, work
from tidings.locks.errors import GroupLocked
from tidings.locks.models import Process
from tidings.locks.queries import locks_of
from tidings.locks.tasks import find_forgotten
from tidings.memberships import actions as memberships
from tidings.memberships.models import Membership
from tidings.selections.choosing import chosen


@pytest.fixture
def group(make_group):
    return make_group()


@pytest.fixture
def export(committed):
    """Exports a group here and now."""

    def export(group, **wishes) -> Export:
        started = actions.start(group, by=None, **wishes)
        assert work.run(started.process_id, NAME)
        return queries.find(started.pk)

    return export


def content(export: Export) -> bytes:
    with default_storage.open(export.file) as file:
        return file.read()


def table(export: Export) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content(export).decode("utf-8-sig"))))


def add(group, **contact) -> None:
    memberships.add(Contact.objects.create(**contact), group, source=Membership.Source.PAGE, by=None)


def test_every_member_is_a_row(group, make_members, export):
    make_members(group, 5)
    make_members(group, ["off@example.com"], state="deactivated")
    done = export(group)
    assert (done.state, done.rows) == ("finished", 6)
    assert [row["state"] for row in table(done)] == ["active"] * 5 + ["deactivated"]


def test_a_row_has_identities_attributes_and_membership(group, export):
    define("Shop", by=None)
    add(
        group,
        email="anna@example.com",
        mobile="+491713920000",
        attributes={"first_name": "Änna", "shop": "Bonn"},
    )
    [row] = table(export(group))
    assert (row["email"], row["mobile"], row["first_name"]) == ("anna@example.com", "+491713920000", "Änna")
    assert row["shop"] == "Bonn"
    assert row["joined_at"]


def test_spreadsheets_see_utf_8_and_run_nothing(group, export):
    add(
        group,
        email="anna@example.com",
        attributes={"first_name": "=1+1", "last_name": "@SUM(A1)", "city": "-2+3"},
    )
    done = export(group)
    assert content(done).startswith(b"\xef\xbb\xbf")
    [row] = table(done)
    assert (row["first_name"], row["last_name"], row["city"]) == ("'=1+1", "'@SUM(A1)", "'-2+3")


def test_an_import_reads_an_export_back(group, make_group, export):
    add(
        group,
        email="anna@example.com",
        mobile="+491713920000",
        language="de",
        attributes={"first_name": "Anna, B."},
    )
    written = io.BytesIO(content(export(group)))
    run = imports.start(make_group(), written, filename="export.csv", by=None)
    work.run(run.process_id, NAME)
    run = find_import(run.pk)
    assert (run.state, run.joined, run.rejected) == ("finished", 1, 0)
    assert Contact.objects.get().attributes == {"first_name": "Anna, B."}


def test_an_empty_group_is_a_file_with_a_header(group, export):
    done = export(group)
    assert (done.state, done.rows) == ("finished", 0)
    assert content(done).startswith(b"\xef\xbb\xbfemail,mobile,")


def test_an_export_uses_the_group_until_it_ends(group, run_jobs):
    actions.start(group, by=None)
    assert [lock.mode for lock in locks_of([group.pk])[group.pk]] == ["shared"]
    run_jobs()
    assert locks_of([group.pk]) == {}
    assert Export.objects.get().state == "finished"


def test_a_group_that_is_written_is_not_exported(group, committed):
    locks.begin(Process.Kind.IMPORT, [group.pk], label="people.csv", by=None)
    with pytest.raises(GroupLocked):
        actions.start(group, by=None)
    assert not Export.objects.exists()


def test_an_export_that_another_worker_holds_waits(group, committed):
    started = actions.start(group, by=None)
    leases.take(started.process_id, "other")
    assert not work.run(started.process_id, NAME)


def test_an_export_that_ended_is_not_made_again(group, export):
    done = export(group)
    assert work.run(done.process_id, NAME)
    assert queries.find(done.pk).file == done.file


def test_the_export_of_a_dead_worker_is_queued_again_and_free(group, committed):
    started = actions.start(group, by=None)
    leases.take(started.process_id, "dead")
    locks.release_worker("dead")
    assert jobs() == [{"process_id": started.process_id}] * 2
    assert work.run(started.process_id, NAME)


def jobs() -> list[dict[str, int]]:
    return [job.args for job in ProcrastinateJob.objects.all()]


@pytest.fixture
def forgotten(group, committed):
    """An export without a job."""
    started = actions.start(group, by=None)
    db.execute("DELETE FROM procrastinate_jobs")
    return started


def test_an_export_whose_job_vanished_is_queued_again_and_ends(forgotten, run_jobs):
    find_forgotten(timestamp=0)
    run_jobs()
    assert queries.find(forgotten.pk).state == "finished"


def test_an_export_with_a_job_is_not_queued_twice(group, committed):
    started = actions.start(group, by=None)
    find_forgotten(timestamp=0)
    assert jobs() == [{"process_id": started.process_id}]


def test_an_export_that_a_worker_holds_is_not_touched(forgotten):
    leases.take(forgotten.process_id, "another worker")
    find_forgotten(timestamp=0)
    assert jobs() == []


def test_an_export_that_is_not_there_is_told(db):
    with pytest.raises(NotFound, match="There is no export 7"):
        queries.find(7)


def test_only_those_are_written_whom_a_rule_picks(group, make_members, export):
    people = make_members(group, 4)
    Contact.objects.filter(pk=people[2].pk).update(language="de")
    done = export(group, whom=chosen('language = "de"'))
    assert ([row["email"] for row in table(done)], done.rule) == ([people[2].email], 'language = "de"')
    assert done.rows == 1


def test_an_export_whose_rule_lost_its_meaning_fails_and_says_why(group, make_members, committed):
    make_members(group, 1)
    started = actions.start(group, by=None, whom=chosen(f"member of {group.pk}"))
    Export.objects.update(rule="member of 999999")
    assert work.run(started.process_id, NAME)
    done = queries.find(started.pk)
    assert (done.state, "There is no" in done.error) == ("failed", True)
