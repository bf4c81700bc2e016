"""What commands stand on."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from tidings.cli.ground import living_workers, pending
from tidings.kernel import db


@pytest.fixture
def behind(committed) -> Iterator[str]:
    """The database looks as if its newest migration hadn't been applied; its name."""
    [last] = MigrationLoader(connection).graph.leaf_nodes("exports")
    MigrationRecorder(connection).record_unapplied(*last)
    yield ".".join(last)
    MigrationRecorder(connection).record_applied(*last)


def test_it_never_changes_a_database_of_somebody_else_unasked(tidings, behind) -> None:
    result = tidings("group", "list", "--json")
    assert (result.code, result.error["error"]) == (3, "not_migrated")
    assert pending() == [behind]


def test_it_says_in_a_check_that_migrations_are_missing(tidings, behind) -> None:
    findings = {finding["part"]: finding for finding in tidings("check", "--json").json}
    assert "tidings migrate" in findings["migrations"]["detail"]


@pytest.mark.parametrize(("age", "living"), [("5 seconds", 1), ("5 minutes", 0)])
def test_it_takes_a_worker_for_alive_that_said_so_lately(committed, age: str, living: int) -> None:
    db.execute(f"INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '{age}')")
    assert living_workers() == living
