"""Imports against the reference SQL: a million new rows, and the same file again."""

import json
import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings
from django.db import connection

from bench import ground
from bench.files import write_people
from bench.pairs import Rates, Result, measure
from tidings.groups.actions import create
from tidings.groups.models import Group
from tidings.kernel import db
from tidings.kernel.embedded.binaries import bin_dir
from tidings.kernel.embedded.home import connection_params

ROWS = 1_000_000
FEWER_ROWS = 100_000
REFERENCE = Path(__file__).with_name("reference_import.sql")
TABLES = "contacts, memberships, membership_tallies, opt_outs, import_slices, import_rejects, imports, facts"


def run(pairs: int, rows: int = ROWS) -> list[Result]:
    """Two results: new rows, and the same rows again; the notes tell peak memory at both sizes."""
    file = write_people(ground.WORK / f"people-{rows}.csv", rows)
    group = bench_group()
    memory: list[float] = []

    def ours() -> Rates:
        empty()
        rates = []
        for _ in range(2):
            report = import_alone(file, group)
            memory.append(report["peak_mb"])
            rates.append(rows / report["seconds"])
        return tuple(rates)

    def reference() -> Rates:
        empty()
        return tuple(rows / psql(REFERENCE, file, group) for _ in range(2))

    results = measure(
        ("import: new rows", "import: same rows again"), ours, reference, pairs=pairs, unit="rows/s"
    )
    empty()
    small = import_alone(write_people(ground.WORK / f"people-{FEWER_ROWS}.csv", FEWER_ROWS), group)
    results[0].notes[f"peak memory at {rows:,} rows, MB"] = round(max(memory), 1)
    results[0].notes[f"peak memory at {FEWER_ROWS:,} rows, MB"] = round(small["peak_mb"], 1)
    return results


def import_people(file: Path, address: str) -> Group:
    """A group with everyone of a file in it."""
    empty()
    Group.objects.filter(address=address).delete()
    group = create("Bench", address=address, by=None)
    import_alone(file, group)
    return group


def bench_group() -> Group:
    """The group that imports go into."""
    found = Group.objects.filter(address="bench@example.org").first()
    return found or create("Bench", address="bench@example.org", by=None)


def empty(*, only_pages: bool = False) -> None:
    """Both sides begin with empty tables, unless told otherwise, and without dirty pages of the other."""
    if not only_pages:
        db.execute(f"TRUNCATE {TABLES} RESTART IDENTITY CASCADE")
    db.execute("CHECKPOINT")
    connection.close()


def import_alone(file: Path, group: Group, *, mode: str = "add_and_update") -> dict[str, float]:
    """One import in a process of its own; the upload is over when the clock starts."""
    words = [sys.executable, "-m", "bench.one_import", str(file), str(group.pk), mode]
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def psql(script: Path, file: Path, group: Group, **more: str) -> float:
    """Runs a script with psql; the seconds it took."""
    params = connection_params(settings.ENVIRONMENT.home)
    variables = {"file": str(file), "group_id": str(group.pk), "slice": str(settings.ENVIRONMENT.slice_rows)}
    words = [str(bin_dir() / "psql"), "-X", "-q", "-h", params["host"], "-p", str(params["port"])]
    words += ["-U", params["user"], "-d", params["dbname"], "-f", str(script)]
    words += [word for name, value in (variables | more).items() for word in ("-v", f"{name}={value}")]
    started = time.monotonic()
    subprocess.run(words, check=True, env={"PGPASSWORD": params["password"]})
    return time.monotonic() - started
