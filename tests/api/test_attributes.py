"""The catalogue of attributes by API."""

from typing import Any

from tests.workers import NAME
from tidings.attributes.models import TypeChange
from tidings.locks import work


def defined(caller: Any, **body: Any) -> dict[str, Any]:
    answer = caller.post("/attributes", body)
    assert answer.status_code == 201
    return answer.json()


def test_it_lists_built_in_and_custom_attributes(caller: Any) -> None:
    made = defined(caller, name="Shoe size", type="number")
    listed = caller.get("/attributes").json()
    assert [one["key"] for one in listed[:3]] == ["email", "mobile", "external_id"]
    assert len(listed) == 17
    assert listed[-1] == made == caller.get(f"/attributes/{made['id']}").json()


def test_it_keeps_attributes_of_members_apart(caller: Any) -> None:
    made = defined(caller, name="Store", scope="member")
    assert caller.get("/attributes", scope="member").json() == [made]


def test_it_refuses_a_name_that_is_taken(caller: Any) -> None:
    defined(caller, name="Store")
    answer = caller.post("/attributes", {"name": "STORE"})
    assert (answer.status_code, answer.json()["code"]) == (409, "attribute_taken")


def test_it_refuses_a_name_that_is_built_in(caller: Any) -> None:
    answer = caller.post("/attributes", {"name": "email"})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_definition")


def test_it_changes_spelling_type_and_choices(caller: Any) -> None:
    path = f"/attributes/{defined(caller, name='card')['id']}"
    caller.put(f"{path}/name", {"name": "Card"})
    change = caller.put(f"{path}/type", {"type": "choice", "choices": ["gold"]})
    assert (change.status_code, change.json()["state"]) == (202, "running")
    work.run(TypeChange.objects.get().process_id, NAME)
    assert caller.get(change["Location"].removeprefix("/api/v1")).json()["state"] == "finished"
    caller.post(f"{path}/choices", {"choice": "silver"})
    changed = caller.delete(f"{path}/choices?choice=gold").json()
    assert (changed["name"], changed["type"], changed["choices"]) == ("Card", "choice", ["silver"])


def test_it_cancels_the_change_of_a_type(caller: Any) -> None:
    path = f"/attributes/{defined(caller, name='Size')['id']}"
    change = caller.put(f"{path}/type", {"type": "number"}).json()
    cancel = f"/type-changes/{change['id']}/cancel"
    assert caller.post(cancel).status_code == 200
    work.run(TypeChange.objects.get().process_id, NAME)
    assert caller.get(f"/type-changes/{change['id']}").json()["state"] == "cancelled"
    assert caller.post(cancel).status_code == 409
    assert caller.get(path).json()["type"] == "text"


def test_it_says_which_values_do_not_fit(caller: Any) -> None:
    path = f"/attributes/{defined(caller, name='Size')['id']}"
    caller.post("/contacts", {"email": "a@example.com", "attributes": {"size": "XL"}})
    answer = caller.put(f"{path}/type", {"type": "number"})
    assert (answer.status_code, answer.json()["code"]) == (409, "type_refused")
    assert "XL" in answer.json()["detail"]


def test_it_archives_activates_and_deletes(caller: Any) -> None:
    path = f"/attributes/{defined(caller, name='Size')['id']}"
    assert caller.post(f"{path}/archive").json()["archived_at"]
    assert caller.post(f"{path}/activate").json()["archived_at"] is None
    assert [caller.delete(path).status_code for _ in range(2)] == [204, 404]
