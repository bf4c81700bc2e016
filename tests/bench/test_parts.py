"""`make bench` still measures something, on a small scale; the figures of so little mean nothing."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

SCALE = "0.002"


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not by `tmp_path`, as the user that PostgreSQL runs as must reach it."""
    with TemporaryDirectory(prefix="tidings-bench-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.mark.timeout(600)
def test_each_part_measures_both_sides(folder):
    options = ["--pairs", "1", "--scale", SCALE, "--home", folder / "home", "--out", folder / "results.json"]
    command = [sys.executable, "-m", "bench.run", *map(str, options)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads((folder / "results.json").read_text())
    assert len(results) > 20
    assert all(result["ours"] > 0 and result["reference"] > 0 for result in results)
