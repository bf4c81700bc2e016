"""A full disk is told to whoever uploads, and leaves nothing half done."""

import json
import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from tests.channels.servers import free_port, wait_for_port
from tests.faults.stage import Stage

pytestmark = pytest.mark.timeout(300)

PASSWORD = "correct horse battery"
TOO_LARGE = b"email\n" + b"".join(b"p%07d@example.com\n" % n for n in range(100_000))  # about 2 MB


@pytest.fixture
def full_disk(group_stage) -> Iterator[Stage]:
    """A home whose folder for uploads is a disk of 1 MB."""
    uploads = group_stage.folder / "uploads"
    uploads.mkdir(exist_ok=True)
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tidings-tests", uploads], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"this machine lets nobody mount a small disk: {mounted.stderr.decode()}")
    yield group_stage
    subprocess.run(["umount", "--lazy", uploads], check=True)


def api_key(stage: Stage) -> str:
    """The secret of a new user's new key."""
    file = stage.folder / "password"
    file.write_text(PASSWORD)
    stage.tidings("user", "create", "--email", "anna@example.org", "--name", "Anna", "--password-file", file)
    return stage.tidings("api-key", "create", "Tests", "--user", "anna@example.org")["secret"]


def upload(port: int, secret: str, body: bytes) -> tuple[int, dict]:
    """Sends a file by the API; the status and the answer."""
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "text/csv"}
    url = f"http://127.0.0.1:{port}/api/v1/imports?group=1"
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, json.load(refusal)


def test_an_upload_that_does_not_fit_on_the_disk_is_refused_with_advice_and_changes_nothing(full_disk):
    secret, port = api_key(full_disk), free_port()
    full_disk.start_web(port)
    wait_for_port(port)
    status, answer = upload(port, secret, TOO_LARGE)
    assert status == 507
    assert "uploads" in answer["detail"]
    assert full_disk.value("SELECT count(*) FROM imports WHERE group_id = 1 AND state <> 'finished'") == 0
    assert full_disk.rows("SELECT FROM group_locks") == []
    assert upload(port, secret, b"email\nsmall@example.com\n")[0] == 202
