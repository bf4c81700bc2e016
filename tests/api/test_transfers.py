"""Transfers by API."""

from typing import Any

import pytest

from tidings.groups import actions as groups
from tidings.groups.models import Group
from tidings.memberships.models import Membership


@pytest.fixture
def target(user: Any) -> Group:
    return groups.create("Regulars", address="regulars@example.org", by=user)


@pytest.fixture
def people(with_members: Any) -> None:
    with_members(*(f"p{n}@example.com" for n in range(4)))


@pytest.mark.usefixtures("people")
def test_it_transfers_and_accounts_for_everyone(caller: Any, group: Any, target: Any, run_jobs: Any) -> None:
    answer = caller.post("/transfers", {"from_group": group.pk, "to_group": "regulars@example.org"})
    assert answer.status_code == 202
    run_jobs()
    done = caller.get(answer["Location"].removeprefix("/api/v1")).json()
    assert (done["state"], done["chosen"], done["joined"]) == ("finished", 4, 4)
    assert Membership.objects.filter(group=target, source="transfer").count() == 4
    assert [one["id"] for one in caller.get("/transfers", group=target.pk).json()["items"]] == [done["id"]]


@pytest.mark.usefixtures("people")
def test_it_counts_before(caller: Any, group: Any, target: Any) -> None:
    found = caller.post(
        "/transfers/preview", {"from_group": group.pk, "to_group": target.pk, "percent": 50}
    ).json()
    assert (found["chosen"], found["joined"], found["asks"]) == (2, 2, False)


@pytest.mark.usefixtures("people")
def test_it_makes_a_group_for_them(caller: Any, group: Any, run_jobs: Any) -> None:
    new = {"name": "Few", "address": "few@example.org"}
    caller.post("/transfers", {"from_group": group.pk, "to_new": new, "number": 1})
    run_jobs()
    assert Membership.objects.filter(group__address="few@example.org").count() == 1


@pytest.mark.usefixtures("people")
def test_it_asks_before_many_leave_and_goes_on_when_told(
    caller: Any, group: Any, target: Any, run_jobs: Any
) -> None:
    wish = {"from_group": target.pk, "to_group": group.pk, "mode": "replace"}
    number = caller.post("/transfers", wish).json()["id"]
    run_jobs()
    asked = caller.get(f"/transfers/{number}").json()
    assert (asked["state"], asked["absent"]) == ("awaiting_confirmation", 4)
    assert caller.post(f"/transfers/{number}/confirm").status_code == 200
    run_jobs()
    assert caller.get(f"/transfers/{number}").json()["absent"] == 4
    assert not Membership.objects.filter(group=group).exists()
    assert caller.post(f"/transfers/{number}/confirm").json()["code"] == "nothing_to_decide"


def test_it_cancels(caller: Any, group: Any, target: Any, run_jobs: Any) -> None:
    number = caller.post("/transfers", {"from_group": group.pk, "to_group": target.pk}).json()["id"]
    assert caller.post(f"/transfers/{number}/cancel").status_code == 200
    run_jobs()
    assert caller.get(f"/transfers/{number}").json()["state"] == "cancelled"
    assert caller.post(f"/transfers/{number}/cancel").json()["code"] == "transfer_ended"


@pytest.mark.parametrize("target", [{}, {"to_group": 1, "to_new": {"name": "Two"}}])
def test_it_wants_one_target(caller: Any, target: Any) -> None:
    answer = caller.post("/transfers", target)
    assert (answer.status_code, answer.json()["code"]) == (422, "no_target")


def test_a_key_that_comes_twice_starts_one_transfer(caller: Any, group: Any, target: Any) -> None:
    wish = {"from_group": group.pk, "to_group": target.pk, "percent": 12.5}
    twice = [caller.post("/transfers", wish, **{"Idempotency-Key": "once"}) for _ in range(2)]
    assert twice[0].json()["id"] == twice[1].json()["id"]
