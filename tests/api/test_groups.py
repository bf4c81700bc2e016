"""Groups, their attributes and their locks by API."""

from typing import Any

import pytest

from tidings.locks.actions import begin, wait_in_line
from tidings.locks.models import Process


def test_it_creates_a_group_and_says_where(caller: Any) -> None:
    answer = caller.post("/groups", {"name": "Shops", "address": "Shops@Example.org", "category": "Retail"})
    assert answer.status_code == 201
    made = caller.get(answer["Location"].removeprefix("/api/v1")).json()
    assert (made["name"], made["address"], made["category"]) == ("Shops", "shops@example.org", "Retail")
    assert made["members"] == {"total": 0, "active": 0}


def test_it_finds_a_group_by_its_address(caller: Any, group: Any) -> None:
    assert caller.get("/groups/news@example.org").json()["id"] == group.pk


def test_it_refuses_a_second_group_of_one_address(caller: Any, group: Any) -> None:
    answer = caller.post("/groups", {"name": "Other", "address": group.address})
    assert (answer.status_code, answer.json()["code"]) == (409, "address_taken")


def test_it_walks_all_groups_page_by_page(caller: Any) -> None:
    for number in range(5):
        caller.post("/groups", {"name": f"G{4 - number}", "address": f"g{number}@example.org"})
    seen, after = [], "0"
    while after:
        page = caller.get("/groups", limit=2, after=after).json()
        seen += [one["address"] for one in page["items"]]
        after = page["next"]
    assert seen == [f"g{number}@example.org" for number in range(5)]


def test_it_lists_groups_of_a_category(caller: Any, group: Any) -> None:
    caller.post("/groups", {"name": "Shops", "address": "shops@example.org", "category": "Retail"})
    items = caller.get("/groups", category="retail").json()["items"]
    assert [one["name"] for one in items] == ["Shops"]
    assert caller.get("/groups", category="none").status_code == 404


def test_it_lists_groups_of_an_owner(caller: Any, user: Any, make_group: Any) -> None:
    make_group("Of nobody")
    caller.post("/groups", {"name": "Shops", "address": "shops@example.org"})
    items = caller.get("/groups", owner=user.email.upper()).json()["items"]
    assert [one["name"] for one in items] == ["Shops"]
    assert caller.get("/groups", owner="nobody@example.org").status_code == 404


def test_it_lists_many_groups_with_few_questions(caller: Any, django_assert_max_num_queries: Any) -> None:
    for number in range(20):
        caller.post("/groups", {"name": "G", "address": f"g{number}@example.org"})
    with django_assert_max_num_queries(6):
        assert len(caller.get("/groups").json()["items"]) == 20


def test_it_sets_gets_and_removes_an_attribute(caller: Any, group: Any) -> None:
    path = f"/groups/{group.pk}/attributes/Price in EUR"
    assert caller.put(path, {"value": "9.90"}).json()["value"] == "9.90"
    assert caller.get(path.lower().replace("/groups", "/groups")).json()["name"] == "Price in EUR"
    assert [one["name"] for one in caller.get(f"/groups/{group.pk}/attributes").json()] == ["Price in EUR"]
    assert caller.delete(path).status_code == 204
    assert caller.get(path).status_code == 404


def test_it_says_that_a_group_is_free(caller: Any, group: Any) -> None:
    lock = caller.get(f"/groups/{group.pk}/lock").json()
    assert (lock["group"], lock["locked"], lock["mode"], lock["locks"]) == (group.pk, False, None, [])
    assert lock["meanwhile"]["must_wait"] == []


def test_it_shows_who_holds_a_lock_and_how_far_they_are(caller: Any, group: Any, user: Any) -> None:
    process = begin(Process.Kind.IMPORT, [group.pk], label="people.csv", by=user, total=200)
    Process.objects.update(done=50)
    lock = caller.get(f"/groups/{group.pk}/lock").json()
    assert (lock["locked"], lock["mode"]) == (True, "exclusive")
    (held,) = lock["locks"]
    assert (held["process_id"], held["kind"], held["label"]) == (process.pk, "import", "people.csv")
    assert (held["started_by"], held["percent"]) == ("Anna", 25)


def test_it_tells_who_waits_for_a_group_and_whom_a_call_would_overtake(
    caller: Any, group: Any, user: Any
) -> None:
    wait_in_line("mine", Process.Kind.IMPORT, [group.pk], label="Import of people.csv", by=user)
    (waiting,) = caller.get(f"/groups/{group.pk}/lock").json()["waiting"]
    assert (waiting["kind"], waiting["label"], waiting["started_by"]) == (
        "import",
        "Import of people.csv",
        "Anna",
    )
    answer = caller.post("/exports", {"group": group.pk})
    assert answer.status_code == 423
    assert (answer.json()["holder"]["process_id"], answer.json()["holder"]["kind"]) == (None, "import")


def test_it_tells_what_is_allowed_while_a_group_is_locked(caller: Any, group: Any, user: Any) -> None:
    begin(Process.Kind.EXPORT, [group.pk], label="Export of News", by=user)
    meanwhile = caller.get(f"/groups/{group.pk}/lock").json()["meanwhile"]
    assert {"kind": "sendout", "is_source": False, "words": "sendouts"} in meanwhile["can_start"]
    assert "import" in [use["kind"] for use in meanwhile["must_wait"]]
    assert meanwhile["settings_can_be_edited"]
    assert "group attributes" in meanwhile["text"]


@pytest.mark.parametrize("order", ["name", "members", "fewest", "newest", "oldest"])
def test_groups_come_in_the_order_that_is_asked_for(
    caller: Any, make_group: Any, make_members: Any, order: str
) -> None:
    sizes = {"B": 2, "A": 0, "C": 2, "D": 1}
    made = {name: make_group(name) for name in sizes}
    for name, size in sizes.items():
        make_members(made[name], [f"{name}{n}@example.com".lower() for n in range(size)])
    expected = {"name": "ABCD", "members": "BCDA", "fewest": "ADBC", "newest": "DCAB", "oldest": "BACD"}[
        order
    ]
    found, after = "", "0"
    while after:
        page = caller.get(f"/groups?sort={order}&limit=1&after={after}").json()
        found, after = found + "".join(item["name"] for item in page["items"]), page["next"]
    assert found == expected


def test_a_place_behind_a_group_that_is_gone_is_told(caller: Any) -> None:
    answer = caller.get("/groups?sort=name&after=99")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")
