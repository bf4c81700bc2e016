"""SuperGroups on the command line."""

import pytest

from tidings.groups.queries import find, subgroups_of


@pytest.fixture
def towns(committed, make_group):
    return [make_group(name, address=f"{name.lower()}@example.org") for name in ("Berlin", "Paris", "Rome")]


def names(ref: str) -> list[str]:
    return [one.name for one in subgroups_of(find(ref))]


def test_it_makes_one_and_fills_it(tidings, towns) -> None:
    made = tidings("supergroup", "create", "All", "--address", "all@example.org", "--json")
    assert (made.code, made.json["is_supergroup"]) == (0, True)
    added = tidings("supergroup", "add", "all@example.org", "rome@example.org", str(towns[0].pk), "--json")
    assert [one["name"] for one in added.json["subgroups"]] == ["Rome", "Berlin"]


def test_it_orders_and_takes_out(tidings, make_supergroup, towns) -> None:
    make_supergroup(*towns, address="all@example.org")
    tidings("supergroup", "order", "all@example.org", "rome@example.org")
    assert names("all@example.org") == ["Rome", "Berlin", "Paris"]
    tidings("supergroup", "remove", "all@example.org", "berlin@example.org", "rome@example.org")
    assert names("all@example.org") == ["Paris"]


def test_it_shows_the_subgroups_and_how_far_they_overlap(
    tidings, make_supergroup, make_members, towns
) -> None:
    make_members(towns[0], 2)
    make_supergroup(*towns, address="all@example.org")
    shown = tidings("supergroup", "show", "all@example.org", "--json").json
    assert shown["overlap"] == {"memberships": 2, "contacts": 2, "in_several": 0}
    out = tidings("supergroup", "show", "all@example.org").out
    assert "in several subgroups" in out
    assert "berlin@example.org" in out


def test_it_sets_the_policy(tidings, make_supergroup) -> None:
    make_supergroup(address="all@example.org")
    words = ("supergroup", "set", "all@example.org")
    assert (
        tidings(*words, "--duplicates", "one_per_subgroup", "--json").json["duplicates"] == "one_per_subgroup"
    )
    assert tidings(*words).code == 2


def test_it_refuses_what_is_no_supergroup_with_3(tidings, towns) -> None:
    result = tidings("supergroup", "show", "rome@example.org", "--json")
    assert (result.code, result.error["error"]) == (3, "no_supergroup")


def test_a_supermessage_shows_its_figures_by_subgroup(
    tidings, make_supergroup, make_members, make_message, towns
) -> None:
    make_supergroup(*towns, address="all@example.org")
    make_members(towns[0], 2)
    words = (
        "send",
        "--yes",
        "all@example.org",
        "--message",
        str(make_message().message_id),
        "--no-wait",
        "--json",
    )
    sendout = tidings(*words).json
    assert [one["group_name"] for one in sendout["subgroups"]] == ["Berlin", "Paris", "Rome"]
    assert "Paris" in tidings("sendout", "show", str(sendout["id"])).out


def test_a_supermessage_needs_a_subgroup(tidings, make_supergroup, make_message) -> None:
    make_supergroup(address="all@example.org")
    message = str(make_message().message_id)
    result = tidings("send", "--yes", "all@example.org", "--message", message, "--json")
    assert (result.code, result.error["error"]) == (3, "no_subgroups")


def test_a_preview_and_a_test_are_of_the_subgroup_that_is_named(
    tidings, make_supergroup, make_members, make_message, towns
) -> None:
    supergroup = make_supergroup(*towns, address="all@example.org")
    supergroup.settings |= {"test_recipients": {"addresses": ["tess@example.org"]}}
    supergroup.save(update_fields=["settings"])
    make_members(towns[1], 1)
    message, paris = str(make_message().message_id), ("--subgroup", "paris@example.org")
    shown = tidings("message", "preview", message, "--group", "all@example.org", *paris, "--json").json
    assert shown["sender"] == "Paris <paris@example.org>"
    words = ("send", "--yes", "all@example.org", "--message", message, "--no-wait")
    sent = tidings(*words, "--test", *paris, "--json").json
    assert [one["group_name"] for one in sent["subgroups"]] == ["Paris"]
    assert tidings(*words, *paris).code == 2


def test_a_group_names_the_supergroups_it_is_in(tidings, make_supergroup, towns) -> None:
    made = make_supergroup(*towns, address="all@example.org")
    shown = tidings("group", "show", "rome@example.org", "--json").json
    assert shown["supergroups"] == [{"id": made.pk, "name": made.name, "address": "all@example.org"}]
    assert f"{made.name} ({made.pk})" in tidings("group", "show", "rome@example.org").out
