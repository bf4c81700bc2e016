"""Work that waits for the database, side by side."""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

Item = TypeVar("Item")


def side_by_side(work: Callable[[Item], None], items: Sequence[Item], *, at_once: int) -> None:
    """Works on the items in about their order, up to `at_once` of them in threads with connections of their own.

    After an error no further item is begun; what is begun is ended, then the error is raised.
    """
    if min(at_once, len(items)) <= 1:
        for item in items:
            work(item)
        return
    waiting = iter(items)  # shared: each thread takes the next one

    def work_on() -> None:
        try:
            for item in waiting:
                work(item)
        except BaseException:
            deque(waiting, maxlen=0)  # nobody takes another one
            raise
        finally:
            connection.close()

    with ThreadPoolExecutor(at_once) as pool:
        threads = [pool.submit(work_on) for _ in range(at_once)]
    for thread in threads:
        thread.result()
