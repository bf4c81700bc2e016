"""Single sends: how many the API takes and workers deliver in a second, and how long one takes to the relay."""

import json
import socket
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from itertools import count
from typing import Any

from django.conf import settings

from bench import ground
from bench.pairs import Rates, Result, measure
from bench.sendouts import free_port, sink, workers
from bench.starts import group_at
from tidings.accounts.actions import create_api_key
from tidings.accounts.models import User
from tidings.kernel import db
from tidings.kernel.embedded.server import Server
from tidings.messaging.actions import create, write
from tidings.sendouts.singles import SINGLES_AT_MOST

GOAL = 100  # a second: “some hundred”
CALLERS = 8
ALONE_SECONDS = 0.1  # between calls when nothing else goes on
SENT_ALONE = 20
TEXT = "Dear {{ contact.first_name | default('customer') }},\n\nthank you for your order {{ param.order }}.\n"
TIMES = """
SELECT extract(epoch FROM d.at - o.created_at)::float AS seconds, d.at
FROM singles o JOIN deliveries d ON d.batch_id = o.batch_id AND d.position = o.position
WHERE o.created_at >= %(since)s AND d.outcome = 'accepted'
"""
_numbers = count(1)


def run(pairs: int, calls: int) -> list[Result]:
    """The reference is the goal. Each call has a connection that stays open, and a person and order of its own."""
    user, _ = User.objects.get_or_create(email="bench@example.org")
    key = create_api_key(user, "bench")[1]
    group = group_at("bench-single@example.org")
    said = write(
        "Order",
        subject="Order {{ param.order }}",
        text=TEXT,
        by=None,
        message=create("Order", purpose="service", by=None),
    )
    with sink() as port, workers(port) as worker, web(port) as door:
        bench = _Bench(door, key, {"message": said.message_id, "group": group.pk}, calls)
        names = [
            f"single sends {how}: {what}"
            for how in ("one by one", "in bulk")
            for what in ("taken", "delivered")
        ]
        results = measure(names, bench.rates, lambda: (GOAL,) * 4, pairs=pairs, unit="a second")
        results[1].notes.update(bench.alone())
        results[3].notes.update(bench.cost(worker))
    return results


@contextmanager
def web(relay: int) -> Iterator[int]:
    """The web server on a free port, which it returns; what it takes goes to a relay, not to the mailbox."""
    port = free_port()
    words = ground.tidings("web", "--web-port", str(port))
    with ground.running(words, quiet=True, TIDINGS_SMTP_URL=f"smtp://127.0.0.1:{relay}"):
        ground.wait_until(lambda: _listens(port))
        yield port


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class _Bench:
    """A program that calls the API, and what became of its calls."""

    def __init__(self, port: int, key: str, body: dict[str, Any], calls: int) -> None:
        self.port, self.body, self.calls = port, body, calls
        self.headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def rates(self) -> Rates:
        """What is answered in a second, and what the relay has accepted in a second, from the first call on."""
        return (*self._rates(self._one_by_one), *self._rates(self._in_bulk))

    def _rates(self, call: Callable[[], int]) -> Rates:
        since, started = db.now(), time.monotonic()
        wanted = call()
        taken = wanted / (time.monotonic() - started)
        last = self._delivered(since, wanted)[-1]["at"]
        return taken, wanted / (last - since).total_seconds()

    def _one_by_one(self) -> int:
        each = -(-self.calls // CALLERS)
        with ThreadPoolExecutor(CALLERS) as pool:
            for caller in [pool.submit(self._call, each) for _ in range(CALLERS)]:
                caller.result()
        return CALLERS * each

    def _in_bulk(self) -> int:
        """To people who are known, as most are: those of the first calls."""
        wanted = min(self.calls, SINGLES_AT_MOST)
        body = {"single_sends": [self._order(number) for number in range(1, wanted + 1)]}
        line = HTTPConnection("127.0.0.1", self.port)
        line.request("POST", "/api/v1/single-sends/bulk", json.dumps(body), self.headers)
        answer = json.loads(line.getresponse().read())
        if answer["accepted"] != wanted:
            raise SystemExit(f"{answer['accepted']} of {wanted} are accepted")
        return wanted

    def _order(self, number: int) -> dict[str, Any]:
        return self.body | {"email": f"single-{number}@example.com", "params": {"order": f"A-{number}"}}

    def alone(self) -> dict[str, float]:
        """From a call to the relay's acceptance, while nothing else goes on."""
        since = db.now()
        self._call(SENT_ALONE, pause=lambda: time.sleep(ALONE_SECONDS))
        cuts = statistics.quantiles((one["seconds"] for one in self._delivered(since, SENT_ALONE)), n=100)
        return {"alone, ms, p50": round(1000 * cuts[49]), "alone, ms, p99": round(1000 * cuts[98])}

    def cost(self, worker: int) -> dict[str, float]:
        """The CPU time of one that is taken in bulk, delivered and accounted for."""
        processes = {"workers": worker, "PostgreSQL": Server(settings.ENVIRONMENT.home).pid or 0}
        before = {name: ground.cpu_of_tree(pid) for name, pid in processes.items()}
        since, wanted = db.now(), self._in_bulk()
        self._delivered(since, wanted)
        spent = {name: ground.cpu_of_tree(pid) - before[name] for name, pid in processes.items()}
        return {f"CPU of {name}, ms each": round(1000 * each / wanted, 1) for name, each in spent.items()}

    def _delivered(self, since: object, wanted: int) -> list[db.Row]:
        def found() -> list[db.Row]:
            return db.rows(TIMES, {"since": since})

        ground.wait_until(lambda: len(found()) >= wanted)
        return sorted(found(), key=lambda one: one["at"])

    def _call(self, times: int, pause: Callable[[], None] = lambda: None) -> None:
        line = HTTPConnection("127.0.0.1", self.port)
        for _ in range(times):
            number = next(_numbers)
            key = {"Idempotency-Key": f"{time.time_ns()}-{number}"}
            line.request("POST", "/api/v1/single-sends", json.dumps(self._order(number)), self.headers | key)
            answer = line.getresponse()
            if (answer.status, answer.read())[0] != 202:
                raise SystemExit(f"{answer.status} instead of 202")
            pause()
        line.close()
