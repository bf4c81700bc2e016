"""A whole Tidings with a home and a database of its own, whose processes a test may kill."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import psycopg
from psycopg.rows import dict_row

from tests.faults.relay import Relay
from tidings.kernel.embedded.home import connection_params, home_of
from tidings.kernel.embedded.server import Server

# What waits for minutes in production waits for seconds here.
SETTINGS = {
    "TIDINGS_LEASE_SECONDS": "2",
    "TIDINGS_HEARTBEAT_SECONDS": "0.3",
    "TIDINGS_RECOVER_SECONDS": "0.5",
    "TIDINGS_RETRY_PAUSES_SECONDS": "0.5,1,1",
    "TIDINGS_SMTP_TIMEOUT_SECONDS": "2",
    "TIDINGS_CARRIER_PATIENCE_SECONDS": "3",
    "TIDINGS_DOMAIN_PAUSE_SECONDS": "0.0001",
    "TIDINGS_SLICE_ROWS": "1000",
    "TIDINGS_BATCH_SIZE": "200",
    "TIDINGS_MAILBOX_KEEPS": "100000",
}
LEASE_SECONDS = 2
RELAY_CONNECTIONS = 2
# The promise: at most 16 recipients per connection of a killed worker are in doubt.
LARGEST_DOUBT = 16 * RELAY_CONNECTIONS
# `FAULTS_SCALE=50` is the full size, with 100,000 recipients and 100 kills; `make bench ARGS=faults` asks for it.
SCALE = int(os.environ.get("FAULTS_SCALE", "1"))
# Far beyond what anything here takes on a machine that has time for it.
PATIENCE_SECONDS = 100 * SCALE
LOOK_SECONDS = 0.02
STOP_SECONDS = 20

TIDINGS = [sys.executable, "-m", "tidings.cli.main"]
Row = dict[str, Any]


class Stage:
    """The home `folder` and what runs on it. Everything that was started ends with the `with` block."""

    def __init__(self, folder: Path, relay: Relay, *, has_relay: bool = True) -> None:
        self.folder, self.relay = folder, relay
        self.server = Server(folder)
        self._started: list[subprocess.Popen[bytes]] = []
        self._connection: psycopg.Connection[Row] | None = None
        url = f"smtp://{relay.host}:{relay.port}?pool={RELAY_CONNECTIONS}&starttls=never"
        # Processes start often here, so they may keep what they compiled.
        strange = ("TIDINGS_", "DATABASE_URL", "DJANGO_", "PYTHONDONTWRITEBYTECODE")
        self._environment = {
            name: value for name, value in os.environ.items() if not name.startswith(strange)
        }
        self._environment |= SETTINGS | {
            "TIDINGS_HOME": str(folder),
            "TIDINGS_SMTP_URL": url if has_relay else "",
        }

    def __enter__(self) -> Self:
        self.server.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.relay.go_on()  # nobody shall wait for an answer
        for process in self._started:
            with process:
                process.kill()
        self._end_orphans()
        self._disconnect()
        self.server.stop()

    # What the operator does.

    def tidings(self, *words: object) -> Any:
        """Runs a command of the operator; what it printed as JSON. Raises if it didn't end well."""
        done = subprocess.run(
            [*TIDINGS, *map(str, words), "--json"], env=self._environment, capture_output=True, check=False
        )
        assert done.returncode == 0, f"tidings {words}: {done.stdout.decode()}{done.stderr.decode()}"
        return json.loads(done.stdout)

    def start_supervisor(self, *, workers: int = 1) -> subprocess.Popen[bytes]:
        """`tidings worker`: keeps `workers` that send and one for the rest running, and the database."""
        return self._start("worker", "--workers", str(workers))

    def start_worker(self, queue: str) -> subprocess.Popen[bytes]:
        """One worker that nobody looks after, for `sending` or `long`."""
        return self._start("worker", "--one", "--queue", queue)

    def start_workers(self) -> tuple[subprocess.Popen[bytes], subprocess.Popen[bytes]]:
        """A worker for each queue; nobody looks after them. The one that sends comes first."""
        return self.start_worker("sending"), self.start_worker("long")

    def start_web(self, port: int) -> subprocess.Popen[bytes]:
        """The web server; its port takes connections once it listens."""
        return self._start("web", "--web-port", str(port))

    def start_elsewhere(self, place: Sequence[str], *words: str, **variables: str) -> subprocess.Popen[bytes]:
        """Starts `tidings WORDS` by the command `place`, which runs it elsewhere, with more in its environment."""
        return self._start(*words, place=place, **variables)

    def _start(self, *words: str, place: Sequence[str] = (), **variables: str) -> subprocess.Popen[bytes]:
        with (self.folder / "workers.log").open("ab") as log:
            process = subprocess.Popen(
                [*place, *TIDINGS, *words],
                env=self._environment | variables,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._started.append(process)
        return process

    def begin(self, *words: object) -> subprocess.Popen[bytes]:
        """Starts a command of the operator and doesn't wait for its end."""
        return self._start(*map(str, words))

    def import_file(self, group: str, lines: list[str], *options: str) -> int:
        """Queues the import of a file with these lines; its id."""
        file = self.folder / "people.csv"
        file.write_text("\n".join(lines))
        return self.tidings("import", group, file, "--no-wait", *options)["id"]

    # What a look at the database tells.

    def rows(self, statement: str, **params: object) -> list[Row]:
        """The result of a statement as dictionaries; over one connection, as each new one is a new process."""
        try:
            if not self._connection:
                self._connection = psycopg.connect(
                    **connection_params(self.folder), row_factory=dict_row, autocommit=True
                )
            return self._connection.execute(statement, params).fetchall()
        except psycopg.OperationalError:
            self._disconnect()
            raise

    def _disconnect(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None

    def value(self, statement: str, **params: object) -> Any:
        """The first column of the first row, or None."""
        return next((next(iter(row.values())) for row in self.rows(statement, **params)), None)

    def holder(self, pattern: str) -> int | None:
        """The process id of a worker that holds something: `pattern` is a statement that gives its name."""
        name = self.value(pattern)
        return int(name.split("-")[-2]) if name else None  # host, process id, mark

    @staticmethod
    def wait_until(condition: Callable[[], Any], what: str, *, seconds: float = PATIENCE_SECONDS) -> Any:
        """Waits for something to be true, and returns it. While the database is away it isn't."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.suppress(psycopg.OperationalError):
                if found := condition():
                    return found
            time.sleep(LOOK_SECONDS)
        raise AssertionError(f"after {seconds} s still not true: {what}")

    @contextlib.contextmanager
    def in_the_way(self, statement: str) -> Iterator[None]:
        """Whoever needs what `statement` locks has to wait until the `with` block ends."""
        with psycopg.connect(**connection_params(self.folder)) as connection:
            connection.execute(statement)
            yield
            connection.rollback()

    def forget_sendouts(self) -> None:
        """Forgets who was in doubt and how many messages each got of late, for the next test with the same home."""
        for table in ("in_doubt_recipients", "limit_counters"):
            self.rows(f"WITH gone AS (DELETE FROM {table} RETURNING 1) SELECT FROM gone")

    # What goes wrong.

    @staticmethod
    def kill(pid: int) -> None:
        """Kills with -9; somebody else may have been quicker."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def kill_database(self) -> None:
        """Kills with -9 PostgreSQL's first process; its children notice."""
        self.kill(self.server.pid)

    def restart_database(self) -> None:
        """An orderly restart that ends all connections."""
        os.kill(self.server.pid, signal.SIGINT)
        self.wait_until(lambda: self.server.pid is None, "the database has ended")
        self.bring_database_back()

    def bring_database_back(self) -> None:
        """Starts the database unless somebody did; returns when it answers."""
        self.server.start()

    def kill_everything(self) -> None:
        """Kills with -9 all processes of this home at once, the database included."""
        for pid in [*self._pids_of_home(), *self._pids_of_server()]:
            self.kill(pid)
        for process in self._started:
            process.wait(STOP_SECONDS)

    def pids_of(self, command: str) -> list[int]:
        """The processes of this home that run `tidings <command>`."""
        mark, ours = command.encode(), set(self._pids_of_home())
        return [pid for pid, words in _processes("cmdline") if pid in ours and mark in words]

    def _end_orphans(self) -> None:
        """Workers end with their killed supervisor; this only waits less for it."""
        for pid in self._pids_of_home():
            self.kill(pid)

    def _pids_of_home(self) -> Iterator[int]:
        mark = f"TIDINGS_HOME={self.folder}".encode()
        return (pid for pid, words in _processes("environ") if mark in words and pid != os.getpid())

    def _pids_of_server(self) -> Iterator[int]:
        name = home_of(self.folder).name.encode()
        return (pid for pid, words in _processes("cmdline") if any(name in word for word in words))


def _processes(file: str) -> Iterator[tuple[int, list[bytes]]]:
    """All processes with the words of a file that /proc has about them."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            yield int(folder.name), (folder / file).read_bytes().split(b"\0")
