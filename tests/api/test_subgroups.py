"""SuperGroups over the API."""

import pytest

from tidings.contacts.actions import create_or_update
from tidings.locks.actions import begin
from tidings.locks.models import Process
from tidings.memberships.actions import add
from tidings.sendouts.expand import expand


@pytest.fixture
def towns(make_group):
    return [make_group(name, address=f"{name.lower()}@example.org") for name in ("Berlin", "Paris", "Rome")]


def listed(caller, supergroup) -> list[str]:
    return [one["name"] for one in caller.get(f"/groups/{supergroup.pk}/subgroups").json()["subgroups"]]


def test_it_makes_a_supergroup(caller) -> None:
    body = {"name": "All", "address": "all@example.org", "is_supergroup": True}
    made = caller.post("/groups", body)
    assert (made.status_code, made.json()["is_supergroup"]) == (201, True)


def test_it_adds_by_id_and_by_address(caller, make_supergroup, towns) -> None:
    supergroup = make_supergroup()
    answer = caller.post(
        f"/groups/{supergroup.pk}/subgroups", {"subgroups": [towns[1].pk, "berlin@example.org"]}
    )
    assert answer.status_code == 200
    assert [(one["position"], one["name"]) for one in answer.json()["subgroups"]] == [
        (1, "Paris"),
        (2, "Berlin"),
    ]


def test_it_sets_all_of_them_and_the_policy(caller, make_supergroup, towns) -> None:
    supergroup = make_supergroup(*towns)
    body = {"subgroups": [towns[2].pk, towns[0].pk], "duplicates": "one_per_subgroup"}
    answer = caller.put(f"/groups/{supergroup.pk}/subgroups", body).json()
    assert answer["duplicates"] == "one_per_subgroup"
    assert listed(caller, supergroup) == ["Rome", "Berlin"]


def test_what_it_refuses_changes_nothing(caller, make_supergroup, make_group, towns) -> None:
    supergroup, other = make_supergroup(towns[0]), make_supergroup(address="other@example.org")
    body = {"subgroups": [towns[1].pk, other.pk], "duplicates": "one_per_subgroup"}
    answer = caller.put(f"/groups/{supergroup.pk}/subgroups", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_subgroup")
    assert caller.get(f"/groups/{supergroup.pk}/subgroups").json()["duplicates"] == "one_copy"
    assert listed(caller, supergroup) == ["Berlin"]


def test_it_takes_one_out(caller, make_supergroup, towns) -> None:
    supergroup = make_supergroup(*towns)
    assert caller.delete(f"/groups/{supergroup.pk}/subgroups/paris@example.org").status_code == 204
    assert listed(caller, supergroup) == ["Berlin", "Rome"]
    assert caller.delete(f"/groups/{supergroup.pk}/subgroups/{towns[1].pk}").status_code == 404


def test_it_says_who_holds_the_supergroup(caller, make_supergroup, towns) -> None:
    supergroup = make_supergroup(*towns)
    begin(Process.Kind.SENDOUT, [supergroup.pk], label="Gala", by=None)
    answer = caller.post(f"/groups/{supergroup.pk}/subgroups", {"subgroups": [towns[0].pk]})
    assert (answer.status_code, answer.json()["holder"]["label"]) == (423, "Gala")


def test_it_counts_who_is_in_several(caller, make_supergroup, make_members, towns) -> None:
    make_members(towns[0], 3)
    supergroup = make_supergroup(*towns)
    answer = caller.get(f"/groups/{supergroup.pk}/overlap")
    assert answer.json() == {"memberships": 3, "contacts": 3, "in_several": 0}


def test_it_names_the_supergroups_of_a_group(caller, make_supergroup, towns) -> None:
    make_supergroup(*towns, name="All", address="all@example.org")
    (found,) = caller.get(f"/groups/{towns[0].pk}/supergroups").json()
    assert (found["name"], found["address"]) == ("All", "all@example.org")


def test_an_ordinary_group_has_none(caller, towns) -> None:
    answer = caller.get(f"/groups/{towns[0].pk}/subgroups")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_supergroup")


def test_a_supermessage_needs_a_subgroup(caller, make_supergroup, make_message) -> None:
    body = {"group": make_supergroup().pk, "message": make_message().message_id, "despite_warnings": True}
    answer = caller.post("/sendouts", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "no_subgroups")


def test_a_supermessage_tells_the_figures_of_each_subgroup(
    caller, make_supergroup, make_sendout, towns
) -> None:
    add(create_or_update("anna@example.com", {}, by=None)[0], towns[0], source="page", by=None)
    sendout = make_sendout(make_supergroup(*towns))
    expand(sendout.pk)
    told = caller.get(f"/sendouts/{sendout.pk}").json()["subgroups"]
    figures = [(one["group_name"], one["audience"], one["planned"]) for one in told]
    assert figures == [("Berlin", 1, 1), ("Paris", 0, 0), ("Rome", 0, 0)]


def test_a_preview_is_of_the_subgroup_that_is_named(
    caller, make_supergroup, make_members, make_message, towns
) -> None:
    make_members(towns[1], 1)
    path = f"/messages/{make_message().message_id}/preview?group={make_supergroup(*towns).pk}"
    assert caller.get(f"{path}&subgroup=paris@example.org").json()["sender"] == "Paris <paris@example.org>"
    assert caller.get(f"{path}&subgroup=0").status_code == 404
