"""`make demo`: the main job from end to end, told by the commands that a person would type.

Files that four tools exported go into two groups; a personalized message goes to the smaller one, over SMTP into the
built-in mailbox; every recipient is accounted for. With --once it ends there, else the pages stay up until Ctrl-C.
"""

import argparse
import io
import json
import os
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from demo.files import Expectation, write_files
from tidings.cli.main import main as tidings
from tidings.kernel.embedded.server import Server

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "var" / "demo"
LOG = HOME / "up.log"
TIDINGS = Path(sys.executable).with_name("tidings")
MESSAGE = Path(__file__).with_name("message")
LARGE, SMALL = "readers@lantern.example", "club@lantern.example"
ADDRESSES = {"large": LARGE, "small": SMALL}
USER = "demo@lantern.example"
MEMBERS = {LARGE: 95_000, SMALL: 5_000}
START_LIMIT_SECONDS = 120
STOP_LIMIT_SECONDS = 60
FIRST_PORT, PORTS = 8000, 50


class BrokenStory(Exception):
    """Something isn't as the story tells it."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Show what Tidings does, on 100,000 contacts.")
    parser.add_argument("--once", action="store_true", help="end after the story")
    parser.add_argument("--web-port", type=int, default=None)
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, _end)
    port = asked.web_port or _free_port()
    started = time.monotonic()
    try:
        with _tidings_up(port) as up:
            files = _write_files()  # while it starts
            _wait_for_page(up, port)
            _tell(files, started)
            if not asked.once:
                _stay(up, port)
    except BrokenStory as broken:
        sys.exit(f"\nThe demo went wrong: {broken}")


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)


def _free_port() -> int:
    """8000 if it is free, else the next one that is."""
    for port in range(FIRST_PORT, FIRST_PORT + PORTS):
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue
    raise BrokenStory(
        f"No port from {FIRST_PORT} to {FIRST_PORT + PORTS - 1} is free; choose one with --web-port."
    )


@contextmanager
def _tidings_up(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """`tidings up` on an empty home of its own; whatever it started ends with the block."""
    if running := Server(HOME).pid:
        raise BrokenStory(f"A demo runs already: its database is process {running}. End that one first.")
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    # The demo's own settings: never somebody's database, never somebody's relay.
    for name in [name for name in os.environ if name.startswith("TIDINGS_") or name == "DATABASE_URL"]:
        del os.environ[name]
    os.environ["TIDINGS_HOME"] = str(HOME)
    os.environ["TIDINGS_PASSWORD"] = secrets.token_urlsafe(9)
    _say("Tidings starts: database, web, workers and mailbox", f"tidings up --web-port {port}")
    with LOG.open("wb") as output:
        # A session of its own: Ctrl-C reaches us, and we end it in order.
        up = subprocess.Popen(
            [TIDINGS, "up", "--web-port", str(port)], stdout=output, stderr=output, start_new_session=True
        )
    try:
        yield up
    finally:
        up.terminate()
        up.wait(STOP_LIMIT_SECONDS)


def _write_files() -> list[Expectation]:
    _say("100,000 people, as four tools export them, with duplicates and broken rows")
    folder = HOME / "files"
    folder.mkdir()
    files = write_files(folder)
    for file in files:
        print(f"  {file.path.name}: {file.rows:,} rows, {file.path.stat().st_size / 1e6:.1f} MB")
    return files


def _wait_for_page(up: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + START_LIMIT_SECONDS
    while time.monotonic() < end:
        if up.poll() is not None:
            raise BrokenStory(f"`tidings up` ended:\n{LOG.read_text()}")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/login/", timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise BrokenStory(f"`tidings up` doesn't answer; {LOG} says more.")


def _tell(files: list[Expectation], started: float) -> None:
    _make_groups()
    _import(files)
    _check_members()
    sendout = _send()
    seconds = time.monotonic() - started
    print(f"\nThe story took {seconds:.0f} s: {sendout['accepted']:,} messages, none lost, none doubled.")


def _make_groups() -> None:
    _say("Two groups, and a price that all members of one share")
    _run(
        "group",
        "create",
        "Lantern readers",
        "--channel",
        "email",
        "--address",
        LARGE,
        "--category",
        "Newsletter",
    )
    _run("group", "create", "Lantern club", "--channel", "email", "--address", SMALL, "--category", "Club")
    _run("group", "set-attribute", SMALL, "lantern_price", "49.90 €")
    _run("group", "set-attribute", SMALL, "offer_ends", "2026-12-24")


def _import(files: tuple[Expectation, ...]) -> None:
    _say("The files go in; what can't be right stays out and is listed")
    for file in files:
        _run("import", ADDRESSES[file.group], str(file.path))
    reports = {report["filename"]: report for report in _ask("imports", "list")}
    for file in files:
        report = reports[file.path.name]
        found = {name: report[name] for name in ("rows", "duplicates", "rejected")}
        expected = {"rows": file.rows, "duplicates": file.duplicates, "rejected": sum(file.rejected.values())}
        if found != expected:
            raise BrokenStory(
                f"{file.path.name}: the import counts {found}, the file was written with {expected}"
            )


def _check_members() -> None:
    active = {group["address"]: group["members"]["active"] for group in _ask("group", "list")}
    for address, members in MEMBERS.items():
        found = active[address]
        print(f"  {address}: {found:,} members")
        if found != members:
            raise BrokenStory(f"{address} has {found:,} members instead of {members:,}")


def _send() -> dict[str, Any]:
    _say("A personalized message to the club, over SMTP into the built-in mailbox")
    subject = 'A light for you, {{ contact.first_name | default("friend") }}'
    html, text = str(MESSAGE / "newsletter.html"), str(MESSAGE / "newsletter.txt")
    _run("send", "--yes", SMALL, "--subject", subject, "--html", html, "--text", text)
    _run("sendout", "check", "1")
    sendout: dict[str, Any] = _ask("sendout", "show", "1")
    if sendout["accepted"] != MEMBERS[SMALL] or not sendout["holds"]:
        raise BrokenStory(f"the sendout ended with {sendout}")
    print(f"  {sendout['rate']:,.0f} messages a second")
    return sendout


def _stay(up: subprocess.Popen[bytes], port: int) -> None:
    _run("user", "create", "--email", USER, "--name", "Demo")
    print(
        f"\nOpen http://127.0.0.1:{port}/ - the groups, the members, the sendout and the mailbox are there."
    )
    print(f"Sign in as {USER} with the password {os.environ['TIDINGS_PASSWORD']}")
    print("Ctrl-C ends it.", flush=True)
    try:
        up.wait()
    except KeyboardInterrupt:
        print("\nEverything is being stopped.")


def _say(what: str, *commands: str) -> None:
    print(f"\n== {what}", flush=True)
    for command in commands:
        print(f"$ {command}", flush=True)


def _run(*words: str) -> None:
    """Types a command: shows it, and lets it speak for itself.

    It runs in this process: to start Python is most of what a short command takes.
    """
    print(f"$ {shlex.join(['tidings', *words])}", flush=True)
    if code := tidings(words):
        raise BrokenStory(f"`tidings {words[0]}` ended with {code}")


def _ask(*words: str) -> Any:
    """What a command says with --json."""
    with redirect_stdout(io.StringIO()) as said:
        tidings([*words, "--json"])
    return json.loads(said.getvalue())


if __name__ == "__main__":
    main()
