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


def test_it_imports_a_file_and_saves_what_was_left_out(program, tmp_path) -> None:
    file, rejects = tmp_path / "never.txt", tmp_path / "rejects.csv"
    file.write_text("a@example.com, example.org\nnobody\n", encoding="utf-8")
    done = program("blacklist", "import", str(file), "--json")
    assert (done.code, done.json["state"], done.json["added"], done.json["rejected"]) == (0, "finished", 2, 1)
    assert program("blacklist", "rejects", str(done.json["id"]), "--out", str(rejects)).code == 0
    assert "nobody" in rejects.read_text(encoding="utf-8-sig")
    again = program("blacklist", "import", "-", "--mode", "delete", "--json", stdin="example.org\n")
    assert again.json["removed"] == 1


def test_it_ends_with_6_when_a_file_cannot_be_read(program) -> None:
    done = program("blacklist", "import", "-", "--json", stdin="<userdata/>")
    assert (done.code, done.error["error"]) == (6, "ended_badly")


def test_it_cancels_an_import(tidings, tmp_path) -> None:
    file = tmp_path / "never.txt"
    file.write_text("a@example.com", encoding="utf-8")
    asked = tidings("blacklist", "import", str(file), "--no-wait", "--json").json
    assert "stays what it was" in tidings("blacklist", "cancel", str(asked["id"])).out
