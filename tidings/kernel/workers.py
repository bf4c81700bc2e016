"""What worker processes are called in leases and lists."""

import os
import secrets
import socket

# Given to children, so that a supervisor knows the names of its own: two containers may share host name and pids.
MARK_VARIABLE = "TIDINGS_WORKER_MARK"


def mark() -> str:
    """What the names of all workers of one supervisor end with; ours if no supervisor gave us one."""
    return os.environ.setdefault(MARK_VARIABLE, secrets.token_hex(3))


def name_of(pid: int) -> str:
    """The worker process `pid` that we, or our supervisor, started."""
    return f"{socket.gethostname()}-{pid}-{mark()}"


def this_worker() -> str:
    """This process."""
    return name_of(os.getpid())
