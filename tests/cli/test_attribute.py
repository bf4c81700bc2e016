"""The catalogue of attributes on the command line."""

from io import StringIO

from tests.workers import NAME
from tidings.attributes.models import TypeChange
from tidings.locks import work


def test_it_defines_and_lists_attributes(tidings) -> None:
    made = tidings("attribute", "define", "Card", "--type", "choice", "--choice", "gold", "--json").json
    assert (made["name"], made["type"], made["choices"], made["scope"]) == (
        "Card",
        "choice",
        ["gold"],
        "profile",
    )
    assert made in tidings("attribute", "list", "--json").json
    assert "gold" in tidings("attribute", "list").out


def test_it_changes_an_attribute(tidings) -> None:
    tidings("attribute", "define", "card")
    tidings("attribute", "respell", "CARD", "Card")
    change = tidings("attribute", "change-type", "card", "choice", "--choice", "gold", "--no-wait", "--json")
    assert change.json["state"] == "running"
    work.run(TypeChange.objects.get().process_id, NAME)
    tidings("attribute", "add-choice", "card", "silver")
    changed = tidings("attribute", "remove-choice", "card", "gold", "--json").json
    assert (changed["name"], changed["choices"]) == ("Card", ["silver"])


def test_it_cancels_the_change_of_a_type(tidings) -> None:
    tidings("attribute", "define", "Size")
    number = tidings("attribute", "change-type", "size", "number", "--no-wait", "--json").json["id"]
    assert tidings("attribute", "cancel-change", str(number), "--json").json["state"] == "running"
    work.run(TypeChange.objects.get().process_id, NAME)
    assert tidings("attribute", "cancel-change", str(number)).code == 3
    assert tidings("attribute", "archive", "size").code == 0


def test_it_archives_activates_and_deletes(tidings) -> None:
    tidings("attribute", "define", "Card", "--scope", "member")
    archived = tidings("attribute", "archive", "card", "--scope", "member", "--json").json
    assert archived["archived_at"]
    assert tidings("attribute", "activate", "card", "--scope", "member").code == 0
    assert tidings("attribute", "delete", "card", "--scope", "member", "--yes").code == 0
    assert tidings("attribute", "archive", "card", "--scope", "member").code == 4


def test_it_asks_before_it_deletes(tidings, monkeypatch) -> None:
    tidings("attribute", "define", "Card")
    monkeypatch.setattr("sys.stdin", StringIO("n\n"))
    assert tidings("attribute", "delete", "Card").code == 130
    assert tidings("attribute", "archive", "Card").code == 0


def test_it_refuses_a_name_that_is_built_in(tidings) -> None:
    refused = tidings("attribute", "define", "Email", "--json")
    assert (refused.code, refused.error["error"]) == (3, "bad_definition")
