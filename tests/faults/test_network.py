"""Workers and web on machines of their own: one dies, the other's network is cut, and everyone is accounted for."""

import json
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.network import Network
from tests.faults.promises import check_at_once, check_copies, doubts_by_death, finish
from tests.faults.relay import Relay
from tests.faults.stage import LARGEST_DOUBT, RELAY_CONNECTIONS, Stage
from tidings.kernel.embedded.home import connection_params, home_of

pytestmark = pytest.mark.timeout(400)

GROUP = "news@example.org"
MEMBERS = 2_000
CUT_SECONDS = 20
WEB_PORT = 8000
WORKERS = 2


@pytest.fixture
def network() -> Iterator[Network]:
    with Network() as network:
        yield network


@pytest.fixture
def relay(network) -> Iterator[Relay]:
    with Relay(network.gateway) as relay:
        relay.pause_seconds = 0.02
        yield relay


@pytest.fixture
def stage(network, relay, group_home, bring_to_life) -> Iterator[Stage]:
    """A home whose database listens at the bridge as well."""
    with bring_to_life(group_home, relay) as stage:
        home = home_of(stage.folder)
        Path(home.site / "local.conf").write_text(f"listen_addresses = '{network.gateway}'\n")
        with Path(home.data / "pg_hba.conf").open("a") as access:
            access.write(f"host all all {network.gateway}/24 scram-sha-256\n")
        stage.restart_database()
        yield stage


@pytest.fixture
def variables(stage, network, relay) -> dict[str, str]:
    """What tells a machine on the network where the database and the relay are."""
    found = connection_params(stage.folder)
    login = f"{found['user']}:{found['password']}"
    return {
        "DATABASE_URL": f"postgresql://{login}@{network.gateway}:{found['port']}/{found['dbname']}",
        "TIDINGS_SMTP_URL": f"smtp://{network.gateway}:{relay.port}?pool={RELAY_CONNECTIONS}&starttls=never",
        # Longer than the cut: a sendout shall not pause because a machine is alone for a while.
        "TIDINGS_CARRIER_PATIENCE_SECONDS": "60",
    }


class Program:
    """A program that uses the API of a machine."""

    def __init__(self, stage: Stage, address: str) -> None:
        password = stage.folder / "password"
        password.write_text("of nobody but Anna 1!")
        anna = ("--email", "anna@example.org", "--name", "Anna", "--password-file", password)
        stage.tidings("user", "create", *anna)
        made = stage.tidings("api-key", "create", "tests", "--user", "anna@example.org")
        self._base = f"http://{address}:{WEB_PORT}/api/v1"
        self._headers = {"Authorization": f"Bearer {made['secret']}", "Content-Type": "application/json"}

    def call(self, path: str, body: Any = None) -> Any:
        """What is answered to a POST of this body, or to a GET."""
        data = json.dumps(body).encode() if body else None
        request = urllib.request.Request(self._base + path, data, self._headers)  # noqa: S310 - http
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - http
            return json.load(answer)


def test_one_of_two_machines_dies_and_the_other_is_cut_off_for_20_seconds(stage, network, relay, variables):
    dying, cut_off, web = (network.host() for _ in range(3))
    stage.start_elsewhere(web.place, "web", "--web-host", web.address, **variables)
    workers = [
        stage.start_elsewhere(host.place, "worker", "--workers", "1", **variables)
        for host in (dying, cut_off)
    ]
    program = Program(stage, web.address)
    text = {"name": "News", "subject": "News", "text": "Good morning! {{ links.unsubscribe }}"}
    stage.wait_until(lambda: _answers(program), "the web server answers")
    message = program.call("/messages", text)["id"]
    sendout = program.call("/sendouts", {"group": GROUP, "message": message})["id"]

    stage.wait_until(lambda: len(relay.copies) >= 300, "some copies are out")
    stage.kill(workers[0].pid)
    stage.wait_until(lambda: len(relay.copies) >= 600, "the other one goes on")
    cut_off.cut_off()
    check_at_once(stage)
    time.sleep(CUT_SECONDS)
    assert len(relay.copies) < MEMBERS
    assert program.call(f"/sendouts/{sendout}/accounting")["holds"]
    cut_off.plug_in()

    finish(stage, sendout)
    check_copies(stage, relay.taken_by())
    assert doubts_by_death(stage) <= WORKERS * LARGEST_DOUBT
    assert program.call(f"/sendouts/{sendout}/accounting")["accepted"] == MEMBERS


def _answers(program: Program) -> bool:
    try:
        return bool(program.call("/groups"))
    except OSError:
        return False
