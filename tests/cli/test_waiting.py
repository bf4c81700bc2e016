"""Waiting for long work."""

import os
import sys
from collections.abc import Callable, Iterator

import pytest
from django.db import OperationalError

from tidings.cli import ground, waiting
from tidings.cli.waiting import Step, Work, wait_for
from tidings.kernel import db

# Writes its number at once, so that whoever sees the file can read it.
WRITE_PID = """
import os, pathlib, time
draft = pathlib.Path("{file}.draft")
draft.write_text(str(os.getpid()))
draft.rename("{file}")
time.sleep(1000)
"""


@pytest.fixture
def _worker(committed, set_environment, tmp_path) -> None:
    """Somebody works, so that the waiting starts nobody."""
    set_environment(home=tmp_path)
    db.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")


def work(look: Callable[[], dict[str, str]]) -> Work:
    return Work(
        "import", 1, look, lambda found: Step(found["state"], 1, 2), ("finished",), "tidings imports show 1"
    )


def looks(*found: str | Exception) -> Callable[[], dict[str, str]]:
    """A look that sees one state after the other, or fails."""
    rest: Iterator[str | Exception] = iter(found)

    def look() -> dict[str, str]:
        state = next(rest)
        if isinstance(state, Exception):
            raise state
        return {"state": state}

    return look


@pytest.mark.usefixtures("_worker")
def test_it_waits_until_the_work_has_ended() -> None:
    assert wait_for(work(looks("queued", "merging", "finished")), quiet=True) == {"state": "finished"}


@pytest.mark.usefixtures("_worker")
def test_it_bears_a_restart_of_the_database() -> None:
    away = OperationalError("the database system is starting up")
    assert wait_for(work(looks("queued", away, away, "finished")), quiet=True) == {"state": "finished"}


@pytest.mark.usefixtures("_worker")
def test_it_gives_up_when_the_database_stays_away(monkeypatch) -> None:
    monkeypatch.setattr(waiting, "PATIENCE_SECONDS", 0.2)
    away = [OperationalError("connection refused")] * 100
    with pytest.raises(OperationalError):
        wait_for(work(looks("queued", *away)), quiet=True)


@pytest.mark.usefixtures("_worker")
def test_it_tells_a_log_how_far_the_work_is(monkeypatch, capsys) -> None:
    monkeypatch.setattr(waiting, "LINE_SECONDS", 0.0)
    wait_for(work(looks("merging", "finished")), quiet=False)
    assert "import 1: merging, 1 of 2" in capsys.readouterr().err


@pytest.fixture
def own_workers(committed, set_environment, tmp_path, monkeypatch) -> Callable[[str], None]:
    """Nobody works; a waiting command starts this Python program as its workers."""
    set_environment(home=tmp_path)
    monkeypatch.setattr(waiting, "WORKERS_SECONDS", 0.0)
    return lambda program: monkeypatch.setattr(ground, "WORKERS", [sys.executable, "-c", program])


def test_it_says_that_its_workers_failed_and_where_they_say_why(own_workers, tmp_path) -> None:
    own_workers("import sys; sys.exit('no relay')")
    with pytest.raises(ground.WorkersFailed, match="ended with 1") as failure:
        wait_for(work(lambda: {"state": "queued"}), quiet=True)
    assert "no relay" in failure.value.facts["log"].read_text()


def test_it_stops_its_workers_when_the_work_has_ended(own_workers, tmp_path) -> None:
    own_workers(WRITE_PID.format(file=tmp_path / "pid"))
    started = tmp_path / "pid"
    wait_for(work(lambda: {"state": "finished" if started.exists() else "queued"}), quiet=True)
    with pytest.raises(ProcessLookupError):
        os.kill(int(started.read_text()), 0)
