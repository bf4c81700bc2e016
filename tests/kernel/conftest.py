import time
from pathlib import Path

import pytest


@pytest.fixture
def alive():
    """Whether a process lives; a zombie doesn't."""

    def alive(pid):
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes() != b""
        except OSError:
            return False

    return alive


@pytest.fixture
def eventually():
    """Wait until something is true."""

    def eventually(condition, seconds=10):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"still not true after {seconds} s"
            time.sleep(0.01)

    return eventually
