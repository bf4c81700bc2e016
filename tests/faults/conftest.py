"""Prepared homes that each test gets a copy of, and where randomness comes from.

`FAULTS_SEED=1234 pytest tests/faults` repeats the moments of an earlier run.
"""

import os
import random
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.faults.promises import finish_imports
from tests.faults.relay import Relay
from tests.faults.stage import SCALE, Stage

MEMBERS = 2_000 * SCALE
ROWS = 20_000 * min(SCALE, 10)  # what an import leaves is compared in memory
GROUP_ADDRESS = "news@example.org"
HEADER = "email,first name"


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
def folders() -> Iterator[Callable[[str], Path]]:
    """Makes folders for homes; not by `tmp_path`, as the user that PostgreSQL runs as must reach them."""
    with ExitStack() as stack:

        def make(name: str) -> Path:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=f"tidings-{name}-")))
            folder.chmod(0o755)
            return folder

        yield make


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


@pytest.fixture(scope="session")
def bring_to_life(folders) -> Callable[..., AbstractContextManager[Stage]]:
    """Makes a copy of a prepared home live for as long as a `with` block lasts."""

    @contextmanager
    def bring_to_life(prepared: Path, relay: Relay, *, has_relay: bool = True) -> Iterator[Stage]:
        folder = folders("copy") / "home"
        subprocess.run(["cp", "-a", prepared, folder], check=True)
        try:
            with Stage(folder, relay, has_relay=has_relay) as stage:
                yield stage
        finally:
            shutil.rmtree(folder)

    return bring_to_life


@pytest.fixture
def copy_of(bring_to_life, relay) -> Iterator[Callable[..., Stage]]:
    """Gives a test its own copy of a prepared home; without `has_relay` its workers bring their mailbox along."""
    with ExitStack() as stack:
        yield lambda prepared, **options: stack.enter_context(bring_to_life(prepared, relay, **options))


@pytest.fixture(scope="session")
def group_home(prepare) -> Path:
    """A group with members."""

    def steps(stage: Stage) -> None:
        import_now(stage, GROUP_ADDRESS, [f"p{n:05}@example.com,Name {n}" for n in range(MEMBERS)])

    return prepare("group", steps)


@pytest.fixture(scope="session")
def import_home(prepare) -> Path:
    """An import that waits for a worker. Its rows meet members, contacts who aren't members, and nobody yet."""

    def steps(stage: Stage) -> None:
        stage.tidings("group", "create", "Others", "--address", "others@example.org")
        import_now(stage, GROUP_ADDRESS, [f"p{n:05}@example.com,Name {n}" for n in range(2_000)])
        import_now(
            stage, "others@example.org", [f"p{n:05}@example.com,Name {n}" for n in range(2_000, 3_000)]
        )
        rows = [f"p{n:05}@example.com,{'Name' if n % 2 else 'New name'} {n}" for n in range(ROWS)]
        rows += [f"p{n:05}@example.com,Last {n}" for n in range(0, ROWS, 100)]
        rows += [f"no address {n},Nobody" for n in range(50)]
        random.Random(1).shuffle(rows)
        stage.import_file(GROUP_ADDRESS, [HEADER, *rows])

    return prepare("import", steps)


def import_now(stage: Stage, group: str, rows: list[str]) -> None:
    """Imports into a group, and waits for the end."""
    worker = stage.start_worker("long")
    stage.import_file(group, [HEADER, *rows])
    stage.wait_until(lambda: not stage.rows("SELECT FROM group_locks"), "the import has ended")
    stage.kill(worker.pid)
    worker.wait()


@pytest.fixture
def import_stage(import_home, copy_of) -> Stage:
    return copy_of(import_home)


@pytest.fixture(scope="session")
def undisturbed(import_home, bring_to_life) -> tuple[dict, float]:
    """What the prepared import leaves when nothing goes wrong, and how many seconds it takes."""
    with Relay() as relay, bring_to_life(import_home, relay) as stage:
        stage.start_worker("long")
        found = finish_imports(stage)
        seconds = stage.value(
            "SELECT extract(epoch FROM ended_at - started_at)::float FROM imports ORDER BY id DESC"
        )
    assert found["reports"][-1]["created"] == ROWS - 3_000
    return found, seconds


@pytest.fixture
def group_stage(group_home, copy_of) -> Stage:
    return copy_of(group_home)
