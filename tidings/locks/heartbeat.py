"""Keeps the lease of a process alive while its holder is busy."""

import logging
import threading
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import DatabaseError, connection

from tidings.locks import actions
from tidings.locks.errors import LeaseLost

log = logging.getLogger(__name__)

# Progress is looked at every second or two, so it is told at least that often.
PROGRESS_SECONDS = 1.0


class Heartbeat:
    """A thread with a connection of its own: prolongs the lease and tells the progress, for as long as it is open."""

    def __init__(self, process: int, token: int, *, total: int | None = None) -> None:
        self.process, self.token = process, token
        self.done, self.total = 0, total
        self._lost = False
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
        """Raises `LeaseLost` if another worker took over; call it now and then in long work without a fence."""
        if self._lost:
            raise LeaseLost(process=self.process)

    def _run(self) -> None:
        pause = min(PROGRESS_SECONDS, settings.ENVIRONMENT.heartbeat_seconds)
        while not self._end.wait(pause):
            try:
                self._beat()
            except DatabaseError as error:  # the lease tells whether that lasted too long
                log.warning("process %s: no heartbeat: %s", self.process, error)
                connection.close()
        connection.close()

    def _beat(self) -> None:
        if actions.prolong(self.process, self.token):
            actions.progress(self.process, done=self.done, total=self.total)
        else:
            self._lost = True
