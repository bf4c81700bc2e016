import threading
import time

import pytest
from django.db import connection

from tidings.kernel import db
from tidings.kernel.threads import side_by_side


def test_items_are_worked_on_side_by_side():
    both = threading.Barrier(2, timeout=10)
    side_by_side(lambda _: both.wait(), [1, 2, 3, 4], at_once=2)


def test_one_at_a_time_keeps_the_connection_and_the_order(committed):
    done = []
    side_by_side(lambda item: done.append((item, connection.connection)), [1, 2], at_once=1)
    assert done == [(1, connection.connection), (2, connection.connection)]


def test_after_an_error_nothing_more_is_begun():
    begun = []

    def work(item):
        begun.append(item)
        raise ValueError(item)

    with pytest.raises(ValueError, match=r"1|2"):
        side_by_side(work, range(1, 100), at_once=2)
    assert len(begun) <= 2


def test_its_connections_are_closed(committed):
    backends = []
    side_by_side(lambda _: backends.append(db.value("SELECT pg_backend_pid()")), [1, 2, 3], at_once=2)
    deadline = time.monotonic() + 10
    query = "SELECT count(*) FROM pg_stat_activity WHERE pid = ANY (%(pids)s)"
    while db.value(query, {"pids": backends}) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert db.value(query, {"pids": backends}) == 0
