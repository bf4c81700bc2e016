"""Running commands: in this process where that shows the same, else as the program that is installed."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tidings.cli.main import main

PROGRAM = Path(sys.executable).with_name("tidings")
LIMIT_SECONDS = 120


class Result(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        """The last line of stderr, where `--json` puts the error."""
        return json.loads(self.err.splitlines()[-1])


@pytest.fixture
def tidings(committed, capsys, set_environment, tmp_path) -> Callable[..., Result]:
    """Runs a command in this process."""
    set_environment(home=tmp_path, database_url="the test database")

    def run(*words: str) -> Result:
        capsys.readouterr()
        code = main(words)
        return Result(int(code), *capsys.readouterr())

    return run


@pytest.fixture
def program(test_environment, tmp_path) -> Callable[..., Result]:
    """Runs the installed program on the test database, or with other `variables` in its environment."""

    def run(*words: str, stdin: str = "", **variables: str) -> Result:
        environment = {**test_environment, "TIDINGS_HOME": str(tmp_path / "home"), **variables}
        done = subprocess.run(
            [PROGRAM, *words],
            input=stdin,
            capture_output=True,
            text=True,
            env=environment,
            timeout=LIMIT_SECONDS,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    return run
