"""Whoever has to stop while the rows of a file stream into the database leaves nothing behind."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from django.db import connection

from tests.workers import NAME
from tidings.contacts.models import Contact
from tidings.imports import actions
from tidings.imports.queries import find
from tidings.kernel import db
from tidings.locks import work
from tidings.locks.models import GroupLock, Process

ROWS = 150_000  # a second or two of reading, most of it within a COPY
WORKSPACES = "SELECT nspname FROM pg_namespace WHERE nspname ~ '^import_'"


@pytest.fixture
def reading(make_group, start, set_environment):
    """An import that another thread reads, and what waits for that thread's end."""
    set_environment(heartbeat_seconds=0.05)
    rows = "".join(f"p{number:06}@example.com,Name\n" for number in range(ROWS))
    run = start(make_group(), f"email,first_name\n{rows}")

    def read() -> bool:
        with closing(connection):
            return work.run(run.process_id, NAME)

    with ThreadPoolExecutor(1) as other:
        ending = other.submit(read)
        while not Process.objects.get(pk=run.process_id).done:
            assert not ending.done()
        yield run, ending.result


def test_a_cancelled_one_ends_and_has_brought_nobody(reading):
    run, end = reading
    actions.cancel(run, by=None)
    assert end()
    assert (find(run.pk).state, find(run.pk).rows) == ("cancelled", 0)
    assert not Contact.objects.exists()
    assert not GroupLock.objects.exists()
    assert db.rows(WORKSPACES) == []


def test_one_that_was_taken_over_stops_and_leaves_the_rest_to_the_other(reading):
    run, end = reading
    Process.objects.update(token=2, worker="another worker")
    assert end()
    assert (find(run.pk).state, find(run.pk).process.worker) == ("reading", "another worker")
    assert not Contact.objects.exists()
    assert GroupLock.objects.exists()
    assert db.rows(WORKSPACES) == []
