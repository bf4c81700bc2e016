"""The settings of the embedded server, sized by the machine."""

import os
from pathlib import Path

from tidings.kernel.embedded.home import Home

MIB = 1024**2

# A quarter of the memory for PostgreSQL's own cache. Beyond 1 GiB our work gains nothing: it streams.
SHARED_BUFFERS_MIB = (128, 1024)
MAINTENANCE_MEMORY_MIB = (64, 256)

# Docker gives 64 MiB of /dev/shm, which parallel queries run out of; System V memory has no such limit.
ENOUGH_POSIX_SHARED_MEMORY_MIB = 512

_CGROUP_MEMORY = Path("/sys/fs/cgroup/memory.max")
_POSIX_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - only its size is asked

# What an operator writes into this file, beside ours, wins and is never touched.
OPERATOR_FILE = "local.conf"


def settings_text(home: Home, *, build_options: str) -> str:
    """The content of `tidings.conf`; `build_options` says whether the server knows lz4."""
    lines = [f"{name} = {_quoted(value)}" for name, value in _settings(home, build_options).items()]
    head = f"# Written anew at each start. Put settings of your own into {OPERATOR_FILE} beside this file."
    return "\n".join([head, *lines, ""])


def _settings(home: Home, build_options: str) -> dict[str, str]:
    return {
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "max_connections": "200",
        **_memory(machine_memory_mib()),
        **_durability(build_options),
        **_log(home),
        "random_page_cost": "1.1",
        "jit": "off",
        "timezone": "UTC",
    }


def _memory(machine_mib: int) -> dict[str, str]:
    return {
        "shared_buffers": f"{_within(SHARED_BUFFERS_MIB, machine_mib // 4)}MB",
        "effective_cache_size": f"{max(machine_mib // 2, SHARED_BUFFERS_MIB[0])}MB",
        "work_mem": "32MB",
        "maintenance_work_mem": f"{_within(MAINTENANCE_MEMORY_MIB, machine_mib // 16)}MB",
        "dynamic_shared_memory_type": "posix" if _posix_memory_is_enough() else "sysv",
    }


def _durability(build_options: str) -> dict[str, str]:
    return {
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "wal_compression": "lz4" if "--with-lz4" in build_options else "pglz",
        "min_wal_size": "512MB",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "checkpoint_completion_target": "0.9",
    }


def _log(home: Home) -> dict[str, str]:
    """A file per weekday, emptied after a week, so that the log never fills the disk by its age."""
    return {
        "logging_collector": "on",
        "log_directory": str(home.log),
        "log_filename": "postgres-%a.log",
        "log_truncate_on_rotation": "on",
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        "log_line_prefix": "%m [%p] %q%u@%d ",
        "log_timezone": "UTC",
        "lc_messages": "C",
    }


def machine_memory_mib() -> int:
    """The memory we may use: the machine's, or the container's limit when that is less."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        limit = int(_CGROUP_MEMORY.read_text())
    except (OSError, ValueError):  # no cgroup, or the word "max"
        limit = machine
    return min(machine, limit) // MIB


def _posix_memory_is_enough() -> bool:
    try:
        facts = os.statvfs(_POSIX_SHARED_MEMORY)
    except OSError:
        return False
    return facts.f_blocks * facts.f_frsize >= ENOUGH_POSIX_SHARED_MEMORY_MIB * MIB


def _within(bounds: tuple[int, int], value: int) -> int:
    return max(bounds[0], min(bounds[1], value))


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
