import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.imports.rules import errors
from tidings.imports.rules.formats import Format, check_readable, propose_format

GERMAN = "E-Mail;Vorname;Ort\nanna@example.com;Jürgen;Köln\nb@example.com;Änne;Düsseldorf \u2013 Süd\n"
POLISH = "email,imię,miasto\na@x.pl,Łukasz,Łódź\nb@x.pl,Grażyna,Częstochowa\nc@x.pl,Paweł,Gdańsk\n"
CZECH = (
    "email,jméno,město\na@example.com,Jiří,Plzeň\nb@example.com,Zdeněk,Ústí\nc@example.com,Ondřej,Třebíč\n"
)
TURKISH = (
    "email,ad,şehir\na@x.tr,Ayşe,Muğla\nb@example.com,Çağlar,Eskişehir\nc@example.com,I\u015f\u0131k,İzmir\n"
)


def encoding_of(data: bytes, *, ended: bool = True) -> str:
    return propose_format(data, ended=ended).format.encoding


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_proves_the_character_set(encoding):
    proposal = propose_format(GERMAN.encode(encoding), ended=True)
    assert proposal.format.encoding == encoding
    assert proposal.is_certain


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_it_notices_utf_16_without_a_mark(encoding):
    assert encoding_of(GERMAN.encode(encoding)) == encoding


def test_valid_utf_8_is_certain():
    proposal = propose_format(POLISH.encode(), ended=True)
    assert (proposal.format.encoding, proposal.is_certain, proposal.alternatives) == ("utf-8", True, ())


def test_a_character_cut_in_two_at_the_end_of_the_head_is_no_fault():
    assert encoding_of(POLISH.encode()[: POLISH.encode().index("ó".encode()) + 1], ended=False) == "utf-8"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(GERMAN, "cp1252"), (POLISH, "cp1250"), (CZECH, "cp1250"), (TURKISH, "cp1254"), (POLISH, "iso-8859-2")],
)
def test_it_guesses_a_legacy_character_set_from_the_letters(text, encoding):
    assert encoding_of(text.encode(encoding)) == encoding


def test_it_guesses_cyrillic_too():
    text = "email,имя,город\na@example.com,Наталья,Екатеринбург\nb@example.com,Дмитрий,Новосибирск\n" * 3
    assert encoding_of(text.encode("cp1251")) == "cp1251"


def test_a_guess_offers_other_character_sets():
    proposal = propose_format(GERMAN.encode("cp1252"), ended=True)
    assert not proposal.is_certain
    assert {"utf-8", "cp1250", "iso-8859-15"} <= set(proposal.alternatives)
    assert proposal.format.encoding not in proposal.alternatives


def test_plain_ascii_is_read_as_utf_8_but_not_certain():
    proposal = propose_format(b"email\na@example.com\n", ended=True)
    assert (proposal.format.encoding, proposal.is_certain) == ("utf-8", False)


def test_a_stray_byte_does_not_turn_utf_8_into_something_else():
    assert encoding_of(POLISH.encode() * 10 + b"x@example.com,\xff,y\n") == "utf-8"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_it_proposes_the_separator_that_cuts_all_lines_alike(separator):
    text = f"email{separator}name{separator}note\na@example.com{separator}Anna{separator}x, y; z\n"
    assert propose_format(text.encode(), ended=True).format.separator == separator


def test_separators_within_quotes_do_not_count():
    text = b'email,name\na@example.com,"a;b;c;d"\nb@example.com,"e;f;g;h"\n'
    assert propose_format(text, ended=True).format.separator == ","


def test_a_file_of_one_column_is_read_with_commas():
    assert propose_format(b"email\na@example.com\n", ended=True).format.separator == ","


def test_excels_line_about_the_separator_is_obeyed_and_skipped():
    proposed = propose_format(b"sep=;\r\nemail;a,b\r\nx@example.com;1\r\n", ended=True).format
    assert (proposed.separator, proposed.skipped_lines) == (";", 1)


def test_it_notices_single_quotes_and_spaces_behind_separators():
    assert propose_format(b"'email','name'\n'a@example.com','Anna'\n", ended=True).format.quote == "'"
    assert propose_format(
        b'"email", "name"\n"a@example.com", "Anna"\n', ended=True
    ).format.space_after_separator


def test_a_first_line_with_an_address_is_no_header():
    assert not propose_format(b"a@example.com,Anna\n", ended=True).format.has_header
    assert propose_format(b"email,name\n", ended=True).format.has_header


def test_an_empty_file_gets_the_usual_format():
    assert propose_format(b"", ended=True).format == Format()


@pytest.mark.parametrize("head", [b"PK\x03\x04rest", b"\x1f\x8brest", b"\xd0\xcf\x11\xe0rest", b"%PDF-1.7"])
def test_it_refuses_files_that_are_no_text_and_says_how_to_save_them(head):
    with pytest.raises(errors.NotText, match="CSV UTF-8"):
        propose_format(head, ended=True)


def test_a_wrong_character_set_stops_the_run():
    with pytest.raises(errors.UnreadableText, match="not written in utf-8"):
        check_readable(GERMAN.encode("cp1252"), Format("utf-8", ";"), ended=True)


def test_a_stray_byte_does_not_stop_the_run():
    check_readable(POLISH.encode() * 10 + b"\xff", Format(), ended=True)


def test_it_refuses_a_character_set_that_does_not_exist():
    with pytest.raises(errors.UnknownEncoding, match="klingon"):
        Format(encoding="klingon")


@pytest.mark.parametrize(
    "wrong", [{"separator": "x"}, {"quote": ""}, {"skipped_lines": -1}, {"colour": "red"}]
)
def test_it_refuses_a_stored_format_that_makes_no_sense(wrong):
    with pytest.raises(errors.BadFormat):
        Format.from_dict(wrong)


def test_a_format_survives_being_stored():
    chosen = Format("cp1250", ";", "'", space_after_separator=True, has_header=False, skipped_lines=1)
    assert Format.from_dict(chosen.to_dict()) == chosen


@given(st.binary(max_size=2_000), st.booleans())
def test_it_proposes_something_readable_for_any_bytes(head, ended):
    try:
        proposal = propose_format(head, ended=ended)
    except errors.NotText:
        return
    codecs.lookup(proposal.format.encoding)
