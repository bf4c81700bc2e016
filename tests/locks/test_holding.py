import time

import pytest

from tidings.kernel import db
from tidings.locks import leases
from tidings.locks.errors import LeaseLost
from tidings.locks.holding import Holding
from tidings.locks.models import Process

LEASE_SECONDS = 0.6


@pytest.fixture
def held(begin, committed, set_environment):
    """A process and the token of its holder; leases are short."""
    set_environment(lease_seconds=LEASE_SECONDS, heartbeat_seconds=0.1)
    process = begin("exclusive", 101)
    return process, leases.take(process.pk, "first")


def test_a_heart_that_beats_keeps_the_lease(held):
    process, token = held
    with Holding(process.pk, token):
        time.sleep(2 * LEASE_SECONDS)
        assert leases.take(process.pk, "second") is None


def test_after_the_last_beat_the_lease_runs_out(held):
    process, token = held
    with Holding(process.pk, token):
        pass
    time.sleep(1.2 * LEASE_SECONDS)
    assert leases.take(process.pk, "second") == token + 1


def test_the_heart_tells_the_progress(held):
    process, token = held
    with Holding(process.pk, token, total=10) as heart:
        heart.done = 4
        time.sleep(0.3)
    assert Process.objects.values_list("done", "total").get(pk=process.pk) == (4, 10)


def test_a_holder_who_was_replaced_is_told_by_the_next_check(held):
    process, token = held
    db.execute("UPDATE processes SET token = token + 1")
    with Holding(process.pk, token) as heart:
        time.sleep(0.3)
        with pytest.raises(LeaseLost):
            heart.check()


def test_a_holder_is_not_disturbed_by_checks(held):
    process, token = held
    with Holding(process.pk, token) as heart:
        time.sleep(0.3)
        heart.check()
