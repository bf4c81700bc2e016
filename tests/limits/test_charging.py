"""The counters are true, whoever counts at once and whoever is killed."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tidings.kernel import db
from tidings.limits.models import Counter
from tidings.sendouts.deliver import CHARGING
from tidings.sendouts.expand import expand
from tidings.sendouts.models import Batch, Sendout

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
TOKEN = 7


@pytest.fixture
def group(make_group, make_members, committed):
    group = make_group()
    make_members(group, 50)
    return group


@pytest.fixture
def take(group, make_sendout):
    """Makes a batch of everybody that a worker holds."""

    def take() -> Batch:
        [batch] = expand(make_sendout(group).pk)
        Batch.objects.filter(pk=batch).update(state="taken", token=TOKEN)
        return Batch.objects.select_related("sendout").get(pk=batch)

    return take


def rows(batch, count=50):
    people = list(enumerate(batch.contact_ids, 1))[:count]
    return [{"position": n, "contact_id": contact, "attributes": {}} for n, contact in people]


def charge(batch, people, *, token=TOKEN):
    """Counts a message for them, on a connection of its own; how many are over a limit."""
    facts = {"group": batch.sendout.group_id, "now": NOON, "batch": batch.pk, "token": token}

    async def charging():
        async with db.async_pool(size=1) as pool, pool.connection() as connection:
            return await CHARGING.charge(connection, people, **facts)

    return len(asyncio.run(charging()))


def counts():
    """How many messages each of those had who had any."""
    return sorted(n for counter in Counter.objects.filter(group=0) for n in counter.counts if n)


def test_of_two_sendouts_at_once_only_as_many_pass_as_the_limit_allows(take, set_environment):
    set_environment(daily_limit=2)
    batches = [take() for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        over = list(pool.map(lambda batch: charge(batch, rows(batch)), batches))
    assert sorted(over) == [0, 0, 50, 50, 50, 50]
    assert counts() == [2] * 50


def test_who_is_counted_stays_counted_once_when_the_batch_is_taken_again(take):
    batch = take()
    charge(batch, rows(batch, 20))  # then its worker is killed
    Batch.objects.update(token=TOKEN + 1)
    charge(batch, rows(batch), token=TOKEN + 1)
    assert counts() == [1] * 50


def test_a_worker_that_lost_its_batch_counts_nobody(take):
    batch = take()
    assert charge(batch, rows(batch), token=TOKEN - 1) == 0
    assert counts() == []


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sets(st.integers(1, 50), min_size=1), min_size=1, max_size=6), st.integers(1, 4))
def test_the_counters_are_what_counting_one_by_one_gives(take, set_environment, sendouts, most):
    set_environment(daily_limit=most)
    Counter.objects.all().delete()
    Sendout.objects.all().delete()
    expected: dict[int, int] = {}
    for people in sendouts:
        batch = take()
        chosen = [row for row in rows(batch) if row["position"] in people]
        full = {who for who in people if expected.get(who, 0) == most}
        assert charge(batch, chosen) == len(full)
        expected |= {who: expected.get(who, 0) + 1 for who in people - full}
    assert counts() == sorted(expected.values())
