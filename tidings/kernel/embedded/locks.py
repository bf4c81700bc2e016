"""Locks of the kernel's on files: they end with their holder, also by `kill -9`."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def open_lock(path: Path) -> int:
    """A file descriptor to lock by; closing it unlocks."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold `path` alone; waits for whoever holds it now."""
    lock = open_lock(path)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def share(path: Path) -> int:
    """Hold `path` together with others, until the returned descriptor is closed."""
    lock = open_lock(path)
    fcntl.flock(lock, fcntl.LOCK_SH)
    return lock


def alone(lock: int) -> bool:
    """Try to hold an opened lock alone, without waiting. A shared hold of our own may be lost by a no."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def held_if_free(path: Path) -> Iterator[bool]:
    """Whether we hold `path` alone in this block; never waits."""
    lock = open_lock(path)
    try:
        yield alone(lock)
    finally:
        os.close(lock)
