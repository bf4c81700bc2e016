"""The one way to PostgreSQL beside the ORM: statements on Django's connection, COPY, and connections of a worker's own.

Statements use psycopg's `%(name)s` parameters and run inside whatever transaction Django has open.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar, cast

import psycopg
from django.db import connection
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import JsonbLoader
from psycopg_pool import AsyncConnectionPool, PoolTimeout

Params = Mapping[str, object]
Row = dict[str, Any]
AsyncPool = AsyncConnectionPool[psycopg.AsyncConnection[Row]]
AnyCursor = TypeVar("AnyCursor", psycopg.Cursor[Row], psycopg.ServerCursor[Row])

# What a worker's own connections raise while the database is away.
Unavailable = (psycopg.OperationalError, PoolTimeout)


def _raw() -> psycopg.Connection[Any]:
    connection.ensure_connection()
    return cast("psycopg.Connection[Any]", connection.connection)


def _with_json(cursor: AnyCursor) -> AnyCursor:
    """Makes JSON come as values. Django's connection would leave it as text, to the fields of the ORM."""
    cursor.adapters.register_loader("jsonb", JsonbLoader)
    return cursor


def execute(statement: str, params: Params | None = None) -> int:
    """Runs one statement; returns how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, cast("Any", params))
        return cast("int", cursor.rowcount)


def rows(statement: str, params: Params | None = None) -> list[Row]:
    """All result rows as dictionaries."""
    with connection.wrap_database_errors, _with_json(_raw().cursor(row_factory=dict_row)) as cursor:
        cursor.execute(statement.encode(), params)
        return cursor.fetchall()


def row(statement: str, params: Params | None = None) -> Row | None:
    """The first result row, or None."""
    return next(iter(rows(statement, params)), None)


def value(statement: str, params: Params | None = None) -> Any:
    """The first column of the first row, or None."""
    with connection.cursor() as cursor:
        cursor.execute(statement, cast("Any", params))
        found = cursor.fetchone()
        return found[0] if found else None


def now() -> datetime:
    """The database's clock, the only one that leases are compared with."""
    return cast("datetime", value("SELECT clock_timestamp()"))


@contextmanager
def copy_into(table: str, columns: Sequence[str]) -> Iterator[psycopg.Copy]:
    """COPY rows into `table` as text: `copy.write_row(tuple)` or `copy.write(bytes)`."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(*table.split(".")), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.wrap_database_errors, _raw().cursor() as cursor, cursor.copy(statement) as copy:
        yield copy


def stream(statement: str, params: Params | None = None, *, size: int = 2_000) -> Iterable[Row]:
    """Result rows fetched `size` at a time through a server-side cursor; needs an open transaction."""
    with _with_json(_raw().cursor("stream", row_factory=dict_row)) as cursor:
        cursor.itersize = size
        cursor.execute(statement.encode(), params)
        yield from cursor


def async_pool(*, size: int) -> AsyncPool:
    """A closed pool of autocommit connections for a worker's event loop, to the same database as Django's."""
    params = connection.get_connection_params()
    for django_only in ("cursor_factory", "context", "client_encoding", "pool"):
        params.pop(django_only, None)
    return AsyncConnectionPool(
        kwargs={**params, "autocommit": True, "row_factory": dict_row, "prepare_threshold": 3},
        connection_class=psycopg.AsyncConnection[Row],
        min_size=1,
        max_size=size,
        open=False,
    )
