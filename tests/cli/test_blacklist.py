"""Blacklists on the command line."""

import csv

from tidings.groups import actions as groups


def test_it_adds_lists_checks_and_removes(tidings) -> None:
    added = tidings("blacklist", "add", "*.Example.com", "--reason", "asked us", "--json")
    assert (added.code, added.json["pattern"], added.json["is_new"]) == (0, "*.example.com", True)
    (listed,) = tidings("blacklist", "list", "--json").json
    assert (listed["pattern"], listed["reason"], listed["source"]) == ("*.example.com", "asked us", "shell")
    checked = tidings("blacklist", "check", "anna@mail.example.com", "--json").json
    assert (checked["blacklisted"], checked["entries"]) == (True, [listed])
    assert tidings("blacklist", "remove", "*.example.com").code == 0
    assert "No entry keeps anna@example.com out" in tidings("blacklist", "check", "anna@example.com").out


def test_it_keeps_the_lists_of_groups_apart(tidings) -> None:
    group = groups.create("News", address="news@example.org", by=None)
    tidings("blacklist", "add", "anna@example.com", "--group", "news@example.org")
    assert tidings("blacklist", "list", "--json").json == []
    result = tidings("blacklist", "list", "--group", str(group.pk))
    assert "anna@example.com" in result.out
    assert f"group {group.pk}" in result.out


def test_it_says_that_an_entry_stands_there_already(tidings) -> None:
    tidings("blacklist", "add", "anna@example.com")
    assert "already" in tidings("blacklist", "add", "ANNA@example.com").out


def test_it_refuses_bad_patterns_with_3_and_unknown_ones_with_4(tidings) -> None:
    assert tidings("blacklist", "add", "nobody", "--json").error["error"] == "bad_pattern"
    assert tidings("blacklist", "add", "nobody").code == 3
    assert tidings("blacklist", "remove", "anna@example.com").code == 4


def test_it_saves_a_list_as_csv(tidings, tmp_path) -> None:
    tidings("blacklist", "add", "anna@example.com")
    assert tidings("blacklist", "export", "--out", str(tmp_path / "list.csv")).code == 0
    with (tmp_path / "list.csv").open(encoding="utf-8-sig") as file:
        assert [row["pattern"] for row in csv.DictReader(file)] == ["anna@example.com"]
