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
