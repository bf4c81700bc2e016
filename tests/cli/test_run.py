"""The processes that Tidings consists of."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tidings.cli.ground import pending

PROGRAM = Path(sys.executable).with_name("tidings")
START_SECONDS = 90
# A dozen processes are started, each of which loads everything; that takes minutes where others compute as well.
SLOW_SECONDS = 400


@pytest.fixture
def alone(tmp_path) -> dict[str, str]:
    """The environment of an installation of its own, with an embedded database."""
    unset = ("DATABASE_URL", "TIDINGS_SMTP_URL", "TIDINGS_MAILBOX_URL", "TIDINGS_BASE_URL")
    inherited = {name: value for name, value in os.environ.items() if name not in unset}
    return {**inherited, "TIDINGS_HOME": str(tmp_path / "home")}


@pytest.fixture
def up(alone) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A running `tidings up` and what it greeted with."""
    with subprocess.Popen(
        [PROGRAM, "up", "--web-port", "0", "--workers", "1"], env=alone, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process, [process.stdout.readline() for _ in range(2)]
        finally:
            process.terminate()


def run(*words: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, *words], env=env, capture_output=True, text=True, timeout=100, check=False
    )


@pytest.mark.timeout(SLOW_SECONDS)
def test_it_brings_everything_up_works_beside_it_and_takes_everything_down(alone, up, tmp_path) -> None:
    process, (greeting, invitation) = up
    base = re.search(r"http://127\.0\.0\.1:\d+", greeting)[0]
    assert f"{base}/welcome/" in invitation
    assert answers(f"{base}/api/v1/openapi.json")
    made = run("group", "create", "News", "--address", "news@example.org", "--json", env=alone)
    assert made.returncode == 0, made.stderr
    assert checked(alone) == {"configuration", "relay", "database", "migrations", "workers"}
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    assert servers_of(tmp_path / "home") == []


def answers(url: str) -> bool:
    with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 - our own server
        return answer.status == 200


def checked(environment: dict[str, str]) -> set[str]:
    """What `tidings check` finds in order, once the workers are there."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        result = run("check", "--json", env=environment)
        if result.returncode == 0 or time.monotonic() > deadline:
            return {finding["part"] for finding in json.loads(result.stdout) if finding["ok"]}


def servers_of(home: Path) -> list[str]:
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if str(home) in line]


def test_it_refuses_a_port_that_is_taken(tidings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        result = tidings("web", "--web-port", port)
    assert result.code == 3
    assert f"port {port}" in result.err


def test_it_tells_what_is_amiss_with_6(tidings) -> None:
    result = tidings("check", "--json")
    found = {finding["part"]: finding["ok"] for finding in result.json}
    assert result.code == 6
    assert found == {
        "configuration": True,
        "relay": True,
        "database": True,
        "migrations": True,
        "workers": False,
    }


def test_it_tells_a_relay_that_is_away(tidings, set_environment) -> None:
    set_environment(smtp_url="smtp://127.0.0.1:1?starttls=never")
    findings = {finding["part"]: finding for finding in tidings("check", "--json").json}
    assert not findings["relay"]["ok"]
    assert "127.0.0.1:1" in findings["relay"]["detail"]


def test_it_finds_a_relay_that_answers(tidings, set_environment, relay) -> None:
    set_environment(smtp_url=f"smtp://127.0.0.1:{relay.port}?starttls=never")
    assert "answers" in tidings("check").out


def test_it_has_nothing_to_migrate_twice(tidings) -> None:
    assert tidings("migrate", "--json").json == {"applied": []}
    assert pending() == []
