"""What an export holds and how it is written is chosen; its file can be read back, and goes after a week."""

import csv
import gzip
import io
import zipfile
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from django.core.files.storage import default_storage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.workers import NAME
from tidings.attributes.actions import define
from tidings.attributes.models import Attribute
from tidings.contacts.models import Contact
from tidings.exports import actions, queries
from tidings.exports.discard import discard_old
from tidings.exports.errors import ExportEnded, FileGone, NoSuchColumn, NoSuchState
from tidings.exports.models import Export
from tidings.exports.rules import Encoding, Format, Packing
from tidings.imports import actions as imports
from tidings.imports.queries import find as find_import
from tidings.kernel import clock
from tidings.locks import work
from tidings.locks.models import GroupLock
from tidings.memberships.models import Membership


@pytest.fixture
def group(make_group):
    return make_group()


@pytest.fixture
def export(committed):
    """Exports a group here and now; the file's bytes."""

    def export(group, **wishes) -> bytes:
        started = actions.start(group, by=None, **wishes)
        assert work.run(started.process_id, NAME)
        done = queries.find(started.pk)
        assert done.state == "finished", done.error
        with queries.opened(done) as file:
            return file.read()

    return export


def add(group, *, state="active", member=None, **contact) -> Contact:
    person = Contact.objects.create(**contact)
    Membership.objects.create(
        group=group, contact=person, state=state, source="page", attributes=member or {}
    )
    return person


def test_columns_come_in_the_order_that_was_asked_for(group, export):
    add(group, email="anna@example.com", attributes={"first_name": "Anna"})
    written = export(group, columns=["State", "first_name", "email"], encoding=Encoding.UTF_8)
    assert written.decode() == "state,first_name,email\r\nactive,Anna,anna@example.com\r\n"


def test_member_attributes_are_columns_of_their_own(group, export):
    define("Card", scope=Attribute.Scope.MEMBER, by=None)
    add(group, email="anna@example.com", member={"card": "gold"})
    written = export(group, columns=["email", "member.card", "joined_by"], encoding=Encoding.UTF_8)
    assert written.decode().splitlines()[1] == "anna@example.com,gold,page"


def test_only_members_of_the_wanted_states_are_written(group, export):
    add(group, email="anna@example.com")
    add(group, email="off@example.com", state="deactivated")
    add(group, email="wait@example.com", state="pending")
    written = export(group, columns=["email"], states=["pending", "deactivated"], encoding=Encoding.UTF_8)
    assert written.decode().split() == ["email", "off@example.com", "wait@example.com"]


def test_columns_and_states_that_are_not_there_are_refused_and_nothing_starts(group):
    with pytest.raises(NoSuchColumn, match=r"no column “shoe”\. There are: email, mobile"):
        actions.start(group, by=None, columns=["shoe"])
    with pytest.raises(NoSuchState):
        actions.start(group, by=None, states=["sleeping"])
    assert not Export.objects.exists()


@pytest.mark.parametrize(
    ("encoding", "separator"), [("utf-8-sig", ";"), ("utf-8", ","), ("utf-16", "\t"), ("cp1252", ";")]
)
def test_it_is_written_as_the_spreadsheet_wants_it(group, export, encoding, separator):
    add(group, email="änna@example.com", attributes={"city": "Köln; am Rhein"})
    written = export(group, columns=["email", "city"], encoding=Encoding(encoding), separator=separator)
    rows = list(csv.reader(io.StringIO(written.decode(encoding)), delimiter=separator))
    assert rows == [["email", "city"], ["änna@example.com", "Köln; am Rhein"]]


def test_what_a_character_set_does_not_have_ends_the_export_and_says_so(group, committed):
    add(group, email="anna@example.com", attributes={"city": "Łódź"})
    started = actions.start(group, by=None, encoding=Encoding.CP1252)
    work.run(started.process_id, NAME)
    done = queries.find(started.pk)
    assert (done.state, "Export again in UTF-8" in done.error) == ("failed", True)


def test_cells_stay_as_they_are_for_programs(group, export):
    add(group, email="anna@example.com", attributes={"city": "=1+1"})
    assert b",=1+1" in export(group, columns=["email", "city"], is_defused=False)
    assert b",'=1+1" in export(group, columns=["email", "city"])


def test_xml_names_identities_attributes_and_member_attributes(group, export):
    define("Shoe size", by=None)
    define("Card", scope=Attribute.Scope.MEMBER, by=None)
    add(
        group,
        email="anna@example.com",
        attributes={"first_name": "A & <B>", "shoe size": "39"},
        member={"card": "x"},
    )
    root = ET.fromstring(export(group, format=Format.XML))  # noqa: S314 - our own file
    [member] = root
    assert (root.tag, member.tag) == ("members", "member")
    told = {(child.tag, child.get("name")): child.text for child in member}
    assert told.pop(("joined_at", None))
    assert told == {
        ("email", None): "anna@example.com",
        ("first_name", None): "A & <B>",
        ("attribute", "Shoe size"): "39",
        ("member-attribute", "Card"): "x",
        ("state", None): "active",
        ("joined_by", None): "page",
    }


def test_it_is_packed_if_asked_to(group, export):
    add(group, email="anna@example.com")
    plain = export(group, columns=["email"])
    assert gzip.decompress(export(group, columns=["email"], packing=Packing.GZIP)) == plain
    with zipfile.ZipFile(io.BytesIO(export(group, columns=["email"], packing=Packing.ZIP))) as archive:
        [name] = archive.namelist()
        assert (archive.read(name), name.endswith(".csv")) == (plain, True)


TEXTS = (
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp", "Co"]),
        min_size=1,
        max_size=20,
    )
    .map(str.strip)
    .filter(bool)
)


@pytest.mark.parametrize("kind", [Format.CSV, Format.XML])
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=4))
def test_an_export_is_read_back_as_it_was(make_group, export, kind, values):
    Membership.objects.all().delete()
    Contact.objects.all().delete()
    group = make_group()
    for number, (first, city) in enumerate(values):
        add(
            group,
            email=f"p{number}@example.com",
            attributes={"first_name": first, "city": city},
            language="de",
        )
    before = people()
    written = export(group, format=kind, is_defused=False)
    Membership.objects.all().delete()
    Contact.objects.all().delete()
    run = imports.start(make_group(), io.BytesIO(written), filename=f"export.{kind}", by=None)
    assert work.run(run.process_id, NAME)
    assert find_import(run.pk).rejected == 0
    assert people() == before


def people() -> list[tuple[object, ...]]:
    return list(Contact.objects.order_by("email").values_list("email", "language", "attributes"))


def test_a_cancelled_export_keeps_no_file_and_frees_the_group(group, committed):
    started = actions.start(group, by=None)
    actions.cancel(started, by=None)
    work.run(started.process_id, NAME)
    done = queries.find(started.pk)
    assert (done.state, done.file) == ("cancelled", "")
    assert not GroupLock.objects.exists()
    with pytest.raises(ExportEnded):
        actions.cancel(done, by=None)
    with pytest.raises(FileGone, match="it is cancelled"):
        queries.opened(done)


def test_a_file_is_kept_for_a_week(group, export):
    export(group)
    done = Export.objects.get()
    assert discard_old(clock.now() + timedelta(days=6, hours=23)) == 0
    assert default_storage.exists(done.file)
    assert discard_old(clock.now() + timedelta(days=7, minutes=1)) == 1
    assert not default_storage.exists(done.file)
    with pytest.raises(FileGone, match="kept for 7 days"):
        queries.opened(queries.find(done.pk))
