"""The server's processes, told by the name that only this server has in its command lines.

Command lines are readable everywhere; a process's folder isn't, for root in a container. A zombie has none.
"""

import contextlib
import os
import signal
from pathlib import Path

from tidings.kernel.embedded.home import SOCKET_NAME, Home

PROC = Path("/proc")


def name_option(home: Home) -> str:
    """The argument of `postgres -c` that names the server, in its own and its children's command lines."""
    return f"cluster_name={home.name}"


def postmaster(home: Home) -> int | None:
    """The process id of the living server on this data, else None."""
    pid = _written_pid(home)
    return pid if pid and name_option(home).encode() in _command_line(pid).split(b"\0") else None


def signal_server(home: Home, number: signal.Signals) -> None:
    """Signal the server, or end what a killed one has left behind. Asking twice does no harm."""
    pid = postmaster(home)
    if pid:
        _signal(pid, number)
    else:
        end_leftovers(home)


def end_leftovers(home: Home) -> None:
    """Ask the children of a killed server to leave at once.

    One that computes doesn't notice its server's death, and keeps the data's shared memory until it ends.
    """
    title = f"postgres: {home.name}: ".encode()
    for pid in [int(folder.name) for folder in PROC.glob("[0-9]*")]:
        if _command_line(pid).startswith(title):
            _signal(pid, signal.SIGQUIT)


def drop_stale_files(home: Home) -> None:
    """Remove what a killed server left, since PostgreSQL would believe the process id in it.

    That id may be a zombie's, or another program's by now. Only to be called when no process of this server
    lives. A living postgres without a name of ours was perhaps started by hand on this very data: then the
    files stay, and PostgreSQL decides.
    """
    pid = _written_pid(home)
    if pid and _may_be_by_hand(pid):
        return
    socket = home.socket_dir / SOCKET_NAME
    for file in (home.data / "postmaster.pid", socket, socket.with_name(f"{SOCKET_NAME}.lock")):
        file.unlink(missing_ok=True)


def _may_be_by_hand(pid: int) -> bool:
    line = _command_line(pid)
    return _program(pid) == "postgres" and line != b"" and b"cluster_name=tidings-" not in line


def _written_pid(home: Home) -> int | None:
    try:
        return int((home.data / "postmaster.pid").read_text().partition("\n")[0])
    except (FileNotFoundError, ValueError):  # the server is just writing or removing it
        return None


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _command_line(pid: int) -> bytes:
    return _read(pid, "cmdline")


def _program(pid: int) -> str:
    return _read(pid, "comm").decode(errors="replace").strip()


def _read(pid: int, name: str) -> bytes:
    try:
        return (PROC / str(pid) / name).read_bytes()
    except OSError:  # gone, or hidden from us
        return b""
