"""A transfer whose worker is killed moves the same people as if nothing had happened, and accounts for each of them."""

import time

import pytest

from tests.faults.conftest import GROUP_ADDRESS, import_now
from tests.faults.promises import check_at_once
from tests.faults.relay import Relay
from tests.faults.stage import Row, Stage

pytestmark = pytest.mark.timeout(300)

MEMBERS = 6_000
SHARE = 4_500
KILLS = 2
OTHERS, THIRD = "others@example.org", "third@example.org"
HOLDER = (
    "SELECT worker FROM processes WHERE state = 'running' AND kind = 'transfer' AND lease_until IS NOT NULL"
)
OPEN = "SELECT FROM transfers WHERE ended_at IS NULL"
ACCOUNT = """
SELECT mode, state, chosen, joined, already, removed, ignored, kept_out, kept_out_by, absent,
       joined + already + removed + ignored + kept_out AS accounted
FROM transfers ORDER BY id
"""
MEMBERSHIPS = "SELECT group_id, contact_id, state FROM memberships ORDER BY 1, 2"
TALLIES = (
    "SELECT group_id, state, sum(members)::int AS members FROM membership_tallies GROUP BY 1, 2 ORDER BY 1, 2"
)


@pytest.fixture(scope="module")
def transfer_home(prepare):
    """Two transfers that wait for a worker: a random share joins a group, and all replace the members of another."""

    def steps(stage: Stage) -> None:
        people = [f"p{n:05}@example.com,Name {n}" for n in range(MEMBERS)]
        for address in (OTHERS, THIRD):
            stage.tidings("group", "create", address, "--address", address)
            import_now(stage, address, [*people[:2_000], *(f"old{n}@example.com,Old" for n in range(3_000))])
        import_now(stage, GROUP_ADDRESS, people)
        stage.rows(
            "UPDATE memberships SET state = 'deactivated' WHERE group_id = 2 AND mod(contact_id, 7) = 0 RETURNING 1"
        )
        share = ("--number", SHARE)
        stage.tidings("transfer", "--from", GROUP_ADDRESS, "--to", OTHERS, *share, "--no-wait")
        replace = ("--mode", "replace", "--confirm")
        stage.tidings("transfer", "--from", GROUP_ADDRESS, "--to", THIRD, *replace, "--no-wait")

    return prepare("transfer", steps)


def ended(stage: Stage) -> dict[str, list[Row]]:
    """Waits until both transfers have ended; what they left."""
    stage.wait_until(lambda: not stage.rows(OPEN), "both transfers have ended")
    return {
        name: stage.rows(query)
        for name, query in (("account", ACCOUNT), ("members", MEMBERSHIPS), ("tallies", TALLIES))
    }


@pytest.fixture(scope="module")
def undisturbed(transfer_home, bring_to_life):
    """What the transfers leave when nothing goes wrong, and how many seconds they take."""
    with Relay() as relay, bring_to_life(transfer_home, relay) as stage:
        stage.start_worker("long")
        stage.wait_until(lambda: stage.holder(HOLDER), "a worker holds a transfer")
        began = time.monotonic()
        found = ended(stage)
    assert [row["accounted"] for row in found["account"]] == [SHARE, MEMBERS]
    return found, time.monotonic() - began


def test_transfers_whose_worker_is_killed_at_random_end_as_undisturbed(
    transfer_home, undisturbed, copy_of, dice
):
    expected, seconds = undisturbed
    stage = copy_of(transfer_home)
    stage.start_supervisor()
    for _ in range(KILLS):
        stage.wait_until(
            lambda: stage.holder(HOLDER) or not stage.rows(OPEN),
            "a worker holds a transfer",
        )
        time.sleep(dice.uniform(0, seconds))
        if pid := stage.holder(HOLDER):
            stage.kill(pid)
        check_at_once(stage)
    assert ended(stage) == expected
