"""Approvals."""

from typing import Any

import pytest

from tidings.groups.models import Group
from tidings.moderation.models import Request
from tidings.sendouts import actions as sendouts


@pytest.fixture
def asked(
    *, make_user: Any, make_group: Any, make_members: Any, make_message: Any, moderate: Any, user: Any
) -> Request:
    group: Group = make_group()
    moderate(group, user)
    make_members(group, 1)
    sendouts.start(group, make_message("Hello"), by=make_user("Paul"))
    return Request.objects.get()


def test_it_lists_what_awaits_a_decision_and_approves_it(caller: Any, asked: Request) -> None:
    [found] = caller.get("/approvals").json()["items"]
    path = f"/approvals/{asked.pk}"
    answer = caller.post(f"{path}/approve", {"fingerprint": found["fingerprint"]})
    assert (answer.status_code, answer.json()["state"]) == (200, "approved")
    assert caller.get("/approvals").json()["items"] == []
    assert caller.get(f"/sendouts/{asked.sendout_id}").json()["state"] == "scheduled"


def test_it_approves_nothing_but_what_the_fingerprint_is_of(caller: Any, asked: Request) -> None:
    answer = caller.post(f"/approvals/{asked.pk}/approve", {"fingerprint": "0" * 64})
    assert (answer.status_code, answer.json()["code"]) == (409, "changed_since_seen")


def test_it_rejects_with_a_comment(caller: Any, asked: Request) -> None:
    answer = caller.post(f"/approvals/{asked.pk}/reject", {"comment": "Old price"})
    assert (answer.json()["state"], answer.json()["comment"]) == ("rejected", "Old price")
    assert caller.get("/approvals", state="rejected").json()["items"][0]["id"] == asked.pk


def test_it_forbids_who_is_no_approver(caller: Any, asked: Request, user: Any) -> None:
    Request.objects.update(asked_by=user)
    answer = caller.post(f"/approvals/{asked.pk}/reject", {"comment": "No"})
    assert (answer.status_code, answer.json()["code"]) == (403, "own_sendout")
