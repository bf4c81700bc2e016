"""Categories on the command line."""


def test_it_creates_lists_renames_and_deletes_categories(tidings, make_group) -> None:
    assert tidings("category", "create", "Retail").code == 0
    make_group(category="retail")
    (listed,) = tidings("category", "list", "--json").json
    assert (listed["name"], listed["groups"]) == ("Retail", 1)
    assert tidings("category", "rename", "RETAIL", "Shops").code == 0
    assert tidings("category", "delete", "Shops", "--yes", "--json").json == {"name": "Shops", "groups": 1}
    assert "None." in tidings("category", "list").out


def test_it_tells_what_is_not_there_or_taken(tidings) -> None:
    tidings("category", "create", "Retail")
    assert tidings("category", "create", "retail", "--json").error["error"] == "category_taken"
    assert tidings("category", "delete", "none", "--yes").code == 4


def test_it_lists_locked_and_archived_groups(tidings, make_group) -> None:
    number = str(make_group().pk)
    assert tidings("group", "list", "--locked", "--json").json == []
    tidings("group", "archive", number)
    assert tidings("group", "list", "--json").json == []
    assert [g["id"] for g in tidings("group", "list", "--archived", "--json").json] == [int(number)]
