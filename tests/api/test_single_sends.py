"""Single sends by API."""

from typing import Any

import pytest

from tidings.sendouts.models import Single


@pytest.fixture
def said(make_message: Any) -> dict[str, Any]:
    version = make_message("Order", text="Order {{ param.order }}", purpose="service")
    return {"message": version.message_id, "email": "anna@example.com", "params": {"order": "A-1"}}


def test_it_takes_one_and_tells_what_became_of_it(caller: Any, group: Any, said: dict[str, Any]) -> None:
    answer = caller.post("/single-sends", {**said, "group": group.pk})
    assert answer.status_code == 202
    found = caller.get(answer["Location"].removeprefix("/api/v1")).json()
    assert (found["outcome"], found["email"], found["sendout_state"]) == (
        "planned",
        "anna@example.com",
        "sending",
    )
    assert found["sendout"] == answer.json()["sendout"]


def test_a_repeated_call_gets_the_same_answer_and_another_request_is_refused(
    caller: Any, group: Any, said: dict[str, Any]
) -> None:
    once, again = (
        caller.post("/single-sends", {**said, "group": group.pk}, **{"Idempotency-Key": "order-1"}).json()
        for _ in range(2)
    )
    assert once == again
    other = caller.post(
        "/single-sends",
        {**said, "group": group.pk, "params": {"order": "B"}},
        **{"Idempotency-Key": "order-1"},
    )
    assert (other.status_code, other.json()["code"]) == (409, "key_used_before")
    assert Single.objects.count() == 1


def test_the_only_group_need_not_be_named(
    caller: Any, group: Any, said: dict[str, Any], make_group: Any
) -> None:
    assert caller.post("/single-sends", said).status_code == 202
    make_group()
    assert caller.post("/single-sends", said).json()["code"] == "no_group_named"


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, "parameters_missing"),
        ({"order": "1", "x": "y"}, "bad_parameter"),
        ({"order": {}}, "invalid_input"),
    ],
)
def test_it_says_which_parameter_is_wrong(
    caller: Any, group: Any, said: dict[str, Any], params: dict[str, Any], code: str
) -> None:
    answer = caller.post("/single-sends", {**said, "group": group.pk, "params": params})
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_it_lists_those_of_a_contact_page_by_page(caller: Any, group: Any, said: dict[str, Any]) -> None:
    for email in ("anna@example.com", "berta@example.com", "anna@example.com"):
        caller.post("/single-sends", {**said, "group": group.pk, "email": email})
    first = caller.get("/single-sends?contact=anna@example.com&limit=1").json()
    rest = caller.get(f"/single-sends?contact=anna@example.com&after={first['next']}").json()
    assert [len(first["items"]), len(rest["items"]), rest["next"]] == [1, 1, None]


def test_many_go_in_one_call_each_with_its_own_result(caller: Any, group: Any, said: dict[str, Any]) -> None:
    good = {**said, "group": group.pk, "idempotency_key": "1"}
    body = {"single_sends": [good, {**said, "email": "anna"}, {**said, "group": "none@example.org"}]}
    answer = caller.post("/single-sends/bulk", body).json()
    assert (answer["accepted"], answer["refused"]) == (1, 2)
    assert [one["code"] for one in answer["results"]] == ["", "bad_address", "not_found"]
    assert caller.post("/single-sends/bulk", body).json()["results"][0] == answer["results"][0]
    assert caller.post("/single-sends/bulk", {"single_sends": [good] * 1_001}).status_code == 422
