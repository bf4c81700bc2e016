"""Contacts on the command line."""


def test_it_shows_a_contact_with_profile_and_groups(tidings, make_contact, make_group) -> None:
    make_contact("anna@example.com", first_name="Anna")
    shown = tidings("contact", "show", "Anna@example.com", "--json").json
    assert (shown["email"], shown["attributes"], shown["groups"]) == (
        "anna@example.com",
        {"first_name": "Anna"},
        [],
    )


def test_it_shows_people_the_groups_of_a_contact(tidings, make_group, make_members) -> None:
    make_members(make_group("Bulletin"), ["anna@example.com"])
    assert "Bulletin" in tidings("contact", "show", "anna@example.com").out


def test_it_tells_that_nobody_has_an_address(tidings) -> None:
    assert tidings("contact", "show", "nobody@example.com").code == 4


def test_it_creates_changes_and_finds_a_contact(tidings) -> None:
    made = tidings(
        "contact", "create", "--mobile", "+49 171 3920000", "--attribute", "city=Bonn=a", "--json"
    ).json
    assert (made["mobile"], made["attributes"]) == ("+491713920000", {"city": "Bonn=a"})
    words = ("--email", "a@example.com", "--external-id", "K-7", "--attribute", "city=", "--json")
    changed = tidings("contact", "set", "0049171-3920000", *words).json
    assert (changed["id"], changed["email"], changed["attributes"]) == (made["id"], "a@example.com", {})
    (found,) = tidings("contact", "find", "K-", "--json").json
    assert found["id"] == made["id"]
    assert "a@example.com" in tidings("contact", "find", "a@").out


def test_it_stores_many_and_says_what_became_of_each_line(tidings, tmp_path) -> None:
    lines = (
        '{"email": "a@example.com", "attributes": {"city": "Bonn"}}', "", "[1]", '{"mail": "b@example.com"}',
        '{"email": "nobody"}', '{"push": {"app": "Books", "endpoint": "f1Q9"}}', '{"push": {"app": 1}}', "{",
        '{"email": "A@example.com", "language": "de"}',
    )  # fmt: skip
    file = tmp_path / "people.jsonl"
    file.write_text("\n".join(lines))
    done = tidings("contact", "store", str(file), "--json")
    assert done.code == 3
    assert [(one["line"], one["result"], one["code"]) for one in done.json] == [
        (1, "created", None), (3, "refused", "bad_line"), (4, "refused", "bad_line"), (5, "refused", "bad_address"),
        (6, "created", None), (7, "refused", "bad_line"), (8, "refused", "bad_line"), (9, "changed", None),
    ]  # fmt: skip
    assert tidings("contact", "show", "a@example.com", "--json").json["language"] == "de"


def test_it_knows_a_contact_by_an_endpoint_alone(tidings) -> None:
    made = tidings("contact", "create", "--app", "Books", "--endpoint", "f1Q9", "--json").json
    assert made["endpoints"] == [{"app": "Books", "endpoint": "f1Q9"}]
    assert tidings("contact", "endpoint-remove", "f1Q9", "f1Q9").code == 3
    assert tidings("contact", "endpoint-add", "f1Q9", "second", "--app", "Books").code == 0
    assert tidings("contact", "endpoint-remove", "f1Q9", "f1Q9", "--json").json["endpoint"] == "f1Q9"
    assert "Books: second" in tidings("contact", "show", "second").out
    assert tidings("contact", "endpoint-remove", "second", "f1Q9").code == 4


def test_it_says_what_is_no_attribute(tidings) -> None:
    assert tidings("contact", "create", "--email", "a@example.com", "--attribute", "city").code == 2


def test_it_sets_values_of_a_member(tidings, make_group, make_members) -> None:
    group = make_group()
    make_members(group, ["anna@example.com"])
    tidings("attribute", "define", "Store", "--scope", "member")
    words = ("--group", str(group.pk), "--attribute", "store=Mitte")
    assert tidings("contact", "set", "anna@example.com", *words).code == 0
    assert group.memberships.get().attributes == {"store": "Mitte"}


def test_it_merges_two_contacts(tidings, make_contact) -> None:
    make_contact("a@example.com", city="Bonn")
    make_contact("b@example.com", city="Rom", first_name="Bea")
    merged = tidings("contact", "merge", "a@example.com", "b@example.com", "--yes", "--json").json
    assert (merged["email"], merged["attributes"]) == ("a@example.com", {"city": "Bonn", "first_name": "Bea"})
    assert tidings("contact", "show", "b@example.com").code == 4


def test_it_hands_out_and_erases_a_person(tidings, make_contact, tmp_path) -> None:
    make_contact("a@example.com", first_name="Ann")
    assert tidings("contact", "export", "a@example.com").json["contact"]["attributes"] == {
        "first_name": "Ann"
    }
    file = tmp_path / "a.txt"
    tidings("contact", "export", "a@example.com", "--readable", "--out", str(file))
    assert "First name: Ann" in file.read_text()
    erased = tidings("contact", "erase", "a@example.com", "--never-again", "--yes", "--json").json
    assert erased["never_again"]
    assert tidings("contact", "show", "a@example.com").code == 4
    assert tidings("contact", "create", "--email", "a@example.com").code == 3
