"""Selections by API."""

import pytest

from tests.api.conftest import Caller
from tidings.groups.models import Group

BERLIN = {"field": "contact.city", "relation": "=", "values": ["Berlin"]}


@pytest.fixture
def berliners(caller: Caller) -> dict:
    return caller.post("/selections", {"name": "Berliners", "text": "city = Berlin"}).json()


def test_it_checks_a_rule_and_gives_all_its_forms(caller: Caller) -> None:
    forms = caller.post("/selections/check", {"text": "CITY is Berlin"}).json()
    assert forms == {"text": 'city = "Berlin"', "rule": BERLIN, "sentence": "City is “Berlin”."}
    assert caller.post("/selections/check", {"rule": BERLIN}).json() == forms


def test_it_points_at_a_fault(caller: Caller) -> None:
    answer = caller.post("/selections/check", {"text": "city = Berlin and\ncitty = Bonn"})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_rule")
    assert answer.json()["spot"] == {"line": 2, "column": 1, "picture": "citty = Bonn\n^"}
    assert answer.json()["detail"].startswith("There is no criterion citty. Did you mean city?")


@pytest.mark.parametrize(
    "body", [{}, {"text": "city = a", "rule": BERLIN}, {"text": ""}, {"rule": {"and": []}}]
)
def test_it_refuses_what_is_no_rule(caller: Caller, body: dict) -> None:
    assert caller.post("/selections/check", body).json()["code"] == "bad_rule"


def test_it_counts_samples_and_explains(caller: Caller, group: Group, make_contact) -> None:
    anna = make_contact("anna@example.com", city="Berlin")
    question = {"text": "city = Berlin", "seconds": 5, "asker": "a page"}
    assert caller.post("/selections/count", question).json() == {"count": 1}
    assert caller.post("/selections/count", {**question, "group": group.address}).json() == {"count": 0}
    assert [one["id"] for one in caller.post("/selections/sample", question).json()] == [anna.pk]
    explained = caller.post("/selections/explain", question).json()
    assert (explained["people"], explained["count"]) == (1, 1)
    assert explained["conditions"] == [{"text": 'city = "Berlin"', "fulfil": 1, "drops": 0}]


def test_it_lists_what_rules_may_ask(caller: Caller) -> None:
    criteria = {one["field"]: one for one in caller.get("/selections/criteria").json()}
    assert criteria["contact.date_of_birth"]["kind"] == "date"
    assert criteria["joined"]["scope"] == "group"
    assert {one["value"] for one in criteria["member state"]["choices"]} >= {"active", "pending"}
    within = next(one for one in criteria["joined"]["relations"] if one["relation"] == "within")
    assert (within["takes"], "hours" in within["units"]) == ("period", True)


def test_it_saves_lists_changes_copies_and_deletes(caller: Caller, berliners: dict) -> None:
    path = f"/selections/{berliners['id']}"
    assert berliners["owner"] == "Anna"
    assert caller.get(path).json() == berliners == caller.get("/selections").json()["items"][0]
    assert caller.patch(path, {"name": "People in Berlin"}).json()["text"] == 'city = "Berlin"'
    assert caller.patch(path, {"rule": {"not": BERLIN}}).json()["text"] == 'not city = "Berlin"'
    copy = caller.post(f"{path}/copy", {"name": "Copy"})
    assert copy.status_code == 201
    assert caller.get(copy["Location"].removeprefix("/api/v1")).json()["name"] == "Copy"
    assert caller.delete(path).status_code == 204
    assert caller.get(path).status_code == 404


def test_it_refuses_a_name_that_is_taken_and_a_selection_in_use(caller: Caller, berliners: dict) -> None:
    taken = caller.post("/selections", {"name": "BERLINERS", "text": "city = a"})
    assert (taken.status_code, taken.json()["code"]) == (409, "name_taken")
    caller.post("/selections", {"name": "Other", "text": "in selection Berliners"})
    in_use = caller.delete(f"/selections/{berliners['id']}")
    assert (in_use.status_code, in_use.json()["code"]) == (409, "selection_in_use")
    assert "Other" in caller.get(f"/selections/{berliners['id']}/users").json()["used_by"][0]


def test_an_archived_selection_is_in_a_list_of_its_own(caller: Caller, berliners: dict) -> None:
    caller.post(f"/selections/{berliners['id']}/archive")
    assert caller.get("/selections").json()["items"] == []
    assert len(caller.get("/selections", archived=True).json()["items"]) == 1
    assert caller.post(f"/selections/{berliners['id']}/activate").json()["archived_at"] is None
