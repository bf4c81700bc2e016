"""`make bench` still measures something, on a small scale; the figures of so little mean nothing."""

import json
import subprocess
import sys

SCALE = "0.002"


def test_each_part_measures_both_sides(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    for each in (folder, *folder.parents[:2]):
        each.chmod(0o755)  # PostgreSQL's user must reach it
    options = ["--pairs", "1", "--scale", SCALE, "--home", folder / "home", "--out", folder / "results.json"]
    command = [sys.executable, "-m", "bench.run", *map(str, options)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads((folder / "results.json").read_text())
    assert len(results) > 20
    assert all(result["ours"] > 0 and result["reference"] > 0 for result in results)
