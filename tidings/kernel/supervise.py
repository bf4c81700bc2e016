"""Keeps our own services running (web, workers, mailbox) as children of one process (Linux)."""

import ctypes
import logging
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import FrameType

# A crash at the start costs little time at first, and an endless one little work later.
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0
# Who has lived as long starts with the first pause again.
PROVEN_SECONDS = 30.0
# How long services may finish their batches after SIGTERM. Docker kills after 10 s unless told otherwise.
GRACE_SECONDS = 8.0
TICK_SECONDS = 1.0

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

# Tells a child which process started it: `die_with_parent` compares.
SUPERVISOR_VARIABLE = "TIDINGS_SUPERVISOR_PID"

_PR_SET_PDEATHSIG = 1  # <sys/prctl.h>

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Service:
    """A program to keep running. `env` is added to our environment; `pass_fds` stay open (a socket that
    already listens), under the same numbers.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    pass_fds: tuple[int, ...] = ()


class Supervisor:
    """Starts services, starts them again when they end, and stops all of them at a signal.

    `on_exit(service, pid)` is called for each ended process, so that its leases can be released at once.
    `every_second()` is called at least once a second. Both run in between, so they shall be quick; what they
    raise is logged and changes nothing.
    """

    def __init__(
        self,
        services: Sequence[Service],
        *,
        on_exit: Callable[[Service, int], object] | None = None,
        every_second: Callable[[], object] | None = None,
        grace_seconds: float = GRACE_SECONDS,
    ) -> None:
        self._children = [_Child(service) for service in services]
        self._on_exit = on_exit
        self._every_second = every_second
        self._grace_seconds = grace_seconds
        self._stop_signals = 0

    def run(self) -> int:
        """Run until SIGTERM, SIGINT or SIGHUP; a second one of them doesn't wait for anybody.

        Only in the main thread: signals arrive there, and the kernel ends our children with this thread.
        Returns an exit code: 0, or 1 when a service had to be killed.
        """
        with _signals_to(self._count_signal), _wakeup() as wait:
            try:
                while not self._stop_signals:
                    self._look_after()
                    wait(self._until_next_start(), self._children)
            finally:
                killed = self._stop_all(wait)
        return 1 if killed else 0

    def _count_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stop_signals += 1

    def _look_after(self) -> None:
        self._note_exits()
        for child in self._children:
            if child.is_due():
                child.start()
        if self._every_second:
            _call(self._every_second)

    def _note_exits(self) -> None:
        for child in self._children:
            pid = child.ended()
            if pid and self._on_exit:
                _call(self._on_exit, child.service, pid)

    def _until_next_start(self) -> float:
        waiting = [child.start_at - time.monotonic() for child in self._children if not child.process]
        return max(0.0, min([TICK_SECONDS, *waiting]))

    def _stop_all(self, wait: "_Wait") -> bool:
        """Ask all at once, kill who is still there after the grace; whether anyone had to be killed."""
        for child in self._alive():
            child.send(signal.SIGTERM)
        end = time.monotonic() + self._grace_seconds
        while self._alive() and time.monotonic() < end and self._stop_signals <= 1:
            wait(min(TICK_SECONDS, end - time.monotonic()), self._children)
            self._note_exits()
        late = self._alive()
        for child in late:
            log.warning("%s did not stop and is killed.", child.service.name)
            child.kill()
        self._note_exits()
        return bool(late)

    def _alive(self) -> "list[_Child]":
        return [child for child in self._children if child.process]


class _Child:
    """One service: its process while there is one, else when it shall start."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.process: subprocess.Popen[bytes] | None = None
        self.start_at = 0.0
        self._started_at = 0.0
        self._pause = FIRST_PAUSE_SECONDS
        self.pidfd = -1

    def is_due(self) -> bool:
        return self.process is None and time.monotonic() >= self.start_at

    def start(self) -> None:
        """In a session of its own: Ctrl-C shall reach us only, and a kill also the child's own children."""
        self._started_at = time.monotonic()
        try:
            self.process = subprocess.Popen(
                self.service.argv,
                env={**os.environ, **self.service.env, SUPERVISOR_VARIABLE: str(os.getpid())},
                pass_fds=self.service.pass_fds,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            log.warning("%s can't be started: %s", self.service.name, error)
            self._plan_start()
            return
        self.pidfd = os.pidfd_open(self.process.pid)

    def ended(self) -> int | None:
        """The process id, once, when the process has ended since the last call. What it started ends too."""
        if self.process is None or self.process.poll() is None:
            return None
        os.close(self.pidfd)
        self._signal_group(signal.SIGTERM)
        pid, code, self.process = self.process.pid, self.process.returncode, None
        self._plan_start()
        log.warning("%s (process %d) ended with %d.", self.service.name, pid, code)
        return pid

    def _plan_start(self) -> None:
        lived = time.monotonic() - self._started_at
        pause = FIRST_PAUSE_SECONDS if lived >= PROVEN_SECONDS else self._pause
        self.start_at = time.monotonic() + pause
        self._pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def send(self, number: signal.Signals) -> None:
        if self.process:
            self.process.send_signal(number)

    def kill(self) -> None:
        if self.process:
            self._signal_group(signal.SIGKILL)
            self.process.wait()

    def _signal_group(self, number: signal.Signals) -> None:
        if self.process:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


_Wait = Callable[[float, Sequence[_Child]], None]


@contextmanager
def _wakeup() -> Iterator[_Wait]:
    """A sleep in seconds that a signal or the end of a child cuts short."""
    signalled, wakeup = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    former = signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)

    def wait(seconds: float, children: Sequence[_Child]) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(signalled, selectors.EVENT_READ)
            for child in children:
                if child.process:
                    selector.register(child.pidfd, selectors.EVENT_READ)
            selector.select(max(0.0, seconds))
        with suppress(BlockingIOError):
            os.read(signalled, 4096)

    try:
        yield wait
    finally:
        signal.set_wakeup_fd(former)
        os.close(signalled)
        os.close(wakeup)


@contextmanager
def _signals_to(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    former = {number: signal.signal(number, handler) for number in STOP_SIGNALS}
    try:
        yield
    finally:
        for number, old in former.items():
            signal.signal(number, old)


def _call(function: Callable[..., object], *arguments: object) -> None:
    try:
        function(*arguments)
    except Exception:  # the caller's own trouble, a lost database for one, must not end the services
        log.exception("A call of the supervisor failed.")


def die_with_parent(number: signal.Signals = signal.SIGTERM) -> None:
    """Let the kernel send us `number` when the supervisor dies, however it dies; a service calls this first.

    Does nothing in a process that no supervisor started. The variable is removed: it isn't true for our
    own children, who may look after themselves in other ways.
    """
    supervisor = os.environ.pop(SUPERVISOR_VARIABLE, None)
    if supervisor is None:
        return
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != int(supervisor):
        sys.exit(f"The supervisor (process {supervisor}) has ended; so does this service.")
