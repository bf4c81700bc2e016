"""What a command stands on: a reachable, migrated database, and workers for what takes long.

Whatever already runs is used; what doesn't is started and stopped again with the command.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import IO, Self

from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection, connections
from django.db.migrations.executor import MigrationExecutor

from tidings.kernel import db
from tidings.kernel.embedded.home import connection_params
from tidings.kernel.embedded.server import Server, running
from tidings.kernel.errors import TidingsError
from tidings.kernel.supervise import GRACE_SECONDS, SUPERVISOR_VARIABLE

# A worker tells every 10 s that it lives; who was killed stays in the table until another worker cleans up.
HEARTBEAT_SECONDS = 30
# Beyond the grace that the supervisor of the workers gives its own children.
STOP_SECONDS = GRACE_SECONDS + 5
# Any number that nothing else takes an advisory lock with: two migrations at once would disturb each other.
MIGRATION_LOCK = 7_443_464_073

WORKERS = [sys.executable, "-m", "tidings.cli.main", "worker", "--workers", "1"]


class DatabaseUnreachable(TidingsError):
    """The database can't be reached: {why} Check DATABASE_URL, and that the server runs."""


class NotMigrated(TidingsError):
    """{count} migration(s) of the database have not been applied yet. Run `tidings migrate`."""


class WorkersFailed(TidingsError):
    """The workers of this command ended with {code}. What they said stands in {log}."""


@contextmanager
def database() -> Iterator[Server | None]:
    """The database can be used, with all tables as this version wants them; gives what `server` gives.

    The embedded one is started and migrated as needed. Another is never changed unasked: `NotMigrated`.
    """
    with server() as embedded:
        missing = pending()
        if missing and embedded is None:
            raise NotMigrated(count=len(missing))
        if missing:
            migrate()
        yield embedded


@contextmanager
def server() -> Iterator[Server | None]:
    """The database answers; the embedded server is given, as long as it is ours to look after."""
    if not settings.ENVIRONMENT.uses_embedded_database:
        with _reached():
            yield None
        return
    with running(settings.ENVIRONMENT.home) as embedded:
        # Before the very first start there was no password for the settings to read.
        connection.settings_dict["PASSWORD"] = connection_params(settings.ENVIRONMENT.home)["password"]
        with _reached():
            yield embedded


@contextmanager
def _reached() -> Iterator[None]:
    try:
        connection.ensure_connection()
        yield
    except (OperationalError, *db.Unavailable) as error:
        raise DatabaseUnreachable(why=str(error).strip()) from error
    finally:
        connections.close_all()


def pending() -> list[str]:
    """The names of migrations that are not applied."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [str(migration) for migration, _ in plan]


def migrate() -> list[str]:
    """Applies what is missing, one process at a time, and returns the names of what was."""
    db.execute("SELECT pg_advisory_lock(%(lock)s)", {"lock": MIGRATION_LOCK})
    try:
        missing = pending()
        if missing:
            call_command("migrate", interactive=False, verbosity=0)
    finally:
        db.execute("SELECT pg_advisory_unlock(%(lock)s)", {"lock": MIGRATION_LOCK})
    return missing


def living_workers() -> int:
    """How many workers, on whatever machine, have said lately that they live."""
    statement = """
        SELECT count(*) FROM procrastinate_workers
        WHERE last_heartbeat > clock_timestamp() - make_interval(secs => %(seconds)s)
    """
    return int(db.value(statement, {"seconds": HEARTBEAT_SECONDS}))


class Workers:
    """Somebody works while this context lasts: workers that run already, or some of our own."""

    def __init__(self) -> None:
        self._own: subprocess.Popen[bytes] | None = None
        self._log = settings.ENVIRONMENT.home / "workers-of-commands.log"

    def __enter__(self) -> Self:
        self.ensure()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._own:
            self._stop(self._own)

    @property
    def are_ours(self) -> bool:
        """Whether they end with this command."""
        return self._own is not None

    def ensure(self) -> None:
        """Starts workers if none live; to be called again now and then, as those there were may be killed."""
        if self._own is None:
            if not living_workers():
                self._own = self._start()
        elif self._own.poll() is not None:
            raise WorkersFailed(code=self._own.returncode, log=self._log)

    def _start(self) -> subprocess.Popen[bytes]:
        """Out of reach of the terminal's Ctrl-C, so that we end them in order; they end with us anyhow."""
        with self._open_log() as output:
            return subprocess.Popen(
                WORKERS,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, SUPERVISOR_VARIABLE: str(os.getpid())},
                start_new_session=True,
            )

    def _open_log(self) -> IO[bytes]:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        return self._log.open("ab")

    def _stop(self, own: subprocess.Popen[bytes]) -> None:
        own.terminate()
        try:
            own.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            own.kill()
            own.wait()
