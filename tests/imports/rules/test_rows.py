import csv
import io
import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.attributes.rules import BUILT_IN, Attribute, DateOrder, Kind
from tidings.imports.rules import errors
from tidings.imports.rules.formats import Format
from tidings.imports.rules.mapping import Column, Key, Mapping
from tidings.imports.rules.reasons import Reason, Reject
from tidings.imports.rules.recognise import recognise
from tidings.imports.rules.rows import Row, read_head, read_rows

HEADER = "email,first_name,city"
# What text a file may carry: no characters that no stored text may hold.
TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\ufffe\uffff")
    | st.sampled_from("\t\n\r\"',;|"),
    max_size=40,
)


def read(
    text: str | bytes, mapping: Mapping | None = None, layout: Format | None = None
) -> tuple[list[Row], list[Reject]]:
    layout = layout or Format()
    data = text if isinstance(text, bytes) else text.encode(layout.encoding)
    mapping = mapping or recognise(read_head(io.BytesIO(data), layout).names)
    batches = list(read_rows(io.BytesIO(data), layout, mapping))
    assert batches[-1].bytes_read == len(data)
    return [row for batch in batches for row in batch.rows], [
        reject for batch in batches for reject in batch.rejects
    ]


def reasons(rejects: list[Reject]) -> list[tuple[int, Reason]]:
    return [(reject.line, reject.reason) for reject in rejects]


def test_a_row_carries_its_line_its_identities_and_its_attributes():
    header = "email,mobile,customer id,language,first_name,city,date of birth\n"
    rows, rejects = read(header + "Anna@Example.com,+49 171 3920042,K-7,DE, Anna ,Köln,31.12.1990\n")
    attributes = '{"first_name":"Anna","city":"Köln","date_of_birth":"1990-12-31"}'
    assert rows == [(2, "anna@example.com", "+491713920042", "K-7", "de", attributes, None)]
    assert rejects == []


def test_an_empty_cell_leaves_the_value():
    rows, _ = read(f"{HEADER}\na@example.com,, \n")
    assert rows == [(2, "a@example.com", None, None, None, "{}", None)]


def test_blank_lines_are_no_rows():
    rows, rejects = read(f"{HEADER}\n\n,,\n  \na@example.com\n\n")
    assert [row[0] for row in rows] == [5]
    assert rejects == []


def test_a_formula_is_kept_as_it_is():
    rows, _ = read(f"{HEADER}\na@example.com,=CMD(),+1\n")
    assert json.loads(rows[0][5]) == {"first_name": "=CMD()", "city": "+1"}


@pytest.mark.parametrize(
    ("cells", "reason", "column"),
    [
        (",Anna,Köln", Reason.NO_ADDRESS, "email"),
        ("anna@,Anna,Köln", Reason.BAD_ADDRESS, "email"),
        ('"a@x.de, b@x.de",Anna,Köln', Reason.SEVERAL_ADDRESSES, "email"),
        ("Anna <a@x.de>,Anna,Köln", Reason.NAME_WITH_ADDRESS, "email"),
        ("a@x.de,Anna,Köln,more", Reason.TOO_MANY_CELLS, ""),
        (f"a@x.de,Anna,{'x' * 2_001}", Reason.TOO_LONG, "city"),
        ("a@x.de,An\0na,Köln", Reason.CONTROL_CHARACTER, "first_name"),
        ('a@x.de,"Anna"s,Köln', Reason.BAD_QUOTES, ""),
        ('a@x.de,"Anna,Köln', Reason.BAD_QUOTES, ""),
    ],
)
def test_a_bad_row_is_left_out_with_line_reason_and_column(cells, reason, column):
    rows, rejects = read(f"{HEADER}\nfirst@x.de,A,B\n{cells}\nlast@x.de,A,B\n")
    assert [(reject.line, reject.reason, reject.column) for reject in rejects] == [(3, reason, column)]
    assert [row[1] for row in rows] == ["first@x.de", "last@x.de"]


@pytest.mark.parametrize(
    ("kind", "cell", "reason"),
    [
        (Kind.NUMBER, "many", Reason.BAD_NUMBER),
        (Kind.BOOLEAN, "perhaps", Reason.BAD_BOOLEAN),
        (Kind.DATE, "31.02.1985", Reason.BAD_DATE),
        (Kind.DATE, "03/04/1985", Reason.AMBIGUOUS_DATE),
        (Kind.DATE_TIME, "soon", Reason.BAD_DATE_TIME),
        (Kind.CHOICE, "Tin", Reason.BAD_CHOICE),
    ],
)
def test_a_value_that_does_not_fit_its_type_leaves_the_row_out(kind, cell, reason):
    columns = (Column("email", BUILT_IN["email"]), Column("X", Attribute("X", "X", kind, ("Gold",))))
    _, rejects = read(f"email,X\na@x.de,{cell}\n", Mapping(columns))
    assert rejects == [Reject(2, reason, "X", cell)]


def test_typed_values_are_stored_as_json_knows_them():
    kinds = {"n": Kind.NUMBER, "b": Kind.BOOLEAN, "c": Kind.CHOICE, "d": Kind.DATE}
    free = [Column(name, Attribute(name, name, kind, ("Größe M",))) for name, kind in kinds.items()]
    mapping = Mapping((Column("email", BUILT_IN["email"]), *free), date_order=DateOrder.MONTH_FIRST)
    rows, _ = read('email,n,b,c,d\na@x.de,"1,5",yes,GRÖSSE M,03/04/1990\n', mapping)
    assert json.loads(rows[0][5]) == {"n": 1.5, "b": True, "c": "Größe M", "d": "1990-03-04"}


@pytest.mark.parametrize("cell", ["0.0.00", "00.00.0000", "0/0/00", "0000-00-00"])
def test_what_outlook_and_databases_write_for_no_date_is_empty(cell):
    rows, rejects = read(f"email,birthday\na@x.de,{cell}\n")
    assert (rows[0][5], rejects) == ("{}", [])


def test_a_bad_number_or_language_leaves_the_row_out():
    _, rejects = read("email,mobile,language\na@x.de,call me,de\nb@x.de,,by hand\n")
    assert reasons(rejects) == [(2, Reason.BAD_MOBILE), (3, Reason.BAD_LANGUAGE)]


def test_numbers_without_country_code_are_read_in_the_given_country():
    mapping = recognise(["email", "mobile"], default_country="DE")
    rows, _ = read("email,mobile\na@x.de,0171 3920042\n", mapping)
    assert rows[0][2] == "+491713920042"


def test_with_another_key_the_address_may_be_missing_but_not_the_key():
    mapping = recognise(["email", "customer id"], key=Key.EXTERNAL_ID)
    rows, rejects = read("email,customer id\n,K-1\na@x.de,\n", mapping)
    assert rows == [(2, None, None, "K-1", None, "{}", None)]
    assert reasons(rejects) == [(3, Reason.NO_EXTERNAL_ID)]


def test_short_rows_are_filled_up_with_empty_cells():
    rows, rejects = read(f"{HEADER}\na@x.de\nb@x.de,Bo\n")
    assert [row[1] for row in rows] == ["a@x.de", "b@x.de"]
    assert rejects == []


def test_empty_cells_beyond_the_header_do_no_harm():
    rows, _ = read("email,city,,\na@x.de,Köln,,\n")
    assert rows[0][5] == '{"city":"Köln"}'


def test_a_file_that_ends_within_a_row_leaves_that_row_out():
    rows, rejects = read(f"{HEADER}\na@x.de,A,B\nb@exam")
    assert [row[1] for row in rows] == ["a@x.de"]
    assert reasons(rejects) == [(3, Reason.TOO_FEW_CELLS)]


def test_a_last_row_without_line_end_is_a_row():
    rows, _ = read(f"{HEADER}\na@x.de,A,B")
    assert [row[1] for row in rows] == ["a@x.de"]


def test_lines_are_counted_as_an_editor_counts_them():
    rows, rejects = read(f'{HEADER}\na@x.de,"two\nlines",B\nb@x.de,"three\r\n\r\nlines",B\nbad,,\nc@x.de,,\n')
    assert [row[0] for row in rows] == [2, 4, 8]
    assert reasons(rejects) == [(7, Reason.BAD_ADDRESS)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_it_reads_every_kind_of_line_end(end):
    rows, _ = read(end.join([HEADER, "a@x.de,A,B", "b@x.de,A,B", ""]))
    assert [row[:2] for row in rows] == [(2, "a@x.de"), (3, "b@x.de")]


def test_separators_of_unicode_and_form_feeds_are_no_line_ends():
    rows, rejects = read(f"{HEADER}\na@x.de,A\u2028B\x85C,D\n")
    assert json.loads(rows[0][5])["first_name"] == "A\u2028B\x85C"
    assert rejects == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252", "cp1250", "utf-8"])
def test_it_reads_umlauts_in_every_character_set(encoding):
    rows, _ = read("E-Mail;Ort\na@x.de;Düsseldorf\n", layout=Format(encoding, ";"))
    assert rows[0][5] == '{"city":"Düsseldorf"}'


@pytest.mark.parametrize(
    ("encoding", "bad"), [("utf-8", b"K\xf6ln"), ("cp1252", b"K\x81ln"), ("utf-16-le", b"K\0\x00\xdcl\0")]
)
def test_bytes_that_cannot_be_read_leave_out_their_row_only(encoding, bad):
    before = "email,city\na@x.de,A\nb@x.de,".encode(encoding)
    rows, rejects = read(before + bad + "\nc@x.de,C\n".encode(encoding), layout=Format(encoding))
    assert [row[1] for row in rows] == ["a@x.de", "c@x.de"]
    assert [(reject.line, reject.reason, reject.column) for reject in rejects] == [
        (3, Reason.BAD_ENCODING, "city")
    ]
    assert "\ufffd" in rejects[0].value


def test_a_byte_order_mark_is_never_part_of_a_name():
    rows, _ = read(f"\ufeff{HEADER}\na@x.de,A,B\n", layout=Format("utf-8"))
    assert rows[0][1] == "a@x.de"


def test_broken_rows_in_a_row_cost_only_themselves():
    text = f'{HEADER}\n"a"x,,\n"b"x,,\na@x.de,"c,\nb@x.de,A,B\n"d"x,,\nc@x.de,"E\nF",G\n'
    rows, rejects = read(text)
    assert [row[:2] for row in rows] == [(5, "b@x.de"), (7, "c@x.de")]
    assert reasons(rejects) == [(line, Reason.BAD_QUOTES) for line in (2, 3, 4, 6)]


def test_what_stands_in_ignored_columns_does_not_matter():
    mapping = recognise(["email", "note"], choices={"note": "ignore"})
    rows, rejects = read(b"email,note\na@x.de,\0\xff" + b"x" * 500_000 + b"\n", mapping)
    assert (len(rows), rejects) == (1, [])


def test_a_quote_that_is_never_closed_costs_one_row_only():
    people = "".join(f"p{n}@x.de,A,B\n" for n in range(80_000))
    rows, rejects = read(f'{HEADER}\na@x.de,"open,B\n{people}')
    assert reasons(rejects) == [(2, Reason.BAD_QUOTES)]
    assert [row[0] for row in rows] == list(range(3, 80_003))


def test_a_file_of_nothing_but_open_quotes_is_given_up():
    with pytest.raises(errors.QuotesEverywhereBroken, match="quotation mark"):
        read(f"{HEADER}\n" + 'x","\n' * 200_000)


def test_a_cell_of_more_than_a_million_characters_leaves_out_its_row():
    rows, rejects = read(f"{HEADER}\na@x.de,{'x' * 1_100_000},B\nb@x.de,A,B\n")
    assert reasons(rejects) == [(2, Reason.TOO_LONG)]
    assert [row[1] for row in rows] == ["b@x.de"]


def test_a_line_without_end_stops_the_run():
    with pytest.raises(errors.RecordTooLong, match="Line 2"):
        read(f"{HEADER}\n" + "x" * 5_000_000)


def test_a_record_may_go_on_in_the_next_piece():
    filler = "".join(f"p{n:06}@x.de,A,B\n" for n in range(14_500))  # 262,000 bytes: nearly a piece
    cell = "line\n" * 390
    text = f'{HEADER}\n{filler}a@x.de,"{cell}",B\nb@x.de,A,B\n'
    rows, rejects = read(text)
    assert [row[:2] for row in rows[-2:]] == [(14_502, "a@x.de"), (14_893, "b@x.de")]
    assert rejects == []


def test_memory_does_not_grow_with_the_file():
    class Endless(io.RawIOBase):
        left = 3_000_000

        def read(self, size: int = -1) -> bytes:
            self.left -= size
            return b"email\n" + b"somebody@example.com\n" * (size // 21) if self.left > 0 else b""

    mapping = recognise(["email"])
    tracemalloc.start()
    read_count = sum(len(batch.rows) for batch in read_rows(Endless(), Format(), mapping))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert read_count > 100_000
    assert peak < 15_000_000  # and 35 million if it did


def test_memory_does_not_grow_with_what_stands_in_a_column_of_dates():
    lines = (b"a@x.de,%d%s\n" % (n, b"x" * 100_000) for n in range(200))
    file = io.BytesIO(b"email,birthday\n" + b"".join(lines))
    mapping = recognise(["email", "birthday"])
    tracemalloc.start()
    reject_count = sum(len(batch.rejects) for batch in read_rows(file, Format(), mapping))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert reject_count == 200
    assert peak < 10_000_000  # and 20 million if it did


def test_a_saved_mapping_refuses_a_file_with_other_columns():
    mapping = recognise(["email", "city"])
    with pytest.raises(errors.HeaderChanged, match='column 2 is called "town", expected was "city"'):
        read("email,town\na@x.de,B\n", mapping)
    with pytest.raises(errors.HeaderChanged, match="column 2 is called missing"):
        read("email\na@x.de\n", mapping)


@pytest.mark.parametrize("text", ["", "\n\n", ",,\n"])
def test_it_refuses_a_file_without_header(text):
    with pytest.raises(errors.EmptyHeader):
        read(text)


def test_it_refuses_a_header_with_broken_quotes():
    with pytest.raises(errors.BrokenHeader, match="quotation mark"):
        read('"email"x,city\na@x.de,B\n')


def test_a_file_without_header_names_its_columns_by_number():
    layout = Format(has_header=False)
    mapping = recognise(["Column 1", "Column 2"], choices={"Column 1": "email", "Column 2": "city"})
    rows, _ = read("a@x.de,Köln\nb@x.de,Bonn\n", mapping, layout)
    assert [row[:2] for row in rows] == [(1, "a@x.de"), (2, "b@x.de")]


def test_lines_before_the_header_are_skipped_but_counted():
    rows, _ = read("sep=;\nemail;city\na@x.de;Köln\n", layout=Format(separator=";", skipped_lines=1))
    assert [row[:2] for row in rows] == [(3, "a@x.de")]


def test_a_preview_shows_names_and_rows_as_they_are_written():
    head = read_head(io.BytesIO(b"email, city ,\na@x.de, x \n\nb@x.de,y\n"), Format(), rows=1)
    assert (head.names, head.rows) == (("email", "city"), (("a@x.de", " x "),))


@given(
    st.lists(st.tuples(TEXTS, TEXTS), max_size=20),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    # With other line ends the writer leaves a lone CR or LF unquoted.
    st.sampled_from([(csv.QUOTE_ALL, "\n"), (csv.QUOTE_ALL, "\r"), (csv.QUOTE_MINIMAL, "\r\n")]),
)
def test_whatever_csv_writes_comes_back(pairs, separator, encoding, style):
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=separator, quoting=style[0], lineterminator=style[1])
    writer.writerow(["email", "first_name", "city"])
    writer.writerows((f"p{n}@x.de", *pair) for n, pair in enumerate(pairs))
    rows, rejects = read(file.getvalue(), layout=Format(encoding, separator))
    assert rejects == []
    assert [row[1] for row in rows] == [f"p{n}@x.de" for n in range(len(pairs))]
    written = [{"first_name": a.strip(), "city": b.strip()} for a, b in pairs]
    assert [json.loads(row[5]) for row in rows] == [{k: v for k, v in each.items() if v} for each in written]


@given(st.binary(max_size=3_000), st.sampled_from(["utf-8", "cp1252", "utf-16"]))
def test_any_bytes_end_as_rows_rejects_or_a_clear_error(data, encoding):
    mapping = recognise(["email", "city"])
    layout = Format(encoding)
    header = "email,city\n".encode(encoding)
    try:
        batches = list(read_rows(io.BytesIO(header + data), layout, mapping))
    except errors.FileError:
        return
    for batch in batches:
        assert all("\0" not in row[5] and json.loads(row[5]) is not None for row in batch.rows)
        assert all(reject.reason.sentence and "\0" not in reject.value for reject in batch.rejects)


MANY_KINDS = Mapping(
    (
        Column("E-mail", BUILT_IN["email"]),
        Column("Mobile", BUILT_IN["mobile"]),
        Column("Id", BUILT_IN["external_id"]),
        Column("Language", BUILT_IN["language"]),
        Column("Points", Attribute("points", "Points", Kind.NUMBER)),
        Column("Left out"),
        Column("City", BUILT_IN["city"]),
        Column("Born", BUILT_IN["date_of_birth"]),
    )
)
CELLS = (
    ("a@x.de", " B@x.de ", "ann", "", "a@x.de b@x.de"),
    ("", "+49 171 3920042", "call me"),
    ("", "K-7", " ", "x" * 256),
    ("", "de", "by hand"),
    ("", "1.5", "many"),
    ("", "\0", "x" * 2_001),
    ("", "Köln", " ", "x" * 2_000, "x" * 2_001, "a\x01b"),
    ("", "1990-12-31", "31.02.1990", "0.0.00"),
)
RECORDS = st.tuples(*map(st.sampled_from, CELLS)).map(list)
LINES = st.builds(
    lambda cells, width, more: ",".join(cells[:width] + more),
    RECORDS,
    st.sampled_from([8, 8, 8, 7, 1, 0]),
    st.sampled_from([[], [], [" "], ["more"]]),
)


@given(st.lists(LINES, max_size=12), st.integers(1, 100))
def test_a_row_ends_the_same_alone_and_among_others(lines, cells_at_once):
    header = ",".join(MANY_KINDS.headers)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tidings.imports.rules.rows.CELLS_AT_ONCE", cells_at_once)
        rows, rejects = read("\n".join([header, *lines, ""]), MANY_KINDS)
    alone = [read("\n".join([header, *[""] * at, line, ""]), MANY_KINDS) for at, line in enumerate(lines)]
    assert rows == [row for each, _ in alone for row in each]
    assert rejects == [reject for _, each in alone for reject in each]


def test_of_several_faults_in_a_row_the_identities_come_first():
    line = f"ann,call me,K,by hand,many,,{'x' * 2_001},soon"
    _, rejects = read(f"{','.join(MANY_KINDS.headers)}\n{line}\n", MANY_KINDS)
    assert [(reject.reason, reject.column) for reject in rejects] == [(Reason.BAD_ADDRESS, "E-mail")]


def test_memory_does_not_grow_with_the_cells_that_short_rows_leave_out():
    columns = (Column("email", BUILT_IN["email"]), *(Column(f"c{n}") for n in range(1_000)))
    header = ",".join(column.header for column in columns)
    file = io.BytesIO(f"{header}\n".encode() + b"a@x.de\n" * 30_000)
    tracemalloc.start()
    read_count = sum(len(batch.rows) for batch in read_rows(file, Format(), Mapping(columns)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert read_count == 30_000
    assert peak < 20_000_000  # and 240 million if it did


@given(
    st.lists(st.sampled_from(["a@x.de,A,B", "bad,,", "", '"', 'x","', 'c@x.de,"D\nE",F', ',"""'])),
    st.booleans(),
)
def test_each_line_with_something_in_it_is_accounted_for(lines, is_ended):
    text = "\n".join([HEADER, "first@x.de,A,B", *lines]) + ("\n" if is_ended else "")
    rows, rejects = read(text)
    starts = [row[0] for row in rows] + [reject.line for reject in rejects]
    assert len(set(starts)) == len(starts)
    assert max(starts) <= text.count("\n") + 1
