"""Imports on the command line: modes, and the question of a replacement."""

import pytest

from tests.workers import NAME
from tidings.imports.models import Import
from tidings.imports.queries import find
from tidings.locks import work


@pytest.fixture
def people(tmp_path) -> str:
    file = tmp_path / "people.csv"
    file.write_text("email\nanna@example.com\n")
    return str(file)


@pytest.mark.parametrize("mode", Import.Mode.values)
def test_it_takes_each_mode(tidings, make_group, people, mode) -> None:
    started = tidings("import", str(make_group().pk), people, "--mode", mode, "--no-wait", "--json")
    assert (started.code, started.json["mode"]) == (0, mode)


def test_it_takes_how_people_join(tidings, make_group, people) -> None:
    group = str(make_group().pk)
    started = tidings("import", group, people, "--joining", "double_opt_in", "--no-wait", "--json")
    assert (started.code, started.json["joining"]) == (0, "double_opt_in")


def test_it_takes_the_country_of_mobile_numbers(tidings, make_group, tmp_path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("mobile\n0171 3920001\n")
    group = str(make_group().pk)
    assert tidings("import", group, str(file), "--country", "DE", "--no-wait", "--json").code == 0
    refused = tidings("import", group, str(file), "--country", "XX", "--no-wait", "--json")
    assert (refused.code, "no country “XX”" in refused.err) == (3, True)


def test_a_question_is_told_and_can_be_confirmed(tidings, make_group, make_members, people) -> None:
    group = make_group()
    make_members(group, 5)
    started = tidings("import", str(group.pk), people, "--mode", "replace", "--no-wait", "--json")
    number = str(started.json["id"])
    assert work.run(find(int(number)).holding, NAME)
    asked = tidings("imports", "show", number, "--follow", "--json")
    assert (asked.code, asked.json["state"]) == (3, "awaiting_confirmation")
    assert f"tidings imports confirm {number}" in asked.err
    assert tidings("imports", "confirm", number, "--json").json["state"] == "queued"


def test_what_does_not_ask_can_not_be_confirmed(tidings, make_group, people) -> None:
    number = tidings("import", str(make_group().pk), people, "--no-wait", "--json").json["id"]
    assert tidings("imports", "confirm", str(number)).code == 3


def test_it_takes_how_the_file_is_written(tidings, make_group, tmp_path) -> None:
    file = tmp_path / "people.txt"
    file.write_bytes("'Anna;Adler'|anna@example.com|Köln\n".encode("cp1252"))
    said = ("--separator", "bar", "--quote", "'", "--charset", "cp1252", "--no-header")
    mapped = ("--map", "Column 1=ignore", "--map", "Column 2=email", "--map", "Column 3=city")
    started = tidings("import", str(make_group().pk), str(file), *said, *mapped, "--no-wait", "--json")
    run = Import.objects.get(pk=started.json["id"])
    assert (run.format["separator"], run.format["has_header"], run.format["encoding"]) == (
        "|",
        False,
        "cp1252",
    )


def test_it_takes_xml_by_name(tidings, make_group, tmp_path) -> None:
    file = tmp_path / "people.xml"
    file.write_text("<members><member><email>a@example.com</email></member></members>")
    started = tidings("import", str(make_group().pk), str(file), "--format", "xml", "--no-wait", "--json")
    assert Import.objects.get(pk=started.json["id"]).format["kind"] == "xml"


def test_a_file_that_is_not_what_was_said_is_refused(tidings, make_group, people) -> None:
    refused = tidings("import", str(make_group().pk), people, "--format", "xml", "--json")
    assert (refused.code, "broken_xml" in refused.err) == (3, True)


def test_it_saves_uses_lists_and_forgets_a_mapping(tidings, make_group, tmp_path) -> None:
    group, file = str(make_group().pk), tmp_path / "people.csv"
    file.write_text("Kontakt\na@example.com\n")
    words = ("import", group, str(file), "--dry-run", "--no-wait")
    assert tidings(*words, "--map", "Kontakt=email", "--save-mapping", "CRM").code == 0
    assert tidings(*words, "--mapping", "crm").code == 0
    assert tidings("imports", "mappings", "--json").json[0]["columns"] == {"Kontakt": "email"}
    assert tidings("imports", "forget-mapping", "CRM").code == 0
    assert tidings(*words, "--mapping", "crm").code == 4


def test_the_commands_about_imports_are_also_found_under_import(tidings, make_group, tmp_path) -> None:
    file, saved = tmp_path / "people.csv", tmp_path / "rejects.csv"
    file.write_text("email\nanna@example.com\nbroken\n")
    number = tidings("import", str(make_group().pk), str(file), "--no-wait", "--json").json["id"]
    work.run(find(number).holding, NAME)
    assert tidings("import", "rejects", str(number), "--out", str(saved)).code == 0
    assert "broken" in saved.read_text()
