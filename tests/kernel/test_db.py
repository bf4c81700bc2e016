import asyncio

import pytest
from django.db import transaction

from tidings.kernel import db

pytestmark = pytest.mark.django_db


@pytest.fixture
def numbers():
    db.execute("CREATE TEMPORARY TABLE numbers (n int, word text) ON COMMIT DROP")


def test_execute_tells_how_many_rows_it_touched(numbers):
    assert db.execute("INSERT INTO numbers SELECT n FROM generate_series(1, 3) AS n") == 3


def test_rows_are_dictionaries(numbers):
    db.execute("INSERT INTO numbers VALUES (%(n)s, %(word)s)", {"n": 7, "word": "100 % {sure}"})
    assert db.rows("SELECT * FROM numbers") == [{"n": 7, "word": "100 % {sure}"}]


def test_the_first_row_and_value_are_none_where_there_are_none(numbers):
    assert db.row("SELECT * FROM numbers") is None
    assert db.value("SELECT n FROM numbers") is None


def test_json_comes_as_values():
    statement = """SELECT '{"city": "Bonn", "points": [1, null]}'::jsonb AS found"""
    wanted = {"city": "Bonn", "points": [1, None]}
    with transaction.atomic():
        assert db.row(statement) == next(iter(db.stream(statement))) == {"found": wanted}


def test_copied_rows_arrive_as_they_are(numbers):
    words = ["", "NULL", "\\N", "tab\tand\nline", None]
    with db.copy_into("numbers", ("n", "word")) as copy:
        for n, word in enumerate(words):
            copy.write_row((n, word))
    assert [row["word"] for row in db.rows("SELECT word FROM numbers ORDER BY n")] == words


def test_a_stream_gives_every_row_once(numbers):
    with transaction.atomic():
        rows = list(db.stream("SELECT n FROM generate_series(1, 5) AS n", size=2))
    assert [row["n"] for row in rows] == [1, 2, 3, 4, 5]


def test_the_databases_clock_goes_on_within_a_transaction():
    assert db.now() < db.now()


def test_a_workers_pool_reaches_the_same_database():
    async def ask(pool) -> str:
        async with pool, pool.connection() as connection:
            row = await (await connection.execute("SELECT current_database() AS name")).fetchone()
            return row["name"]

    pool = db.async_pool(size=1)
    assert asyncio.run(ask(pool)) == db.value("SELECT current_database()")
