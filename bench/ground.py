"""What every bench stands on: a database of its own, one embedded server, worker processes, and CPU clocks."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection

from tidings.kernel.embedded.server import running as running_server

WORK = Path(__file__).parent / "work"
HOME = WORK / "home"
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


def settle_environment(home: Path = HOME) -> None:
    """Points this process and its children to a home of the bench's own, before Django reads its settings."""
    for name in [n for n in os.environ if n.startswith("TIDINGS_")] + ["DATABASE_URL"]:
        os.environ.pop(name, None)
    home.mkdir(parents=True, exist_ok=True)
    os.environ["TIDINGS_HOME"] = str(home)
    os.environ["TIDINGS_DAILY_LIMIT"] = "1000"  # the same people get many messages here, and each is counted
    os.environ["DJANGO_SETTINGS_MODULE"] = "tidings.config.settings"


def set_up_django() -> None:
    """Makes models usable; needs no database."""
    django.setup()


@contextmanager
def database() -> Iterator[None]:
    """The bench's own embedded server, with all tables; Django is ready in the block."""
    with running_server(Path(os.environ["TIDINGS_HOME"])):
        set_up_django()
        call_command("migrate", verbosity=0)
        yield
        connection.close()


def cpu_of_tree(pid: int) -> float:
    """User and system time, in seconds, of a process and all below it, those that ended included."""
    return sum(_cpu_of(each) for each in children_of(pid))


def _cpu_of(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12]) + int(fields[13]) + int(fields[14])) / CLOCK_TICKS


def children_of(pid: int) -> list[int]:
    """All processes below `pid`, itself included."""
    found, todo = [], [pid]
    while todo:
        parent = todo.pop()
        found.append(parent)
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                todo += map(int, task.read_text().split())
            except FileNotFoundError:
                continue
    return found


def peak_memory_mb(pid: int) -> float:
    """The most resident memory that a process ever had, in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


@contextmanager
def running(argv: list[str], *, quiet: bool = False, **env: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program for the length of a block, with `env` added to ours; SIGTERM at its end."""
    output = subprocess.DEVNULL if quiet else None
    process = subprocess.Popen(argv, env=os.environ | env, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def tidings(*words: str) -> list[str]:
    """A command line of our own command."""
    return [sys.executable, "-m", "tidings.cli.main", *words]


def wait_until(is_true: Callable[[], bool], seconds: float = 600.0, pause: float = 0.05) -> None:
    """Polls a function until it is true."""
    end = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > end:
            raise TimeoutError("this takes too long")
        time.sleep(pause)


def program(name: str) -> str:
    """Where a program of the system lies; Postfix puts its own into sbin."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        raise SystemExit(f"{name} is missing: apt-get install postfix")
    return found
