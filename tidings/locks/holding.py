"""A process in the hands of the worker that holds it."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import DatabaseError, connection

from tidings.locks import leases
from tidings.locks.errors import Cancelled, LeaseLost
from tidings.locks.models import Process

log = logging.getLogger(__name__)

# Progress is looked at every second or two, so it is told at least that often; and who cancels waits no longer.
BEAT_SECONDS = 1.0


class Holding:
    """While it is open, a thread with a connection of its own keeps the lease alive and tells how much is `done`.

    What the holder writes goes through `fenced`, and at the end through `ending`.
    """

    def __init__(self, process: int, token: int, *, total: int | None = None) -> None:
        self.process, self.token = process, token
        self.done, self.total = 0, total
        self._stop: type[LeaseLost | Cancelled] | None = None
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"heartbeat of process {process}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join()

    def check(self) -> None:
        """Raises `LeaseLost` if another worker took over, `Cancelled` if somebody asked for it more than a second ago.

        It asks no database, so it is called often, in long work without a fence.
        """
        if self._stop:
            raise self._stop(process=self.process)

    @contextmanager
    def fenced(self) -> Iterator[None]:
        """A transaction of the holder; raises `LeaseLost` and `Cancelled` and then writes nothing."""
        with leases.fenced(self.process, self.token):
            yield

    @contextmanager
    def ending(self, state: Process.State = Process.State.FINISHED) -> Iterator[None]:
        """The last of them: what is written in it stands together with the end of the process."""
        with leases.fenced(self.process, self.token, minds_cancel=state == Process.State.FINISHED):
            yield
            leases.progress(self.process, done=self.done, total=self.total)
            leases.end(self.process, state)

    def _run(self) -> None:
        pause = min(BEAT_SECONDS, settings.ENVIRONMENT.heartbeat_seconds)
        while not self._end.wait(pause):
            try:
                leases.prolong(self.process, self.token, done=self.done, total=self.total)
            except (LeaseLost, Cancelled) as stop:
                self._stop = type(stop)
            except DatabaseError as error:  # the lease tells whether that lasted too long
                log.warning("process %s: no heartbeat: %s", self.process, error)
                connection.close()
        connection.close()
