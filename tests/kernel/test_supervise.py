"""Services that are kept running, and stopped together."""

import itertools
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tidings.kernel.supervise import SUPERVISOR_VARIABLE, Service, Supervisor, die_with_parent

PROGRAM = Path(__file__).with_name("supervised.py")
NOTE_AND_STAY = "echo $NAME $$; exec sleep 60"
STUBBORN = "trap '' TERM; echo $NAME $$; while :; do sleep 0.1; done"
DIES_WITH_PARENT = (
    "import os, time, tidings.kernel.supervise as s; s.die_with_parent(); "
    "print('worker', os.getpid(), flush=True); time.sleep(60)"
)


class Running:
    """A supervisor's process; what its services and callbacks said, line by line."""

    def __init__(self, process):
        self.process = process

    def line(self):
        return self.process.stdout.readline().split()

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(20)


@pytest.fixture
def supervise():
    started = []

    def supervise(*services, grace_seconds=5):
        arguments = [sys.executable, PROGRAM, str(grace_seconds), *services]
        process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        started.append(process)
        return Running(process)

    yield supervise
    for process in started:
        with process:
            process.terminate()


def test_a_killed_service_is_told_and_started_again(supervise):
    running = supervise(f"worker={NOTE_AND_STAY}")
    _, first = running.line()
    os.kill(int(first), signal.SIGKILL)
    assert running.line() == ["exit", "worker", first]
    name, second = running.line()
    assert name == "worker"
    assert second != first


def test_the_pauses_between_starts_grow(supervise):
    running = supervise("worker=echo started; exit 1")
    times = []
    while len(times) < 4:
        if running.line() == ["started"]:
            times.append(time.monotonic())
    pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert pauses == sorted(pauses)
    assert 0.15 < pauses[0] < 0.6 < pauses[2]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_all_services(number, supervise, alive):
    running = supervise(f"web={NOTE_AND_STAY}", f"worker={NOTE_AND_STAY}")
    pids = [int(running.line()[1]) for _ in range(2)]
    assert running.stop(number) == 0
    assert not any(alive(pid) for pid in pids)


def test_the_exits_at_the_end_are_told_too(supervise):
    running = supervise(f"worker={NOTE_AND_STAY}")
    _, pid = running.line()
    running.stop()
    assert running.line() == ["exit", "worker", pid]


def test_who_does_not_stop_in_time_is_killed_with_its_children(supervise, alive, eventually):
    running = supervise("worker=trap '' TERM; sleep 60 & echo $!; wait; wait", grace_seconds=0.3)
    (grandchild,) = running.line()
    assert running.stop() == 1
    eventually(lambda: not alive(int(grandchild)))


def test_a_second_signal_does_not_wait(supervise):
    running = supervise(f"worker={STUBBORN}", grace_seconds=60)
    running.line()
    running.process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    assert running.stop(signal.SIGINT) == 1


def test_children_of_a_crashed_service_are_ended(supervise, alive, eventually):
    running = supervise("web=sleep 60 & echo $!; sleep 0.1; exit 3")
    (grandchild,) = running.line()
    eventually(lambda: not alive(int(grandchild)))


def test_a_program_that_does_not_exist_ends_nobody_else():
    calls = []
    services = [Service("absent", ["/does/not/exist"]), Service("worker", ["/bin/sh", "-c", "kill $PPID"])]
    assert Supervisor(services, on_exit=lambda service, _pid: calls.append(service.name)).run() == 0
    assert calls == ["worker"]


def test_the_caller_is_called_every_second_whatever_it_raises():
    calls = []

    def fail_twice():
        calls.append(1)
        if len(calls) > 1:
            os.kill(os.getpid(), signal.SIGTERM)
        raise RuntimeError("the database is away")

    assert Supervisor([], every_second=fail_twice).run() == 0
    assert len(calls) == 2


def test_the_handlers_of_the_caller_are_back_afterwards():
    before = signal.getsignal(signal.SIGTERM)
    Supervisor([], every_second=lambda: os.kill(os.getpid(), signal.SIGTERM)).run()
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_service_gets_a_socket_that_already_listens(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port, number = listener.getsockname()[1], listener.fileno()
        ask = f"import socket; print(socket.socket(fileno={number}).getsockname()[1])"
        command = f"'{sys.executable}' -c '{ask}' > '{tmp_path}/port'; kill $PPID"
        Supervisor([Service("web", ["/bin/sh", "-c", command], pass_fds=(number,))]).run()
    assert (tmp_path / "port").read_text() == f"{port}\n"


def test_a_service_dies_with_its_killed_supervisor(supervise, alive, eventually):
    running = supervise(f'worker=exec {sys.executable} -c "{DIES_WITH_PARENT}"')
    _, worker = running.line()
    running.process.kill()
    eventually(lambda: not alive(int(worker)), seconds=3)


def test_a_service_whose_supervisor_is_gone_already_does_not_begin():
    environment = {**os.environ, SUPERVISOR_VARIABLE: "1"}
    done = subprocess.run(
        [sys.executable, "-c", DIES_WITH_PARENT], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "has ended" in done.stderr
    assert done.stdout == ""


def test_without_a_supervisor_nothing_is_asked_of_the_kernel(monkeypatch):
    monkeypatch.delenv(SUPERVISOR_VARIABLE, raising=False)
    die_with_parent()
    code = "import ctypes; v = ctypes.c_int(9); ctypes.CDLL(None).prctl(2, ctypes.byref(v)); print(v.value)"
    before = "import tidings.kernel.supervise as s; s.die_with_parent(); "
    said = subprocess.run([sys.executable, "-c", before + code], capture_output=True, text=True, check=True)
    assert said.stdout == "0\n"
