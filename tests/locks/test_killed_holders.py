"""After kill -9 at random each lock belongs to a living process, or is gone, well within a minute."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tidings.kernel import db

HOLDERS = 8
KILLS = 40
PROMISED_SECONDS = 60  # for a lease of 30 s; the lease of tests is 2 s

# The holders' workers by their locks. NULL: nobody has taken the process, or its lease has run out.
_HOLDERS = """
SELECT p.id, p.state, CASE WHEN p.lease_until > clock_timestamp() THEN p.worker END AS worker
FROM group_locks l LEFT JOIN processes p ON p.id = l.process_id
"""
_HELD_BY = "SELECT id FROM processes WHERE state = 'running' AND worker = %(worker)s"


class Holders:
    """Living holders, one of which dies now and then."""

    def __init__(self, nursery: subprocess.Popen[str], seed: int) -> None:
        self.nursery, self.chance = nursery, random.Random(seed)
        self.alive = [self.born() for _ in range(HOLDERS)]
        self.bereaved: set[int] = set()

    def born(self) -> int:
        assert self.nursery.stdin
        assert self.nursery.stdout
        self.nursery.stdin.write(f"{self.chance.randrange(10**6)}\n")
        self.nursery.stdin.flush()
        return int(self.nursery.stdout.readline())

    def kill_one(self) -> None:
        """Kills with -9, and notes what it held; another is born."""
        pid = self.alive.pop(self.chance.randrange(len(self.alive)))
        os.kill(pid, signal.SIGKILL)
        self.bereaved |= {row["id"] for row in db.rows(_HELD_BY, {"worker": f"holder-{pid}"})}
        self.alive.append(self.born())

    def abandoned(self) -> list[int]:
        """Processes that hold a lock and belong to nobody alive."""
        names = {f"holder-{pid}" for pid in self.alive}
        return [
            row["id"] for row in db.rows(_HOLDERS) if row["state"] != "running" or row["worker"] not in names
        ]


@pytest.fixture
def holders(test_environment) -> Iterator[Holders]:
    nursery = subprocess.Popen(
        [sys.executable, "-m", "tests.locks.holders"],
        env=test_environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with nursery:
        yield Holders(nursery, seed=20_261_123)
        with suppress(ProcessLookupError):
            os.killpg(nursery.pid, signal.SIGKILL)


def test_the_locks_of_killed_holders_are_taken_over_or_gone_within_a_minute(holders):
    for _ in range(KILLS):
        time.sleep(holders.chance.uniform(0, 0.2))
        holders.kill_one()
        assert all(row["state"] == "running" for row in db.rows(_HOLDERS))
    killed_at = time.monotonic()
    left = set(holders.bereaved)
    while left and time.monotonic() < killed_at + PROMISED_SECONDS:
        left &= set(holders.abandoned())  # whose process has found somebody, or ended, is no longer missed
        time.sleep(0.1)
    assert not left
    assert len(holders.bereaved) > KILLS / 8, "hardly anybody was killed who held something"
