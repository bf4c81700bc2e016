"""The environment of the tests, made before Django reads its settings.

pytest-django reads them before it loads any conftest, so this is a plugin of its own: `-p tests.environment` in
pyproject.toml. Of the caller's environment only DATABASE_URL counts: a server to make the test database on. Without
it the tests bring their own PostgreSQL (see `database_server` in conftest.py).
"""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

# Everything that waits in production waits here too, but for seconds: a lease runs out within a test.
SETTINGS = {
    "TIDINGS_LEASE_SECONDS": "2",
    "TIDINGS_HEARTBEAT_SECONDS": "0.3",
    "TIDINGS_RECOVER_SECONDS": "0.5",
    "TIDINGS_RETRY_PAUSES_SECONDS": "0.5,0.5",
    "TIDINGS_SMTP_TIMEOUT_SECONDS": "3",
    "TIDINGS_CARRIER_PATIENCE_SECONDS": "2",
    "TIDINGS_DOMAIN_PAUSE_SECONDS": "0.05",
}


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Goes around pytest-django's part of the same hook."""
    for name in [name for name in os.environ if name.startswith("TIDINGS_")]:
        del os.environ[name]
    home = Path(tempfile.mkdtemp(prefix="tidings-tests-"))
    early_config.add_cleanup(partial(shutil.rmtree, home, ignore_errors=True))
    home.chmod(0o755)  # a server that root starts runs as another user
    os.environ.update(SETTINGS, TIDINGS_HOME=str(home))
    return (yield)


def pytest_configure() -> None:
    """A cancelled build ends like Ctrl-C: all fixtures stop what they started.

    A build in the background, or under nohup, ignores some signals, and what tests start would inherit that.
    """
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
