"""What is wrong with a file is told: as a whole before anything changes, or row by row."""

# ruff: noqa: PLR0917 - pytest passes fixtures by their names

import csv
import io
import zipfile

import pytest

from tidings.attributes.models import Attribute
from tidings.contacts.models import Contact
from tidings.imports import actions
from tidings.imports.errors import Unimportable
from tidings.imports.models import Import
from tidings.imports.queries import reject_counts, rejects_csv, summary
from tidings.imports.rules.errors import EmptyHeader, NotText, UnreadableText
from tidings.imports.rules.formats import Format
from tidings.kernel.files.models import StoredFile
from tidings.locks.models import GroupLock, Process


def zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


GERMAN = "email;first_name\nanna@example.com;Jörg Müßiggänger\n"


@pytest.fixture
def group(make_group):
    return make_group()


def assert_nothing_happened() -> None:
    """Neither a draft nor its file, neither a process nor a lock, nobody and no attribute."""
    for model in (Import, StoredFile, Process, GroupLock, Contact, Attribute):
        assert not model.objects.exists(), model


@pytest.mark.parametrize(
    ("content", "error", "says"),
    [
        (b"", EmptyHeader, "no header"),
        (b"\n\n\n", EmptyHeader, "no header"),
        (b",,\nanna@example.com,,\n", EmptyHeader, "no header"),
        (zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b""}), NotText, "CSV"),
        (b"%PDF-1.7 a letter", NotText, "CSV"),
        (b"first_name,city\nAnna,Berlin\n", Unimportable, "which one holds the"),
        (b"email,Shoe size\nanna@example.com,39\n", Unimportable, '"Shoe size"'),
        (b"email,email\na@example.com,b@example.com\n", Unimportable, "email"),
        (b"email\x00,x\nanna@example.com,1\n", Unimportable, "column 1"),
        (",".join(f"c{n}" for n in range(2_000)).encode(), Unimportable, "2,000 columns; at most 1,000"),
    ],
    ids=[
        "empty",
        "blank",
        "no names",
        "xlsx",
        "pdf",
        "no key",
        "unknown column",
        "twice",
        "NUL",
        "2,000 columns",
    ],
)
def test_a_bad_header_stops_the_run_before_anything_changes(group, start, content, error, says):
    with pytest.raises(error, match=says):
        start(group, content)
    assert_nothing_happened()


def test_a_wrong_character_set_stops_the_run_before_anything_changes(group, committed):
    draft = actions.upload(group, io.BytesIO(GERMAN.encode("cp1252") * 50), filename="people.csv", by=None)
    with pytest.raises(UnreadableText, match="not written in utf-8"):
        actions.begin(draft, by=None, layout=Format(encoding="utf-8", separator=";"))
    assert not Process.objects.exists()
    assert not Contact.objects.exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_usual_character_sets_are_recognised(group, import_file, encoding):
    import_file(group, GERMAN.encode(encoding))
    assert Contact.objects.get().attributes["first_name"] == "Jörg Müßiggänger"


def test_a_file_with_a_header_alone_is_an_empty_import(group, import_file, outcomes):
    run = import_file(group, "email,first_name\n")
    assert (run.state, run.rows, outcomes(run)) == ("finished", 0, {})


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("anna,Anna", "bad_address"),
        (",Anna", "no_address"),
        ('"a@example.com, b@example.com",Two', "several_addresses"),
        ('"a@example.com b@example.com",Two', "several_addresses"),
        ('"a@example.com;b@example.com",Two', "several_addresses"),
        ('"Anna <anna@example.com>",Anna', "name_with_address"),
        ("anna@example.com,An\x00na", "control_character"),
        (f"anna@example.com,{'n' * 2001}", "too_long"),
        (f"anna@example.com,{'n' * 1024 * 1024}", "too_long"),
        ("anna@example.com,Anna,more", "too_many_cells"),
        ('anna@example.com,"never closed', "bad_quotes"),
        (f"{'a' * 250}@example.com,Anna", "too_long"),
    ],
)
def test_a_bad_row_is_left_out_and_the_others_are_taken(group, import_file, outcomes, reasons, cells, reason):
    run = import_file(group, f"email,first_name\nbefore@example.com,B\n{cells}\nafter@example.com,A\n")
    assert run.state == "finished"
    assert (3, reason) in reasons(run)
    assert outcomes(run) == {"created": 2, "rejected": 1}


def test_spaces_around_an_address_do_not_matter(group, import_file, outcomes):
    assert outcomes(import_file(group, "email\n  anna@example.com \n")) == {"created": 1}
    assert Contact.objects.get().email == "anna@example.com"


def test_what_cannot_be_read_in_one_row_rejects_that_row(group, import_file, outcomes, reasons):
    rows = [f"p{n}@example.com,Jörg".encode() for n in range(50)]
    rows[20] = b"p20@example.com,J\xf6rg"
    run = import_file(group, b"email,first_name\n" + b"\n".join(rows) + b"\n")
    assert outcomes(run) == {"created": 49, "rejected": 1}
    assert reasons(run) == [(22, "bad_encoding")]


def test_many_rejected_rows_between_good_ones_are_all_told(group, import_file, outcomes):
    """More than are kept in memory, in a file of several parts."""
    lines = (f"nobody {n},\n" if n % 5 == 0 else f"p{n}@example.com,{'x' * 50}\n" for n in range(30_000))
    run = import_file(group, f"email,first_name\n{''.join(lines)}", dry_run=True)
    assert outcomes(run) == {"created": 24_000, "rejected": 6_000}
    assert list(run.rejects.order_by("line").values_list("line", flat=True)) == list(range(2, 30_002, 5))


def test_a_file_that_stops_being_readable_halfway_fails_and_changes_nothing(group, import_file):
    good = "".join(f"p{n}@example.com,P\n" for n in range(20_000))
    run = import_file(group, f"email,first_name\n{good}{'x' * 5_000_000}")
    assert run.state == "failed"
    assert "Line 20002" in run.error.replace(",", "")
    assert not Contact.objects.exists()


def test_a_formula_is_kept_as_it_is_in_a_profile(group, import_file):
    import_file(group, 'email,first_name\nanna@example.com,"=HYPERLINK(""http://x"")"\n')
    assert Contact.objects.get().attributes["first_name"] == '=HYPERLINK("http://x")'


def test_the_report_lists_rejected_rows_with_line_reason_value_and_advice(group, import_file):
    run = import_file(group, "email,first_name\nanna,Anna\nok@example.com,Ok\nberta@,Berta\n")
    header, *rows = csv.reader("".join(rejects_csv(run)).splitlines())
    assert header == ["line", "reason", "column", "value", "what to do"]
    assert [row[:4] for row in rows] == [
        ["2", "bad_address", "email", "anna"],
        ["4", "bad_address", "email", "berta@"],
    ]
    assert all("anna@example.com" in row[4] for row in rows)


def test_no_spreadsheet_runs_a_cell_of_the_report(group, import_file):
    run = import_file(group, "email\n=cmd|' /C calc'!A0\n+1+1\n@SUM(1)\n-1\n")
    rows = list(csv.reader("".join(rejects_csv(run)).splitlines()))[1:]
    assert [row[3][:2] for row in rows] == ["'=", "'+", "'@", "-1"]  # a number stays what it is


def test_rejected_rows_are_counted_by_reason(group, import_file):
    run = import_file(group, "email,first_name\nanna,x\nberta,x\n,x\n")
    assert [(count.reason, count.rows) for count in reject_counts(run)] == [
        ("bad_address", 2),
        ("no_address", 1),
    ]


def test_the_summary_tells_everything(group, import_file):
    told = summary(import_file(group, "email\nanna@example.com\nnobody\n"))
    assert told | {"state": "finished", "rows": 2, "created": 1, "rejected": 1, "group": group.pk} == told
    assert told["progress"]["done"] <= told["progress"]["total"]
    assert told["ended_at"] >= told["started_at"] >= told["created_at"]
