"""Selections on the command line."""


def test_it_counts_shows_explains_and_saves_whom_a_rule_picks(
    tidings, make_contact, make_group, tmp_path
) -> None:
    make_contact("anna@example.com", city="Berlin")
    make_contact("ben@example.com", city="Bonn")
    rule = "city = berlin"
    assert tidings("select", rule).out == "1 contact(s)\n"
    assert tidings("select", rule, "--group", str(make_group().pk), "--json").json == {"count": 0}
    assert [one["email"] for one in tidings("select", rule, "--sample", "--json").json] == [
        "anna@example.com"
    ]
    assert "anna@example.com" in tidings("select", rule, "--sample").out
    explained = tidings("select", rule, "--explain", "--json").json
    assert (explained["count"], explained["conditions"][0]["drops"]) == (1, 1)
    assert "City is “Berlin”." in tidings("select", 'city = "Berlin"', "--explain").out
    file = tmp_path / "berliners.csv"
    assert tidings("select", rule, "--out", str(file)).out == f"Wrote 1 contact(s) to {file}.\n"
    assert "anna@example.com" in file.read_text()


def test_it_points_at_a_fault(tidings) -> None:
    result = tidings("select", "city = Berlin and citty = Bonn")
    assert result.code == 3
    assert result.err == (
        "Error: There is no criterion citty. Did you mean city? (line 1, column 19)\n"
        "city = Berlin and citty = Bonn\n"
        "                  ^\n"
    )
    assert tidings("select", "citty = a", "--json").error["error"] == "bad_rule"


def test_it_saves_lists_shows_renames_copies_archives_and_deletes(tidings) -> None:
    saved = tidings("selection", "save", "Berliners", "city = Berlin", "--json").json
    assert saved["text"] == 'city = "Berlin"'
    assert tidings("selection", "save", "berliners", "city = Bonn", "--json").error["error"] == "name_taken"
    assert tidings("selection", "save", "berliners", "city = Bonn", "--replace").code == 0
    assert "Bonn" in tidings("selection", "list").out
    assert tidings("selection", "rename", "Berliners", "People").code == 0
    assert tidings("selection", "copy", "People", "Copy", "--json").json["text"] == 'city = "Bonn"'
    assert tidings("selection", "save", "Other", "not in selection Copy").code == 0
    shown = tidings("selection", "show", "Copy", "--json").json
    assert shown["used_by"][0].startswith("selection “Other”")
    assert "Other" in tidings("selection", "show", "Copy").out
    assert tidings("selection", "delete", "Copy", "--yes").code == 3
    assert tidings("selection", "archive", "People").code == 0
    assert [one["name"] for one in tidings("selection", "list", "--archived", "--json").json] == ["People"]
    assert tidings("selection", "activate", "People").code == 0
    assert tidings("selection", "delete", "People", "--yes", "--json").json == {
        "id": saved["id"],
        "name": "People",
    }
    assert tidings("selection", "show", "People").code == 4
