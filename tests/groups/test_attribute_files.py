"""Group attributes in CSV files: which are read, what is told of those that can't be, and that nothing gets lost."""

import csv
import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.groups.attribute_files import BYTES_AT_MOST, FileMode, Layout, Row, read, write
from tidings.groups.errors import BadAttributeFile, BadGroup
from tidings.groups.rules import attribute_key, attribute_name, attribute_value

ENGAGE = '"group.PropertyName","group.PropertyValue"\r\n"price","9.90 EUR"\r\n"Shoe price","59 EUR"\r\n'
TWO = [("price", "9.90 EUR"), ("Shoe price", "59 EUR")]


def pairs(data: bytes, mode: FileMode = FileMode.SET) -> list[tuple[str, str]]:
    return [(row.name, row.value) for row in read(data, mode)]


def trouble(text: str, mode: FileMode = FileMode.SET) -> BadAttributeFile:
    with pytest.raises(BadAttributeFile) as caught:
        read(text.encode(), mode)
    return caught.value


@pytest.mark.parametrize(
    "data",
    [
        ENGAGE.encode(),
        b"name,value\nprice,9.90 EUR\nShoe price,59 EUR\n",
        b"Name;Value\r\nprice;9.90 EUR\r\nShoe price;59 EUR",
        b"name\tvalue\nprice\t9.90 EUR\n\nShoe price\t59 EUR\n",
        b"\n\nname,value\nprice,9.90 EUR\nShoe price,59 EUR\n",
        b"\xef\xbb\xbfname,value\nprice,9.90 EUR\nShoe price,59 EUR\n",
        b"name,value\rprice,9.90 EUR\rShoe price,59 EUR\r",
        "name,value\nprice,9.90 EUR\nShoe price,59 EUR\n".encode("utf-16"),
        b"GROUP.PROPERTYNAME, group.propertyvalue\nprice,9.90 EUR\nShoe price,59 EUR\n",
    ],
)
def test_it_reads_files_as_spreadsheets_and_mapp_engage_write_them(data):
    assert pairs(data) == TWO


def test_a_value_keeps_its_blanks_commas_quotes_and_lines():
    assert pairs(b'name,value\nnote," 1,5 ""x""\nsecond "\n') == [("note", ' 1,5 "x"\nsecond ')]


def test_a_row_knows_the_line_it_begins_in():
    rows = read(b'name,value\n\na,"1\n2"\n\nb,3\n', FileMode.SET)
    assert rows == [Row(3, "a", "1\n2"), Row(6, "b", "3")]


def test_names_alone_are_enough_to_delete():
    assert pairs(b"name\nprice\n", FileMode.DELETE) == [("price", "")]
    assert pairs(b"name,value\nprice,\n", FileMode.DELETE) == [("price", "")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "Its first line has to be"),
        ("price,9.90\n", "it is “price,9.90”"),
        ("name\nprice\n", "Its first line has to be"),
        ("name,value\n", "no attributes, so there is nothing to do"),
        ("name,value\n" + "".join(f"n{i},1\n" for i in range(1_001)), "more than 1,000 attributes"),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_is_refused(text, told):
    assert told in str(trouble(text))


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("a,1,2", "Line 2: It has 3 cells; the header has 2."),
        ("a", "Line 2: It has 1 cells; the header has 2."),
        (",1", "Line 2: The name of a group attribute has 1 to 100 characters"),
        ("a,", "Line 2: A group attribute's value has 1 to 2,000 characters"),
        ("x" * 101 + ",1", "this has 101"),
        ("a," + "x" * 2_001, "this has 2,001"),
        ("a,x\x00", "no NUL"),
        ("address,1", "“address” always names the group's own address"),
        ('a,"1', "Line 2: The quotation marks don't fit"),
        ("A,1\na,2", "Line 3: “a” stands in line 2 as well."),
    ],
)
def test_what_is_wrong_is_told_with_its_line(row, told):
    assert told in str(trouble(f"name,value\n{row}\n"))


def test_all_that_is_wrong_is_told_at_once():
    error = trouble("name,value\n" + ",1\n" * 12)
    assert [fault.line for fault in error.faults] == list(range(2, 14))
    assert str(error).endswith("And 2 more.")


def test_1000_attributes_of_the_greatest_length_fit():
    text = "name,value\n" + "".join(f"{i:05}{'ä' * 95},{'€' * 2_000}\n" for i in range(1_000))
    assert len(pairs(text.encode())) == 1_000


def test_what_is_no_text_and_what_is_too_large_is_refused():
    with pytest.raises(BadAttributeFile, match="byte 12 can't be read"):
        read(b"name,value\n\xe4,1\n", FileMode.SET)
    with pytest.raises(BadAttributeFile, match="over 10 MB"):
        read(b"x" * (BYTES_AT_MOST + 1), FileMode.SET)


def test_no_spreadsheet_runs_a_value_of_our_layout():
    lines = "".join(write([("=cmd()", "+1"), ("a", "-5 %"), ("b", "'=1")], Layout.PLAIN))
    assert list(csv.reader(io.StringIO(lines)))[1:] == [["'=cmd()", "'+1"], ["a", "'-5 %"], ["b", "''=1"]]


def test_mapp_engage_gets_its_own_header_and_values_as_they_are():
    assert "".join(write([("discount", "-5 %")], Layout.ENGAGE)) == (
        '"group.PropertyName","group.PropertyValue"\r\n"discount","-5 %"\r\n'
    )


def fits(rule):
    def check(text: str) -> bool:
        try:
            return rule(text) == text
        except BadGroup:
            return False

    return check


names = st.text(min_size=1, max_size=100).filter(fits(attribute_name))
values = st.text(min_size=1, max_size=200).filter(fits(attribute_value))


@given(
    st.lists(
        st.tuples(names, values), min_size=1, max_size=20, unique_by=lambda pair: attribute_key(pair[0])
    ),
    st.sampled_from(Layout),
)
def test_what_is_written_is_read_again_to_the_letter(attributes, layout):
    assert pairs("".join(write(attributes, layout)).encode()) == attributes


@given(st.binary(max_size=300), st.sampled_from(FileMode))
def test_any_bytes_are_read_or_refused(data, mode):
    with suppress(BadAttributeFile):
        assert read(b"name,value\n" + data, mode)
