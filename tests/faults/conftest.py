"""Prepared homes that each test gets a copy of, and where randomness comes from.

`FAULTS_SEED=1234 pytest tests/faults` repeats the moments of an earlier run.
"""

import os
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults.relay import Relay
from tests.faults.stage import Stage

MEMBERS = 3_000
ROWS = 20_000
GROUP_ADDRESS = "news@example.org"
HEADER = "email,first name"
MESSAGE = "Good morning {{ contact.first_name | default('friend') }}!\n"


@pytest.fixture(scope="session")
def seed() -> int:
    return int(os.environ.get("FAULTS_SEED") or random.SystemRandom().randrange(10_000))


@pytest.fixture
def dice(seed, request) -> random.Random:
    """Random numbers of this test; a failed test shows the seed that repeats them."""
    print(f"FAULTS_SEED={seed}")  # noqa: T201 - pytest shows it beside a failure
    return random.Random(f"{seed} {request.node.name}")


@pytest.fixture
def relay() -> Iterator[Relay]:
    with Relay() as relay:
        yield relay


@pytest.fixture(scope="session")
def folders(tmp_path_factory) -> Callable[[str], Path]:
    """Makes folders for homes; the user that PostgreSQL runs as must reach them."""

    def make(name: str) -> Path:
        folder = tmp_path_factory.mktemp(name)
        for parent in (folder, folder.parent, folder.parent.parent):
            parent.chmod(0o755)
        return folder

    return make


@pytest.fixture(scope="session")
def prepare(folders) -> Callable[..., Path]:
    """Makes a home by a function of its stage, and stops it."""

    def prepare(name: str, steps: Callable[[Stage], object]) -> Path:
        folder = folders(name)
        with Relay() as relay, Stage(folder, relay) as stage:
            stage.tidings("migrate")
            stage.tidings("group", "create", "News", "--address", GROUP_ADDRESS)
            steps(stage)
        return folder

    return prepare


@pytest.fixture
def copy_of(folders, relay) -> Iterator[Callable[..., Stage]]:
    """Brings a copy of a prepared home to life, for this test."""
    with ExitStack() as stack:

        def copy_of(prepared: Path, *, has_relay: bool = True) -> Stage:
            folder = folders(prepared.name) / "home"
            subprocess.run(["cp", "-a", prepared, folder], check=True)
            stack.callback(shutil.rmtree, folder)
            return stack.enter_context(Stage(folder, relay, has_relay=has_relay))

        yield copy_of


@pytest.fixture(scope="session")
def group_home(prepare) -> Path:
    """A group with members."""

    def steps(stage: Stage) -> None:
        _import_now(stage, GROUP_ADDRESS, [f"p{n:05}@example.com,Name {n}" for n in range(MEMBERS)])

    return prepare("group", steps)


@pytest.fixture(scope="session")
def import_home(prepare) -> Path:
    """An import that waits for a worker. Its rows meet members, contacts who aren't members, and nobody yet."""

    def steps(stage: Stage) -> None:
        stage.tidings("group", "create", "Others", "--address", "others@example.org")
        _import_now(stage, GROUP_ADDRESS, [f"p{n:05}@example.com,Name {n}" for n in range(2_000)])
        _import_now(stage, "others@example.org", [f"p{n:05}@example.com,Name {n}" for n in range(2_000, 3_000)])
        rows = [f"p{n:05}@example.com,{'Name' if n % 2 else 'New name'} {n}" for n in range(ROWS)]
        rows += [f"p{n:05}@example.com,Last {n}" for n in range(0, ROWS, 100)]
        rows += [f"no address {n},Nobody" for n in range(50)]
        random.Random(1).shuffle(rows)
        stage.import_file(GROUP_ADDRESS, [HEADER, *rows])

    return prepare("import", steps)


def _import_now(stage: Stage, group: str, rows: list[str]) -> None:
    worker = stage.start_worker("long")
    stage.import_file(group, [HEADER, *rows])
    stage.wait_until(lambda: not stage.rows("SELECT FROM group_locks"), "the import has ended")
    stage.kill(worker.pid)
    worker.wait()


@pytest.fixture
def import_stage(import_home, copy_of) -> Stage:
    return copy_of(import_home)


@pytest.fixture
def group_stage(group_home, copy_of) -> Stage:
    return copy_of(group_home)
