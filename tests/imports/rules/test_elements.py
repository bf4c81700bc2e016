"""XML is read person by person, by both documents that are known, and what would hurt is refused."""

import io
import os
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.ground import peak_memory_mb
from tidings.imports.rules.elements import PERSON_BYTES_AT_MOST, read_beginning, read_people
from tidings.imports.rules.errors import (
    BrokenXml,
    Doctype,
    NoPeople,
    PersonTooLong,
    UnknownElement,
    UnknownRoot,
)

ECM = ' xmlns="http://webservices.ecircle-ag.com/ecm"'
BILLION = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))


def beginning(text: str | bytes, rows: int = 20):
    return read_beginning(io.BytesIO(text if isinstance(text, bytes) else text.encode()), rows)


def people(text: str, names=("email",), *, ignores_others=False):
    found, rejects = [], []
    for records in read_people(io.BytesIO(text.encode()), names, ignores_others=ignores_others):
        found += zip(records.starts, records.cells, strict=True)
        rejects += [(reject.line, reject.reason, reject.value) for reject in records.rejects]
    return found, rejects


def test_our_own_document_is_read():
    text = """<members><member><email>anna@example.com</email><first_name>Anna</first_name>
    <attribute name="Shoe size">39</attribute><member-attribute name="Since">2020</member-attribute>
    <state>active</state></member></members>"""
    names, [row] = beginning(text)
    assert names == ("email", "first_name", "Shoe size", "member.Since", "state")
    assert row == ("anna@example.com", "Anna", "39", "2020", "active")


@pytest.mark.parametrize("namespace", ["", ECM])
def test_a_document_of_mapp_engage_is_read_with_and_without_its_namespace(namespace):
    text = f"""<?xml version="1.0"?><userdata{namespace}>
    <list><namedattr-definition name="Shoe" type="number"/></list>
    <user><email>a@example.com</email><firstname>A</firstname><maxmessages number="2" period="7"/>
    <namedattr name="Shoe">39</namedattr><memberattr name="Card">7</memberattr></user></userdata>"""
    names, [row] = beginning(text)
    assert names == (
        "user.Email", "user.FirstName", "user.MaxMessages", "user.CustomAttribute.Shoe", "user.MemberAttribute.Card",
    )  # fmt: skip
    assert row == ("a@example.com", "A", "2/7", "39", "7")


def test_a_prefix_does_not_count():
    text = f"<e:userdata{ECM.replace('xmlns', 'xmlns:e')}><e:user><e:email>a@b.de</e:email></e:user></e:userdata>"
    assert beginning(text) == (("user.Email",), (("a@b.de",),))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1250"])
def test_it_is_read_in_the_character_set_it_names(encoding):
    text = f'<?xml version="1.0" encoding="{encoding}"?><members><member><city>Dvůr Köln</city></member></members>'
    text = text.replace("ů", "ö") if encoding == "iso-8859-1" else text
    [[city]] = beginning(text.encode(encoding))[1]
    assert city in ("Dvůr Köln", "Dvör Köln")


def test_each_person_has_the_line_they_begin_on():
    text = "<members>\n<member>\n<email>a</email></member>\n\n<member><email>b</email></member></members>"
    assert people(text) == ([(2, ["a"]), (5, ["b"])], [])


def test_text_is_whole_around_comments_entities_and_cdata():
    text = "<members><member><email>a<!-- x -->b&amp;&#99;<![CDATA[<d>]]></email></member></members>"
    assert people(text) == ([(1, ["ab&c<d>"])], [])


def test_what_turns_up_late_stops_the_run_or_is_ignored_as_asked():
    text = (
        "<members><member><email>a</email></member>\n<member><email>b</email><fax>1</fax></member></members>"
    )
    with pytest.raises(UnknownElement, match="Line 2 says “fax”"):
        people(text)
    assert people(text, ignores_others=True)[0] == [(1, ["a"]), (2, ["b"])]


def test_names_count_whatever_their_case():
    text = '<userdata><user><namedattr name="SHOE">39</namedattr></user></userdata>'
    assert people(text, ("user.CustomAttribute.Shoe",))[0] == [(1, ["39"])]


def test_a_value_twice_and_elements_in_a_value_leave_the_person_out():
    text = """<members><member><email>a</email><email>b</email></member>
<member><email><b>c@example.com</b></email></member></members>"""
    assert people(text) == ([], [(1, "twice", "b"), (2, "nested", "c@example.com")])


@pytest.mark.parametrize("entity", ["", "%x;", '<!ENTITY a SYSTEM "file:///etc/passwd">', BILLION])
def test_a_doctype_is_refused(entity):
    text = f"<!DOCTYPE members [{entity}]><members><member><email>&l9;</email></member></members>"
    with pytest.raises((Doctype, BrokenXml)):
        beginning(text)


def test_a_doctype_without_anything_is_refused():
    with pytest.raises(Doctype):
        beginning("<!DOCTYPE members><members><member><email>a</email></member></members>")


def test_a_billion_laughs_take_no_memory():
    text = f"<!DOCTYPE members [<!ENTITY l0 '{'ha' * 50}'>{BILLION}]><members><member x='&l9;'/></members>"
    with growth_below_mb(20), pytest.raises((Doctype, BrokenXml)):
        beginning(text)


@pytest.mark.parametrize(
    "text",
    [
        "<members><member><email>a</email>",
        "<members><member><email>a</member></members>",
        "<members><member><email>&nobody;</email></member></members>",
        "<members><member><email>a</email></member></members>more",
        "<members><member><email>\x00</email></member></members>",
    ],
    ids=["unclosed", "crossed", "entity", "behind the end", "NUL"],
)
def test_broken_xml_is_told_with_its_line(text):
    with pytest.raises(BrokenXml, match="in line 1"):
        people(text)


def test_another_document_is_told():
    with pytest.raises(UnknownRoot, match="<html>"):
        beginning("<html><body/></html>")


@pytest.mark.parametrize("text", ["<members/>", "<userdata><list/></userdata>"])
def test_a_document_without_people_is_told(text):
    with pytest.raises(NoPeople):
        beginning(text)


class Endless(io.RawIOBase):
    """A beginning, then the same again for 100 MB."""

    def __init__(self, start: bytes, again: bytes, *, size: int = 100_000_000) -> None:
        self._start, self._again, self._size, self.given = start, again * (65_536 // len(again)), size, 0

    def read(self, _size: int = -1) -> bytes:
        data = self._again if self.given else self._start
        self.given += len(data)
        return data if self.given < self._size else b""


@contextmanager
def growth_below_mb(most: int):
    """The most memory that the process has in the block, above what it had before."""
    Path("/proc/self/clear_refs").write_text("5")  # forgets the peak so far
    before = peak_memory_mb(os.getpid())
    yield
    assert peak_memory_mb(os.getpid()) - before < most


@pytest.mark.parametrize(
    ("start", "again"),
    [
        (b"<members><member><email>", b"a"),
        (b"<members><member>", b"<b/>"),
        (b"<members><other>", b"<b>x</b>"),
        (b"<members>", b" "),
        (b"<!DOCTYPE m [", b"<!ENTITY a 'b'>"),
    ],
    ids=["text", "children", "unknown children", "space", "entities"],
)
def test_an_element_of_100_mb_is_refused_long_before_its_end(start, again):
    endless = Endless(start, again)
    with pytest.raises((PersonTooLong, BrokenXml)):
        list(read_people(endless, ("email",), ignores_others=True))
    assert endless.given < 4 * PERSON_BYTES_AT_MOST


def test_memory_does_not_grow_with_the_number_of_people():
    person = b"<member><email>somebody@example.com</email><city>Berlin</city></member>\n"
    endless = Endless(b"<members>", person, size=20_000_000)
    with growth_below_mb(10), pytest.raises(BrokenXml):  # it ends in the middle
        for _ in read_people(endless, ("email", "city"), ignores_others=True):
            pass
