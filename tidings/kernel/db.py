"""The one way to PostgreSQL beside the ORM: statements on Django's connection, COPY, and connections of a worker's own.

Statements use psycopg's `%(name)s` parameters and run inside whatever transaction Django has open.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import blake2b
from typing import Any, TypeVar, cast

import psycopg
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from psycopg import errors, sql
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from pydantic_core import from_json

Params = Mapping[str, object]
Row = dict[str, Any]
AsyncConnection = psycopg.AsyncConnection[Row]
AsyncPool = AsyncConnectionPool[AsyncConnection]
AnyCursor = TypeVar("AnyCursor", psycopg.Cursor[Row], psycopg.ServerCursor[Row])

# What a worker's own connections raise while the database is away.
Unavailable = (psycopg.OperationalError, PoolTimeout)
# PostgreSQL files these under internal errors, but they pass like those of a database that is away: a holder that froze
# was thrown out, or the server is a standby for a moment.
_PASSING = (errors.IdleInTransactionSessionTimeout, errors.TransactionTimeout, errors.ReadOnlySqlTransaction)
_CONFLICTS = (errors.DeadlockDetected, errors.SerializationFailure)


def is_passing(error: Exception) -> bool:
    """Whether the same may go well later: the database is away, full, busy or was restarted."""
    return isinstance(error, (OperationalError, InterfaceError)) or isinstance(error.__cause__, _PASSING)


def is_conflict(error: DatabaseError) -> bool:
    """Whether the transaction only lost against another one: it may be tried again at once."""
    return isinstance(error.__cause__, _CONFLICTS)


def is_not_permitted(error: DatabaseError) -> bool:
    """Whether the database's role lacks a right."""
    return isinstance(error.__cause__, errors.InsufficientPrivilege)


def complaint(error: DatabaseError) -> str:
    """What PostgreSQL says, without the statement that it quotes."""
    return str(error).partition("\n")[0].strip()


def _raw() -> psycopg.Connection[Any]:
    connection.ensure_connection()
    return cast("psycopg.Connection[Any]", connection.connection)


class _JsonbLoader(Loader):
    """The standard library's reader takes six times as long, and delivery reads a profile for each recipient."""

    def load(self, data: Buffer) -> Any:
        return from_json(bytes(data))


def _with_json(cursor: AnyCursor) -> AnyCursor:
    """Makes JSON come as values. Django's connection would leave it as text, to the fields of the ORM."""
    cursor.adapters.register_loader("jsonb", _JsonbLoader)
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


@contextmanager
def limited(seconds: float, *, asker: str = "") -> Iterator[None]:
    """A transaction of its own whose statements are cancelled after that time: `was_cancelled` tells.

    The same `asker` has one at a time: a newer one cancels the older, wherever that runs.
    """
    name = "tidings " + blake2b(asker.encode(), digest_size=16).hexdigest()
    with transaction.atomic(durable=True):
        execute(_SETTING, {"name": "statement_timeout", "value": f"{seconds * 1000:.0f}"})
        if asker:
            execute(_CANCEL, {"name": name})
            execute(_SETTING, {"name": "application_name", "value": name})
        yield


_SETTING = "SELECT set_config(%(name)s, %(value)s, true)"  # SET LOCAL, with parameters
_CANCEL = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = %(name)s AND state = 'active'"


def was_cancelled(error: DatabaseError) -> bool:
    """Whether a statement took too long, or somebody cancelled it."""
    return isinstance(error.__cause__, errors.QueryCanceled)


def now() -> datetime:
    """The database's clock, the only one that leases are compared with."""
    return cast("datetime", value("SELECT clock_timestamp()"))


@contextmanager
def copy_into(table: str, columns: Sequence[str], *, types: Sequence[str] = ()) -> Iterator[psycopg.Copy]:
    """COPY rows into `table` as text: `copy.write_row(tuple)` or `copy.write(bytes)`.

    With the PostgreSQL `types` of all columns rows go in binary form, a quarter of the work where they hold bytes.
    """
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT {})").format(
        sql.Identifier(*table.split(".")),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL("binary" if types else "text"),
    )
    with connection.wrap_database_errors, _raw().cursor() as cursor, cursor.copy(statement) as copy:
        if types:
            copy.set_types(types)
        yield copy


def stream(statement: str, params: Params | None = None, *, size: int = 2_000) -> Iterable[Row]:
    """Result rows fetched `size` at a time through a server-side cursor; needs an open transaction."""
    with (
        connection.wrap_database_errors,
        _with_json(_raw().cursor("stream", row_factory=dict_row)) as cursor,
    ):
        cursor.itersize = size
        cursor.execute(statement.encode(), params)
        yield from cursor


async def _read_json(raw: psycopg.AsyncConnection[Row]) -> None:
    raw.adapters.register_loader("jsonb", _JsonbLoader)


def async_pool(*, size: int) -> AsyncPool:
    """A closed pool of autocommit connections for a worker's event loop, to the same database as Django's."""
    params = connection.get_connection_params()
    for django_only in ("cursor_factory", "context", "client_encoding", "pool"):
        params.pop(django_only, None)
    return AsyncConnectionPool(
        kwargs={**params, "autocommit": True, "row_factory": dict_row, "prepare_threshold": 3},
        connection_class=psycopg.AsyncConnection[Row],
        configure=_read_json,
        min_size=1,
        max_size=size,
        open=False,
    )
