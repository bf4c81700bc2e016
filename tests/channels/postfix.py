"""A Postfix of its own, which queues to disk what it takes and delivers nothing."""

import contextlib
import json
import os
import pwd
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.channels.servers import free_port, wait_for_port

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
maillog_file = /dev/null
maillog_file_prefixes = /dev
inet_interfaces = loopback-only
inet_protocols = ipv4
myhostname = relay.example.org
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_client_restrictions = static:HOLD
smtpd_peername_lookup = no
"""
MASTER = """
127.0.0.1:{port} inet n - n - 100 smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
showq unix n - n - - showq
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
smtp unix - - n - - smtp
postlog unix-dgram n - n - 1 postlogd
"""
STOP_SECONDS = 20


class Postfix:
    """One that runs on `port`; what it took stays in the queue `hold`."""

    def __init__(self, folder: Path) -> None:
        self.port, self._folder = free_port(), folder

    def run(self, *words: str) -> str:
        """One of its commands; what it says."""
        command = [f"/usr/sbin/{words[0]}", "-c", str(self._folder), *words[1:]]
        return subprocess.run(
            command, check=True, capture_output=True, text=True, timeout=STOP_SECONDS
        ).stdout

    def recipients(self) -> Counter[str]:
        """How many messages of the queue each has."""
        lines = map(json.loads, self.run("postqueue", "-j").splitlines())
        return Counter(one["address"] for line in lines for one in line["recipients"])


@contextlib.contextmanager
def postfix() -> Iterator[Postfix]:
    """Skips the test where nobody may start one: it wants to be root, to give up what it doesn't need."""
    if os.geteuid() != 0:
        pytest.skip("Postfix is started by root alone")
    with tempfile.TemporaryDirectory(prefix="tidings-postfix-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = Postfix(folder)
        (folder / "main.cf").write_text(MAIN.format(folder=folder))
        (folder / "master.cf").write_text(MASTER.format(port=server.port))
        (folder / "spool").mkdir()
        (folder / "data").mkdir()
        os.chown(folder / "data", pwd.getpwnam("postfix").pw_uid, -1)
        server.run("postfix", "start")
        try:
            wait_for_port(server.port)
            yield server
        finally:
            server.run("postfix", "stop")
