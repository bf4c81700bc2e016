"""Processes that hold locks, to be killed: `python -m tests.locks.holders` forks one for each line it reads.

It answers each line with the process id. When its input ends, it ends them all. Forking saves the start of Django.
"""

import os
import random
import signal
import sys
import time
from contextlib import suppress

import django

GROUPS = range(301, 325)


def main() -> None:
    django.setup()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how they died
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            sys.stdin.close()
            hold_for_ever(random.Random(int(line)))
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
    os.killpg(0, signal.SIGKILL)


def hold_for_ever(chance: random.Random) -> None:
    """Takes over what the dead have left, or else begins something new; keeps it alive for a while; ends it."""
    from tidings.locks import actions, leases, rules  # noqa: PLC0415 - Django must be set up before
    from tidings.locks.errors import GroupLocked, LeaseLost  # noqa: PLC0415
    from tidings.locks.models import Process  # noqa: PLC0415

    while True:
        process = next((p.pk for p in Process.objects.filter(state="running").order_by("?")), None)
        token = leases.take(process, name()) if process else None
        if not token:
            with suppress(GroupLocked):
                groups = chance.sample(GROUPS, chance.randint(1, 3))
                process = actions.begin(
                    Process.Kind(chance.choice(rules.USES).kind), groups, label="", by=None
                ).pk
                token = leases.take(process, name())
        if process and token:
            with suppress(LeaseLost):
                work(process, token, chance)
        time.sleep(0.02)


def work(process: int, token: int, chance: random.Random) -> None:
    """As an import does: a heart that beats, and an end only for whoever still holds the process."""
    from tidings.locks import leases  # noqa: PLC0415
    from tidings.locks.holding import Holding  # noqa: PLC0415
    from tidings.locks.models import Process  # noqa: PLC0415

    with Holding(process, token):
        time.sleep(chance.uniform(0.1, 0.8))
    with leases.fenced(process, token):
        leases.end(process, Process.State.FINISHED)


def name() -> str:
    """As which a holder is known to the database."""
    return f"holder-{os.getpid()}"


if __name__ == "__main__":
    main()
