"""Starts, finds and stops the embedded server."""

import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

import psycopg
from psycopg import sql

from tidings.kernel.embedded import cluster, locks, processes
from tidings.kernel.embedded.account import Account, server_account
from tidings.kernel.embedded.errors import (
    FolderUnusable,
    NoAnswer,
    NotStopped,
    PasswordRefused,
    StartFailed,
)
from tidings.kernel.embedded.home import DATABASE, PORT, ROLE, SUPERUSER, Home, home_of, read_password
from tidings.kernel.embedded.words import last_words

# After a crash up to max_wal_size of log is replayed, which takes minutes on a slow disk.
START_LIMIT_SECONDS = 600
# PostgreSQL's fast shutdown writes all changed pages of shared_buffers; its immediate one writes nothing.
STOPPING = ((signal.SIGINT, 120.0), (signal.SIGQUIT, 10.0))
# Also bounds how long a frozen server holds up one attempt to connect.
CONNECT_LIMIT_SECONDS = 5

# Short at first, because a start takes 50 ms; longer later, because each attempt is a process of the server.
FIRST_PAUSE_SECONDS = 0.01
LONGEST_PAUSE_SECONDS = 0.2

# What a service manager and a closed terminal send; Ctrl-C already is an exception.
ENDING_SIGNALS = (signal.SIGTERM, signal.SIGHUP)

# Rights of the role that Tidings works as. Not a superuser: a hole in a query must not become a shell.
ROLE_RIGHTS = "LOGIN CREATEDB"
ROLE_MEMBERSHIPS = ("pg_monitor", "pg_checkpoint")

log = logging.getLogger(__name__)

# Servers that we started and left to other users. Python reaps them, and needs them kept for that.
_left_to_others: list[subprocess.Popen[bytes]] = []


@contextmanager
def running(folder: Path) -> Iterator["Server"]:
    """The embedded server of the TIDINGS_HOME `folder` runs while this block does.

    It is started if nobody runs it, and stopped at the end if nobody else uses it. SIGTERM and SIGHUP end
    the block like `sys.exit` (unless the program handles them itself), so that they stop the server too.
    """
    server = Server(folder)
    with _ending_on_signals():
        try:
            server.start()
            yield server
        finally:
            server.stop()


class Server:
    """One process's use of the embedded server of a TIDINGS_HOME. Not to be shared between threads."""

    def __init__(self, folder: Path) -> None:
        self.home = home_of(folder)
        self._use: int | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._launched_at = 0.0

    @property
    def started_here(self) -> bool:
        """Whether the running server is our child, or another process's."""
        return self._child is not None and self._child.poll() is None

    @property
    def pid(self) -> int | None:
        return processes.postmaster(self.home)

    def start(self) -> None:
        """Use the server, starting it if it doesn't run; returns when it answers.

        Raises an EmbeddedDatabaseError that says what to do.
        """
        account = server_account(self.home.data)
        with _clear_errors(self.home.site, account):
            cluster.make_site(self.home, account)
            with locks.held(self.home.move_lock):
                if self._use is None:
                    self._use = locks.share(self.home.use_lock)
                self._bring_up(account)

    def keep_running(self) -> None:
        """Start the server again if it died, without waiting until it answers: clients try again anyway.

        To be called every second or so between `start` and `stop`; it costs 0.2 ms while the server lives.
        """
        with locks.held_if_free(self.home.move_lock) as free:
            if free and self._launch_if_dead(server_account(self.home.data)):
                log.warning("The embedded database had died; it starts again. See %s", self.home.log)

    def stop(self) -> None:
        """Use the server no longer; the last one to say so stops it and waits until it has ended."""
        if self._use is None:
            return
        with locks.held(self.home.move_lock):
            try:
                if locks.alone(self._use):
                    self._shut_down()
            finally:
                os.close(self._use)
                self._use = None
                self._part_with_child()

    def _bring_up(self, account: Account) -> None:
        """Wait for whoever lives on the data; launch when nobody does. Needs the move lock."""
        cluster.require_password(self.home)
        launched = False  # a child of before that ends now is no failed start
        for seconds in _pauses(START_LIMIT_SECONDS):
            if self._answers():
                return
            if launched and not self.started_here:
                self._child = None
                raise StartFailed(folder=self.home.site, output=self._words())
            launched = self._launch_if_dead(account) or launched
            time.sleep(seconds)
        raise NoAnswer(folder=self.home.site, seconds=START_LIMIT_SECONDS, output=self._words())

    def _answers(self) -> bool:
        """A server is ready when it answers a question: neither a process nor a file says as much."""
        try:
            with psycopg.connect(
                host=str(self.home.socket_dir),
                port=PORT,
                dbname="postgres",
                user=SUPERUSER,
                password=read_password(self.home),
                connect_timeout=CONNECT_LIMIT_SECONDS,
                autocommit=True,
            ) as connection:
                _provide_database(connection, read_password(self.home))
        except psycopg.OperationalError as error:
            # A refused connection carries no code that we could ask instead; the server's language is fixed.
            if "password authentication failed" in str(error):
                raise PasswordRefused(file=self.home.password_file, data=self.home.data) from error
            return False
        return True

    def _launch_if_dead(self, account: Account) -> bool:
        """Whether it had to; needs the move lock, as it tries the alive lock."""
        alive = locks.open_lock(self.home.alive_lock)
        try:
            if dead := locks.alone(alive):
                self._part_with_child()
                self._launch(account, alive)
            elif self.pid is None:
                processes.end_leftovers(self.home)
        finally:
            os.close(alive)
        return dead

    def _launch(self, account: Account, alive: int) -> None:
        """Start the server as our child, in a session of its own: Ctrl-C is for us, and we stop it last.

        It inherits the alive lock, which therefore is free when all its processes have ended, not before.
        """
        programs = cluster.make_ready(self.home, account)
        processes.drop_stale_files(self.home)
        self._launched_at = time.time()
        with self.home.start_log.open("wb") as output:
            self._child = subprocess.Popen(
                [programs / "postgres", "-D", self.home.data, *_options(self.home)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.home.data,
                env=cluster.ENVIRONMENT,
                umask=0o077,
                pass_fds=[alive],
                start_new_session=True,
                user=account.popen_user,
                group=account.popen_group,
                extra_groups=account.popen_groups,
            )

    def _shut_down(self) -> None:
        """Stop in order; when that takes too long at once, which costs a repair at the next start."""
        for number, limit_seconds in STOPPING:
            for seconds in _pauses(limit_seconds):
                if self._is_dead():
                    return
                processes.signal_server(self.home, number)
                time.sleep(seconds)
        raise NotStopped(folder=self.home.site, output=self._words())

    def _is_dead(self) -> bool:
        """Whether not one process of the server lives; needs the move lock, as it tries the alive lock."""
        with locks.held_if_free(self.home.alive_lock) as free:
            return free

    def _part_with_child(self) -> None:
        if self.started_here and self._child:
            _left_to_others.append(self._child)
        self._child = None

    def _words(self) -> str:
        return last_words(self.home, since=self._launched_at)


def _options(home: Home) -> list[str]:
    """What no settings file may change: where we look for the server, and by which name we know it."""
    quoted = str(home.socket_dir).replace('"', '""')
    options = [processes.name_option(home), f'unix_socket_directories="{quoted}"', f"port={PORT}"]
    return [part for option in options for part in ("-c", option)]


def _provide_database(connection: psycopg.Connection, password: str) -> None:
    """Create the role and the database unless they exist."""
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
        _create_role(connection, password)
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
        name, owner = sql.Identifier(DATABASE), sql.Identifier(ROLE)
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, owner))


def _create_role(connection: psycopg.Connection, password: str) -> None:
    with connection.transaction():
        create = sql.SQL("CREATE ROLE {} " + ROLE_RIGHTS + " PASSWORD {}")
        connection.execute(create.format(sql.Identifier(ROLE), sql.Literal(password)))
        for membership in ROLE_MEMBERSHIPS:
            grant = sql.SQL("GRANT {} TO {}")
            connection.execute(grant.format(sql.Identifier(membership), sql.Identifier(ROLE)))


def _pauses(limit_seconds: float) -> Iterator[float]:
    """Growing pauses in seconds, until `limit_seconds` have gone by."""
    end = time.monotonic() + limit_seconds
    pause = FIRST_PAUSE_SECONDS
    while time.monotonic() < end:
        yield pause
        pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)


@contextmanager
def _clear_errors(site: Path, account: Account) -> Iterator[None]:
    """A full disk or a closed folder shows itself in whatever we do first."""
    try:
        yield
    except OSError as error:
        folder = error.filename or site
        raise FolderUnusable(folder=folder, user=account.name, reason=error.strerror or error) from error


@contextmanager
def _ending_on_signals() -> Iterator[None]:
    """End the program by SystemExit at a signal that would kill it, and only then: others' handlers stay."""
    mine = []
    if threading.current_thread() is threading.main_thread():
        mine = [number for number in ENDING_SIGNALS if signal.getsignal(number) == signal.SIG_DFL]
    for number in mine:
        signal.signal(number, _exit_by)
    try:
        yield
    finally:
        for number in mine:
            signal.signal(number, signal.SIG_DFL)


def _exit_by(number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)  # what a shell reports for a program ended by this signal
