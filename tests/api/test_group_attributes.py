"""Group attributes over the API: files and history."""

import pytest

from tidings.groups import attributes

FILE = b"name,value\nPrice,12\nsize,L\n"


@pytest.fixture
def path(group) -> str:
    attributes.put(group, "price", "10", by=None)
    return f"/groups/{group.pk}"


def values(caller, path) -> dict[str, str]:
    return {one["name"]: one["value"] for one in caller.get(f"{path}/attributes").json()}


def test_it_takes_a_file_as_the_body(caller, path) -> None:
    answer = caller.upload(f"{path}/attributes/import?mode=replace", FILE)
    assert answer.json() == {
        "mode": "replace", "dry_run": False, "added": 1, "changed": 1, "removed": 0, "unchanged": 0, "skipped": [],
    }  # fmt: skip
    assert values(caller, path) == {"price": "12", "size": "L"}


def test_a_dry_run_changes_nothing(caller, path) -> None:
    assert caller.upload(f"{path}/attributes/import?dry_run=true", FILE).json()["changed"] == 1
    assert values(caller, path) == {"price": "10"}


def test_it_tells_each_line_that_is_wrong(caller, path) -> None:
    answer = caller.upload(f"{path}/attributes/import", b"name,value\nPrice,12\n,1\nx\n")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_attribute_file")
    assert [one["field"] for one in answer.json()["errors"]] == ["line 3", "line 4"]
    assert values(caller, path) == {"price": "10"}


def test_it_gives_the_file_back_in_both_layouts(caller, path) -> None:
    assert caller.get(f"{path}/attributes.csv").content == b'"name","value"\r\n"price","10"\r\n'
    engage = caller.get(f"{path}/attributes.csv", layout="engage").content
    assert engage.startswith(b'"group.PropertyName","group.PropertyValue"\r\n')


def test_it_lists_who_changed_what_in_pages(caller, path) -> None:
    caller.put(f"{path}/attributes/price", {"value": "11"})
    first = caller.get(f"{path}/attribute-changes", name="PRICE", limit=1).json()
    (change,) = first["items"]
    assert (change["name"], change["before"], change["after"]) == ("price", "10", "11")
    second = caller.get(f"{path}/attribute-changes", after=first["next"]).json()
    assert [one["after"] for one in second["items"]] == ["10"]


def test_an_attribute_may_be_called_import(caller, path) -> None:
    address = f"{path}/attributes/import"
    assert caller.put(address, {"value": "1"}).status_code == 200
    assert caller.get(address).json()["value"] == "1"
    assert caller.delete(address).status_code == 204
    assert caller.get(address).status_code == 404


@pytest.mark.parametrize("body", [{"value": "a\x00"}, {"value": ""}, {"value": "x" * 2_001}])
def test_it_refuses_values_that_can_not_be(caller, path, body) -> None:
    answer = caller.put(f"{path}/attributes/price", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_group")
