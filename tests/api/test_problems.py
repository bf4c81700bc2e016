"""Whatever fails answers problem+json with a code for programs and a sentence for people."""

from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpRequest
from django.test import Client

from tidings.accounts.actions import create_api_key, revoke_api_key
from tidings.accounts.models import User
from tidings.api.problems import HANDLERS, MEDIA_TYPE, TYPE, status_of
from tidings.groups.errors import AddressTaken, BadGroup
from tidings.kernel.errors import NotFound, Refused
from tidings.locks.errors import GroupLocked


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound(thing="group", ref=1), 404),
        (Refused(reason="No."), 409),
        (AddressTaken(address="a@b.c"), 409),
        (BadGroup(why="No."), 422),
        (GroupLocked(group="Group 1", holder="an import"), 423),
    ],
)
def test_it_maps_every_error_by_its_nearest_class(error: Any, status: int) -> None:
    assert status_of(error) == status


def test_it_tells_what_was_not_found(caller: Any) -> None:
    answer = caller.get("/groups/nobody@example.org")
    assert answer.status_code == 404
    assert answer["Content-Type"] == MEDIA_TYPE
    assert answer.json() == {
        "type": TYPE + "not_found",
        "title": "Not Found",
        "status": 404,
        "code": "not_found",
        "detail": "There is no group nobody@example.org.",
    }


def test_it_names_every_value_that_does_not_fit(caller: Any) -> None:
    problem = caller.post("/groups", {"nme": "News", "channel": "fax"}).json()
    assert problem["code"] == "invalid_input"
    assert {(fault["place"], fault["field"]) for fault in problem["errors"]} == {
        ("body", "name"),
        ("body", "nme"),
        ("body", "channel"),
    }


def test_it_tells_a_query_that_does_not_fit(caller: Any) -> None:
    problem = caller.get("/groups", limit=100_000, after="x").json()
    assert {(fault["place"], fault["field"]) for fault in problem["errors"]} == {
        ("query", "limit"),
        ("query", "after"),
    }


def test_it_tells_a_body_that_is_no_json(caller: Any) -> None:
    answer = caller.upload("/groups", b"{", kind="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable_body")


@pytest.mark.parametrize("path", ["", "/", "/nothing", "/groups/1/unlock"])
def test_it_answers_an_unknown_path_with_a_problem(caller: Any, path: str) -> None:
    answer = caller.get(path) if path else caller.get("/x/")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_path")


def test_it_has_no_call_that_unlocks(caller: Any, group: Any) -> None:
    answer = caller.delete(f"/groups/{group.pk}/lock")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer["Allow"] == "GET"


def test_it_refuses_a_revoked_key(client: Client, user: User) -> None:
    key, secret = create_api_key(user, "old")
    revoke_api_key(key)
    answer = client.get("/api/v1/groups", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 401


def test_it_refuses_a_session(client: Client, user: User) -> None:
    client.force_login(user)
    assert client.get("/api/v1/groups").status_code == 401


def test_it_tells_nothing_of_a_fault_of_ours() -> None:
    request = HttpRequest()
    answer = HANDLERS[Exception](request, RuntimeError("password=secret"))
    assert answer.status_code == 500
    assert b"secret" not in answer.content


def test_it_asks_to_try_again_while_the_database_is_away() -> None:
    answer = HANDLERS[OperationalError](HttpRequest(), OperationalError("connection refused"))
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


@pytest.mark.parametrize(
    "path", ["/groups?search=a%00", "/contacts?search=a%00", "/contacts/lookup?identity=a%00", "/groups/a%00"]
)
def test_it_refuses_a_question_that_the_database_cannot_be_asked(caller: Any, path: str) -> None:
    assert caller.get(path).status_code == 422


def test_it_refuses_a_text_that_the_database_cannot_hold(caller: Any) -> None:
    answer = caller.post("/messages", {"name": "May", "subject": "Hello", "text": "a\u0000b"})
    assert (answer.status_code, answer.json()["title"]) == (422, "Unprocessable Entity")


@pytest.mark.parametrize(
    "path", ["/contacts/", "/imports/", "/messages/", "/sendouts/", "/exports/", "/groups/"]
)
def test_it_knows_no_thing_with_an_endless_number(caller: Any, path: str) -> None:
    assert caller.get(path + "9" * 40).status_code in {404, 422}
