"""Two people who do something at the same moment, so that one of them is sure to come in between."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection, transaction

from tidings.kernel import db

T = TypeVar("T")
PAUSE_SECONDS = 0.01


def overtaken(first: Callable[[], object], second: Callable[[], T]) -> T:
    """What `second` returns, begun on another connection when `first` is done and not committed yet.

    It sees nothing of `first` until it waits for it; then that commits. For tests with the fixture `committed`.
    """

    def elsewhere() -> T:
        try:
            return second()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            first()
            late = other.submit(elsewhere)
            while not late.done() and not db.value("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                time.sleep(PAUSE_SECONDS)
        return late.result()
