"""Messages on the command line."""

import pytest

from tests.pictures import picture


@pytest.fixture
def written(tidings, tmp_path):
    (tmp_path / "may.md").write_text("# Hi {{ contact.first_name }}")
    source = str(tmp_path / "may.md")
    return tidings("message", "create", "May", "--subject", "Hello", "--markdown", source, "--json").json


def test_it_creates_a_message_from_a_file(written) -> None:
    assert (written["name"], written["number"], written["format"]) == ("May", 1, "markdown")
    assert written["text"] == "Hi {{ contact.first_name }}\n"


def test_it_begins_with_a_template(tidings) -> None:
    made = tidings("message", "create", "June", "--template", "newsletter", "--language", "en", "--json").json
    assert (made["format"], made["language"]) == ("mjml", "en")
    assert "group.name" in made["subject"]


def test_it_keeps_what_attached_pictures_show(tidings, tmp_path) -> None:
    (tmp_path / "terms.pdf").write_bytes(b"%PDF")
    (tmp_path / "shop.png").write_bytes(picture(1_500, 30))
    files = [word for name in ("shop.png", "terms.pdf") for word in ("--attach", str(tmp_path / name))]
    write = ("message", "create", "x", "--subject", "x", "--template", "newsletter", *files)
    assert tidings(*write, "--alt", "Our shop").code == 0
    kept = {one["name"]: (one["alt"], one["width"]) for one in tidings("file", "list", "--json").json}
    assert kept == {"shop.png": ("Our shop", 1_500), "terms.pdf": ("", 0)}
    result = tidings(*write, "--alt", "a", "--alt", "b", "--alt", "c")
    assert (result.code, "belongs to an --attach" in result.err) == (2, True)


def test_it_makes_pictures_smaller(tidings, tmp_path) -> None:
    (tmp_path / "shop.png").write_bytes(picture(1_500, 30))
    path = str(tmp_path / "shop.png")
    wide = tidings("file", "upload", path)
    assert "`tidings file shrink" in wide.err
    assert tidings("file", "upload", path, "--width", "900", "--json").json["width"] == 900
    first = tidings("file", "list", "--json").json[-1]["id"]
    assert tidings("file", "shrink", str(first), "--json").json["name"] == "shop-1200.png"


def test_it_takes_one_format_only(tidings, tmp_path) -> None:
    (tmp_path / "x").write_text("x")
    file = str(tmp_path / "x")
    result = tidings("message", "create", "x", "--subject", "x", "--html", file, "--mjml", file)
    assert (result.code, "one format" in result.err) == (2, True)


def test_it_writes_versions_and_tells_them_apart(tidings, written, tmp_path) -> None:
    number = str(written["id"])
    (tmp_path / "two.txt").write_text("Bye")
    tidings("message", "write", number, "--subject", "Goodbye", "--text", str(tmp_path / "two.txt"))
    assert [v["number"] for v in tidings("message", "versions", number, "--json").json] == [2, 1]
    changed = tidings("message", "diff", number, "1", "2", "--json").json
    assert [piece["text"] for piece in changed[0]["pieces"]] == ["Hello", "Goodbye"]
    assert "[-Hello-]{+Goodbye+}" in tidings("message", "diff", number, "1", "2").out


def test_it_shows_one_part_alone(tidings, written) -> None:
    assert tidings("message", "show", str(written["id"]), "--part", "source").out == written["source"]


def test_it_lists_copies_archives_and_deletes(tidings, written) -> None:
    number = str(written["id"])
    tidings("message", "copy", number, "Ours", "--is-template")
    assert [m["name"] for m in tidings("message", "list", "--templates", "--json").json] == ["Ours"]
    tidings("message", "archive", number)
    assert [m["name"] for m in tidings("message", "list", "--archived", "--json").json] == ["May"]
    tidings("message", "activate", number)
    assert tidings("message", "edit", number, "--purpose", "service", "--json").json["purpose"] == "service"
    assert tidings("message", "delete", number, "--yes", "--json").json == {"id": int(number), "name": "May"}
    assert tidings("message", "show", number).code == 4


def test_it_lists_the_templates_that_come_with_it(tidings) -> None:
    assert "newsletter" in tidings("message", "templates").out


def test_a_written_message_is_sent(tidings, written, make_group, make_contact) -> None:
    group = make_group()
    refused = tidings("send", str(group.pk), "--message", str(written["id"]), "--subject", "x")
    assert (refused.code, "leave --subject" in refused.err) == (2, True)
    assert (
        tidings("send", "--yes", str(group.pk), "--message", str(written["id"]), "--json").error["error"]
        == "nothing_to_send"
    )


@pytest.fixture
def draft(tidings, written):
    """Runs a command of the draft of the message."""

    def draft(verb, *words, **options):
        return tidings("message", "draft", verb, str(written["id"]), *words, "--json", **options)

    return draft


def test_a_draft_keeps_what_is_not_given_and_becomes_a_version(draft, tmp_path) -> None:
    (tmp_path / "june.md").write_text("# June")
    assert draft("show").json["revision"] == 0
    draft("save", "--markdown", str(tmp_path / "june.md"))
    kept = draft("save", "--subject", "June").json
    assert (kept["revision"], kept["subject"], kept["source"]) == (2, "June", "# June")
    assert draft("finish").json["version"] == 2
    restored = draft("restore", "1").json
    assert restored["subject"] == "Hello"
    assert draft("discard", "--yes").json["subject"] == "June"


def test_a_draft_is_not_written_over_a_later_one(draft) -> None:
    draft("save", "--subject", "Mine")
    assert draft("save", "--subject", "Late", "--revision", "0").error["error"] == "draft_changed"
    assert draft("show").json["subject"] == "Mine"
