import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

import tidings
from tidings.kernel.embedded import locks
from tidings.kernel.embedded.account import Account
from tidings.kernel.embedded.home import connection_params, home_of
from tidings.kernel.embedded.processes import postmaster
from tidings.kernel.embedded.server import Server, running

PROGRAM = Path(__file__).with_name("database_user.py")
SOURCES = Path(tidings.__file__).parent.parent
LIBRARIES = Path(psycopg.__file__).parent.parent


class Users:
    """Processes that use an embedded server, each ended at the end of its test."""

    def __init__(self, stack):
        self._stack = stack

    def start(self, home, *, user=None, path=(), wrapper=()):
        """Start one, without waiting until it is ready; `path` goes before the usual places of modules."""
        process = subprocess.Popen(
            [*wrapper, _python_for(user), PROGRAM, home],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd="/",
            env={
                "PYTHONPATH": ":".join(map(str, [*path, SOURCES, LIBRARIES])),
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            **({"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}),
        )
        self._stack.callback(_end, process)
        return process

    def ready(self, home, **options):
        """Start one, wait until its server runs; the process and what it said."""
        process = self.start(home, **options)
        return process, self.said_by(process)

    @staticmethod
    def said_by(process):
        line = process.stdout.readline()
        assert line, process.stderr.read()
        return json.loads(line)

    @staticmethod
    def leave(process):
        """Let a user end in peace; its exit code."""
        process.stdin.close()
        return process.wait(30)


def _python_for(user):
    """Our own interpreter, unless it lies where that user can't go: then the system's, with our libraries."""
    if user is None:
        return sys.executable
    entry = pwd.getpwnam(user)
    account = Account(user, entry.pw_uid, entry.pw_gid, switch=True)
    return sys.executable if account.can_run(Path(sys.executable)) else "/usr/bin/python3"


def _end(process):
    with process:
        if process.poll() is None:
            process.kill()


def _remove(folder):
    home = home_of(folder)
    _end_server(folder)
    for place in (folder, home.site, home.socket_dir):
        shutil.rmtree(place, ignore_errors=True)


def _end_server(folder):
    """A failed test may have left one."""
    home = home_of(folder)
    if pid := postmaster(home):
        os.kill(pid, signal.SIGQUIT)
        with locks.held(home.alive_lock):  # all its processes have ended
            pass


@pytest.fixture
def users():
    with ExitStack() as stack:
        yield Users(stack)


@pytest.fixture
def make_home():
    """Makes empty homes that belong to a user; removes them and their servers."""
    with ExitStack() as stack:

        def make(user=None, *, within=None, name="home"):
            folder = Path(tempfile.mkdtemp(prefix="tidings-test-", dir=within))
            folder.chmod(0o755)
            home = folder / name
            home.mkdir(parents=True)
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            stack.callback(_remove, home)
            if user:
                shutil.chown(home, user)
            return home

        yield make


@pytest.fixture(scope="session")
def template():
    """A home with data and a table of one row, stopped."""
    folder = Path(tempfile.mkdtemp(prefix="tidings-test-"))
    folder.chmod(0o755)
    with running(folder), psycopg.connect(**connection_params(folder)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'still here' AS text")
    yield folder
    _remove(folder)


@pytest.fixture
def home(template):
    """The template itself: making a home takes a second. Each test leaves it stopped and as it was."""
    yield template
    _end_server(template)
    (template / "postgres" / "local.conf").unlink(missing_ok=True)


@pytest.fixture
def home_of_user(template, make_home):
    """Makes a home with data for a user, of a copy of the template."""

    def make(user):
        if user is None:
            return template
        target = make_home(user)
        subprocess.run(["cp", "-a", template / "postgres", target], check=True)
        subprocess.run(["chown", "-R", user, target], check=True)
        return target

    yield make
    _end_server(template)


@pytest.fixture(scope="session")
def looked_at(template):
    """A second home, whose server runs for all tests that only look at it."""
    folder = Path(tempfile.mkdtemp(prefix="tidings-test-"))
    folder.chmod(0o755)
    subprocess.run(["cp", "-a", template / "postgres", folder], check=True)
    with running(folder):
        yield folder
    _remove(folder)


@pytest.fixture
def server(looked_at):
    server = Server(looked_at)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def connect():
    def connect(home, **other):
        return psycopg.connect(**{**connection_params(home), **other}, autocommit=True)

    return connect


@pytest.fixture
def ask(connect):
    """The first value that the home's database answers."""

    def ask(home, question):
        with connect(home) as connection:
            return connection.execute(question).fetchone()[0]

    return ask
