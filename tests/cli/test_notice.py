from tidings.notices import actions


def test_it_lists_what_a_user_was_told_and_marks_it_as_read(tidings, make_user) -> None:
    anna = make_user("Anna")
    actions.tell([anna], "Sendout 1 has paused", "Resume it.")
    assert [one["subject"] for one in tidings("notice", "list", "--user", anna.email, "--json").json] == [
        "Sendout 1 has paused"
    ]
    assert tidings("notice", "read", "--user", anna.email, "--json").json == {"read": 1}
    assert tidings("notice", "list", "--user", anna.email, "--unread", "--json").json == []


def test_it_says_that_there_is_no_such_user(tidings, db) -> None:
    assert tidings("notice", "list", "--user", "nobody@example.org").code == 4
