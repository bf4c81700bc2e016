"""Files of entries in all their forms."""

import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.blacklists import formats
from tidings.blacklists.formats import UnreadableList, read
from tidings.blacklists.rules import Kind, Pattern, PatternFault


def items(content: str | bytes) -> list[tuple[int, str, str]]:
    data = content if isinstance(content, bytes) else content.encode()
    return [
        (item.line, item.found.text, item.reason)
        for item in read(io.BytesIO(data))
        if not isinstance(item.found, PatternFault)
    ]


def texts(content: str | bytes) -> list[str]:
    return [text for _, text, _ in items(content)]


def rejects(content: str | bytes) -> list[tuple[int, str, PatternFault]]:
    data = content if isinstance(content, bytes) else content.encode()
    return [
        (item.line, item.value, item.found)
        for item in read(io.BytesIO(data))
        if isinstance(item.found, PatternFault)
    ]


@pytest.mark.parametrize(
    "content",
    [
        "a@example.com\nexample.org\n",
        "a@example.com\r\n\r\nexample.org",
        "a@example.com\rexample.org\r",
        "a@example.com,example.org",
        "a@example.com; example.org;",
        "\"a@example.com\"\t'example.org'\n",
        "\ufeffa@example.com\nexample.org",
        "email\na@example.com\nexample.org\n",
        "<blacklist><email>a@example.com</email><domain>example.org</domain></blacklist>",
        "a@example.com\nexample.org\n".encode("utf-16"),
        gzip.compress(b"a@example.com\nexample.org\n", mtime=0),
        gzip.compress(
            b"<blacklist><email>A@example.com</email><domain> example.org </domain></blacklist>", mtime=0
        ),
    ],
)
def test_the_same_entries_are_read_from_every_form(content):
    assert texts(content) == ["a@example.com", "example.org"]


@pytest.mark.parametrize("content", ["", "\n\n", ",,;\n", "\ufeff", "email\n", "<blacklist/>"])
def test_an_empty_file_holds_nothing(content):
    assert texts(content) == []
    assert rejects(content) == []


def test_lines_are_counted_as_an_editor_does():
    content = "a@example.com, b@example.com\r\n\r\nc@example.com\rnobody\n"
    assert [line for line, _, _ in items(content)] == [1, 1, 3]
    assert rejects(content) == [(4, "nobody", PatternFault.UNKNOWN)]


def test_a_csv_has_its_columns_in_any_order_with_reasons():
    content = 'id;Reason;E-Mail\n1;"asked; ""twice""";a@example.com\n2;;b@example.com\n3;none\n'
    assert items(content) == [(2, "a@example.com", 'asked; "twice"'), (3, "b@example.com", "")]


def test_cells_that_were_defused_are_read_as_they_were():
    assert items("pattern,reason\n'+491713920000,'=1+1\n") == [(2, "+491713920000", "=1+1")]


def test_xml_takes_numbers_without_a_plus_and_other_elements_are_passed_over():
    content = (
        '<?xml version="1.0"?>\n<blacklist xmlns="urn:x">\n<note>hello</note><phone-number>491713920000</phone-number>'
        "\n<email>nobody</email></blacklist>"
    )
    assert texts(content) == ["+491713920000"]
    assert rejects(content) == [(4, "nobody", PatternFault.UNKNOWN)]


@pytest.mark.parametrize(
    "content",
    [
        '<!DOCTYPE b [<!ENTITY x "y">]><blacklist><email>&x;</email></blacklist>',
        "<blacklist><email>a@example.com</blacklist>",
        "<userdata/>",
        "<blacklist>",
        gzip.compress(b"a@example.com\n" * 1000, mtime=0)[:-20],
        b"\x1f\x8bnot packed",
        "x" * 200_000,
    ],
)
def test_what_cannot_be_read_says_why(content):
    with pytest.raises(UnreadableList):
        texts(content)


def test_bytes_that_are_no_text_are_rejected_with_their_line_and_can_be_shown():
    assert rejects(b"a@example.com\nb\xe4r@example.com\n\x00@example.com\n") == [
        (2, "b\ufffdr@example.com", PatternFault.BAD_ADDRESS),
        (3, "\ufffd@example.com", PatternFault.BAD_ADDRESS),
    ]


def test_a_line_of_any_length_is_read_piece_by_piece(monkeypatch):
    monkeypatch.setattr(formats, "PIECE_BYTES", 64)
    addresses = [f"p{number}@example.com" for number in range(200)]
    assert texts(",".join(addresses)) == addresses


@given(
    st.lists(
        st.sampled_from(["a@example.com", "x.org", "no", "\r\n", "\n", "\r", ",", ";", " "]), max_size=40
    )
)
def test_pieces_make_no_difference(parts):
    content = "".join(parts)
    whole = items(content), rejects(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(formats, "PIECE_BYTES", 3)
        # The beginning that is looked at is whatever the buffer has, so only the text's own cutting is compared.
        assert (items(content), rejects(content)) == whole


def test_a_reason_that_is_too_long_is_told_and_not_cut():
    rows = f"pattern,reason\na@example.com,{'r' * 300}\nb@example.com,{'r' * 301}\n"
    found = [item.found for item in read(io.BytesIO(rows.encode()))]
    assert found == [Pattern(Kind.EMAIL, "a@example.com"), PatternFault.LONG_REASON]
