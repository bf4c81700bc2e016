"""Sendouts against Postfix's `smtp-source -d` into the same `smtp-sink`, with as many connections and bytes."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

from django.conf import settings
from django.test import override_settings

from bench import ground
from bench.files import write_people
from bench.imports import import_people
from bench.pairs import Rates, Result, measure
from tidings.groups.models import Group
from tidings.kernel import db
from tidings.kernel.embedded.server import Server
from tidings.messaging.actions import write
from tidings.messaging.models import Version
from tidings.sendouts import actions, queries
from tidings.sendouts.models import Sendout
from tidings.sendouts.snapshot import Snapshot, compile_version, freeze

RECIPIENTS = 100_000
CONNECTIONS = 10
WORKERS = 2
SENDING = (Sendout.State.PREPARING, Sendout.State.SENDING)
PARAGRAPH = """<p style="margin:0 0 12px;font:16px/1.5 Helvetica,Arial,sans-serif;color:#223">Dear
{{ contact.first_name | default("friend") }}, winter is near in {{ contact.city }}: the new catalogue lies ready
for you, with one hundred and twenty pages of tools, lamps and good company for long evenings.</p>
"""
STATIC_PARAGRAPH = PARAGRAPH.replace('{{ contact.first_name | default("friend") }}', "all").replace(
    "{{ contact.city }}", "the north"
)
TEXT = 'Dear {{ contact.first_name | default("friend") }}, winter is near. No more mails: {{ links.unsubscribe }}\n'
# Paragraphs without and with slots: about 4 kB with 5 slots, about 20 kB with 15.
SIZES = {4: (9, 2), 20: (65, 6)}


def run(pairs: int, recipients: int = RECIPIENTS) -> list[Result]:
    """One result per size of message, with the CPU time that a message costs."""
    file = write_people(ground.WORK / f"people-{recipients}.csv", recipients)
    group = import_people(file, "bench-send@example.org")
    results = []
    with sink() as port, workers(port) as worker, real(port):
        for kilobytes in SIZES:
            bench = _Bench(group, message_of(kilobytes), worker, port, recipients)
            name = f"sendout: {kilobytes} kB"
            (result,) = measure([name], bench.ours, bench.reference, pairs=pairs, unit="messages/s")
            result.notes.update(bench.notes())
            results.append(result)
    return results


def free_port() -> int:
    """One on which nothing listens now."""
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def sink() -> Iterator[int]:
    """Postfix's sink on a free port, which it returns."""
    port = free_port()
    words = [ground.program("smtp-sink"), *(["-u", "postfix"] if os.getuid() == 0 else [])]
    with ground.running([*words, f"127.0.0.1:{port}", "1000"], quiet=True):
        yield port


@contextmanager
def workers(port: int) -> Iterator[int]:
    relay = f"smtp://127.0.0.1:{port}?pool={CONNECTIONS // WORKERS}&starttls=never"
    words = ground.tidings("worker", "--workers", str(WORKERS))
    with ground.running(words, TIDINGS_SMTP_URL=relay) as worker:
        time.sleep(5)  # they start while nothing is measured
        yield worker.pid


def real(port: int) -> override_settings:
    """Sendouts of this process don't go to the built-in mailbox: each message counts against limits, as in earnest."""
    return override_settings(ENVIRONMENT=replace(settings.ENVIRONMENT, smtp_url=f"smtp://127.0.0.1:{port}"))


def message_of(kilobytes: int) -> Version:
    static, personal = SIZES[kilobytes]
    html = f"<html><body>{STATIC_PARAGRAPH * static}{PARAGRAPH * personal}</body></html>"
    return write("Bench", subject="News for {{ contact.first_name }}", html=html, text=TEXT, by=None)


class _Bench:
    """Both sides for one size of message, and what ours cost."""

    def __init__(self, group: Group, version: Version, worker: int, port: int, recipients: int) -> None:
        self.group, self.version, self.worker, self.port, self.recipients = (
            group,
            version,
            worker,
            port,
            recipients,
        )
        self.size = _size(group, version)
        self._ours_cpu: list[float] = []
        self._database_cpu: list[float] = []

    def ours(self) -> Rates:
        """From the start of the sendout to its last settle, by the database's clock."""
        database = Server(settings.ENVIRONMENT.home).pid or 0
        before = ground.cpu_of_tree(self.worker), ground.cpu_of_tree(database)
        sendout = actions.start(self.group, self.version, by=None)
        ground.wait_until(lambda: queries.find(sendout.pk).state not in SENDING)
        after = ground.cpu_of_tree(self.worker), ground.cpu_of_tree(database)
        self._ours_cpu.append((after[0] - before[0]) / self.recipients)
        self._database_cpu.append((after[1] - before[1]) / self.recipients)
        return (self.recipients / self._seconds(sendout),)

    def _seconds(self, sendout: Sendout) -> float:
        done = queries.find(sendout.pk)
        faults = queries.verify(done)
        accepted = queries.accounting(done).accepted
        if faults or accepted != self.recipients:
            raise SystemExit(f"sendout {done.pk}: {accepted} of {self.recipients} accepted; {faults}")
        last = db.value(
            "SELECT max(d.at) FROM deliveries d JOIN sendout_batches b ON b.id = d.batch_id "
            "WHERE b.sendout_id = %(id)s",
            {"id": done.pk},
        )
        return float((last - done.created_at).total_seconds())

    def reference(self) -> Rates:
        """`smtp-source -d`: connections stay open, as ours do."""
        words = [ground.program("smtp-source"), "-d", "-s", str(CONNECTIONS), "-m", str(self.recipients)]
        words += [
            "-l",
            str(self.size),
            "-f",
            "news@example.org",
            "-t",
            "anna@example.com",
            f"127.0.0.1:{self.port}",
        ]
        started = time.monotonic()
        subprocess.run(words, check=True)
        return (self.recipients / (time.monotonic() - started),)

    def notes(self) -> dict[str, float | str]:
        """What a message is and costs."""
        return {
            "bytes on the wire": self.size,
            "CPU of our processes, microseconds a message": _median_microseconds(self._ours_cpu),
            "CPU of PostgreSQL, microseconds a message": _median_microseconds(self._database_cpu),
        }


def _size(group: Group, version: Version) -> int:
    """Bytes of one copy on the wire."""
    compiled = compile_version(version, freeze(group, sender_name="", sender_address=""))
    row = {"email": "anna@example.com", "mobile": None, "external_id": None, "language": "en", "member": {}}
    row["attributes"] = {"first_name": "Anna", "last_name": "Nowak", "city": "Sevilla"}
    return len(Snapshot(1, group.pk, group.address or "", compiled).renderer()(1, row))


def _median_microseconds(seconds: list[float]) -> float:
    return round(sorted(seconds)[len(seconds) // 2] * 1e6, 1)
