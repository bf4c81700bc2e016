"""Groups on the command line."""

from tidings.locks.actions import begin, wait_in_line
from tidings.locks.models import Process

CREATE = ("group", "create", "News", "--channel", "email", "--address", "news@example.org")


def test_it_creates_shows_and_lists_a_group(program) -> None:
    made = program(*CREATE, "--category", "Retail", "--json")
    assert made.code == 0
    shown = program("group", "show", "news@example.org", "--json").json
    assert shown == made.json
    (listed,) = program("group", "list", "--json").json
    assert (listed["id"], listed["category"]) == (made.json["id"], "Retail")


def test_it_tells_people_what_it_made(tidings) -> None:
    result = tidings(*CREATE)
    assert result.code == 0
    assert "News <news@example.org>" in result.out
    assert "news@example.org" in tidings("group", "list").out


def test_it_refuses_bad_input_with_3(tidings) -> None:
    result = tidings("group", "create", "News", "--address", "no address", "--json")
    assert (result.code, result.error["error"], result.out) == (3, "bad_group", "")


def test_it_tells_what_is_not_there_with_4(tidings) -> None:
    result = tidings("group", "show", "nobody@example.org", "--json")
    assert (result.code, result.error["error"]) == (4, "not_found")
    assert tidings("group", "list", "--category", "none").code == 4


def test_it_finds_groups_by_text_category_and_channel(tidings, make_group) -> None:
    make_group("Berlin news", category="Retail")
    make_group("Paris news")
    for words, names in (
        (("--search", "berlin"), ["Berlin news"]),
        (("--category", "retail"), ["Berlin news"]),
        (("--channel", "email"), ["Berlin news", "Paris news"]),
        (("--channel", "sms"), []),
    ):
        assert [group["name"] for group in tidings("group", "list", *words, "--json").json] == names


def test_it_sets_lists_and_removes_attributes(tidings, make_group) -> None:
    number = str(make_group().pk)
    tidings("group", "set-attribute", number, "price", "9.90 €")
    assert tidings("group", "attributes", number, "--json").json == {"price": "9.90 €"}
    assert "9.90 €" in tidings("group", "show", number).out
    assert tidings("group", "remove-attribute", number, "PRICE").code == 0
    assert tidings("group", "attributes", number, "--json").json == {}


def test_it_shows_who_locks_a_group(tidings, make_group) -> None:
    group = make_group()
    process = begin(Process.Kind.IMPORT, [group.pk], label="people.csv", by=None)
    shown = tidings("group", "show", str(group.pk), "--json").json
    assert shown["lock"] == "exclusive"
    assert [(lock["process_id"], lock["label"]) for lock in shown["locks"]] == [(process.pk, "people.csv")]
    assert "people.csv" in tidings("group", "show", str(group.pk)).out


def test_it_tells_by_whom_a_group_is_used_and_what_is_allowed_meanwhile(
    tidings, make_group, make_user
) -> None:
    group = make_group()
    begin(Process.Kind.IMPORT, [group.pk], label="people.csv", by=make_user("Anna"))
    told = tidings("group", "lock", str(group.pk)).out
    assert all(part in told for part in ("exclusive", "people.csv", "Anna", "Nothing else can start"))
    shape = tidings("group", "lock", str(group.pk), "--json").json
    assert (shape["group"], shape["locked"], shape["mode"]) == (group.pk, True, "exclusive")
    assert shape["meanwhile"]["settings_can_be_edited"] is False


def test_it_tells_who_waits_for_a_group(tidings, make_group) -> None:
    group = make_group()
    wait_in_line("mine", Process.Kind.SENDOUT, [group.pk], label="Sendout 7", by=None)
    assert ": Sendout 7\n" in tidings("group", "lock", str(group.pk)).out
    assert tidings("group", "lock", str(group.pk), "--json").json["waiting"][0]["label"] == "Sendout 7"


def test_a_list_is_narrowed_to_an_owner_and_to_supergroups(tidings, make_group, make_user) -> None:
    olga = make_user("Olga")
    mine = make_group("Mine")
    mine.owner = olga
    mine.save(update_fields=["owner"])
    make_group("All", is_supergroup=True)
    names = [one["name"] for one in tidings("group", "list", "--owner", olga.email, "--json").json]
    assert names == ["Mine"]
    assert [one["name"] for one in tidings("group", "list", "--supergroups", "--json").json] == ["All"]
    assert [one["name"] for one in tidings("group", "list", "--no-supergroups", "--json").json] == ["Mine"]
    assert tidings("group", "list", "--owner", "nobody@example.org").code == 4


def test_it_names_in_a_list_who_uses_each_group(tidings, make_group, make_user) -> None:
    begin(Process.Kind.IMPORT, [make_group().pk], label="people.csv", by=make_user("Anna"))
    make_group()
    assert tidings("group", "list").out.count("exclusive: people.csv by Anna") == 1


def test_it_tells_that_a_group_is_free(tidings, make_group) -> None:
    group = make_group()
    assert "The group is free." in tidings("group", "lock", str(group.pk)).out
    assert tidings("group", "lock", group.address, "--json").json["locks"] == []


def test_it_cuts_and_interprets_nothing_in_a_table(tidings, make_group) -> None:
    name = "[red]" + "long name " * 14
    make_group(name.strip())
    assert name.strip() in tidings("group", "list").out


def test_it_changes_settings_and_category_at_once(tidings, make_group) -> None:
    number = str(make_group().pk)
    words = ("--set", "subscription.pending_days=7", "--set", "sender.headers=X-A: 1\nX-B: 2")
    changed = tidings("group", "update", number, "--category", "Retail", *words, "--json").json
    assert changed["category"] == "Retail"
    assert changed["settings"]["subscription"]["pending_days"] == 7
    assert changed["settings"]["sender"]["headers"] == ["X-A: 1", "X-B: 2"]
    assert "subscription.pending_days" in tidings("group", "show", number).out


def test_it_changes_no_setting_if_one_can_not_be(tidings, make_group) -> None:
    number = str(make_group().pk)
    words = ("--set", "sender.name=Books", "--set", "sender.colour=red", "--json")
    result = tidings("group", "update", number, *words)
    assert (result.code, result.error["error"]) == (3, "bad_settings")
    assert "colour: There is no such setting." in result.error["message"]
    assert tidings("group", "show", number, "--json").json["settings"]["sender"]["name"] == ""


def test_it_takes_a_setting_only_with_tab_and_value(tidings, make_group) -> None:
    number = str(make_group().pk)
    for word in ("pending_days=7", "subscription.pending_days"):
        assert tidings("group", "update", number, "--set", word).code == 2


def test_it_copies_archives_and_activates_a_group(tidings, make_group) -> None:
    number = str(make_group().pk)
    made = tidings("group", "copy", number, "Second", "--address", "second@example.org", "--json").json
    assert made["name"] == "Second"
    assert tidings("group", "archive", number, "--json").json["archived_at"]
    assert tidings("group", "activate", number, "--json").json["archived_at"] is None
    assert "is archived" in tidings("group", "archive", number).out


def test_it_deletes_a_group(program, make_group, make_members) -> None:
    group = make_group()
    make_members(group, 3)
    deleted = program("group", "delete", str(group.pk), "--yes", "--json")
    assert (deleted.code, deleted.json["state"]) == (0, "finished")
    assert program("group", "show", str(group.pk)).code == 4


def test_it_deletes_no_group_whose_name_is_not_typed(program, make_group) -> None:
    number = str(make_group().pk)
    assert program("group", "delete", number, stdin="Something\n").code == 3
    assert program("group", "show", number).code == 0


def test_several_groups_are_archived_and_one_that_is_refused_stops_no_other(tidings, make_group) -> None:
    locked, free = make_group("Locked"), make_group("Free")
    begin(Process.Kind.EXPORT, [locked.pk], label="Export", by=None)
    result = tidings("group", "bulk", "archive", str(locked.pk), str(free.pk), "--json")
    assert result.code == 3
    assert [(one["group"], one["result"]) for one in result.json] == [
        (free.pk, "done"),
        (locked.pk, "refused"),
    ]


def test_it_lists_groups_in_the_order_that_is_asked_for(tidings, make_group, make_members) -> None:
    make_group("A")
    make_members(make_group("B"), 1)
    orders = {"name": "AB", "members": "BA", "oldest": "AB", "newest": "BA"}
    for sort, expected in orders.items():
        listed = tidings("group", "list", "--sort", sort, "--json").json
        assert "".join(group["name"] for group in listed) == expected
