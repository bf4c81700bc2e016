"""XML and archives, from the start to the report."""

import gzip
import io
import zipfile

import pytest

from tidings.contacts.models import Contact
from tidings.imports.errors import Unimportable
from tidings.imports.models import Import
from tidings.imports.rules.errors import FileError
from tidings.imports.rules.recognise import Unknown
from tidings.kernel.files.models import StoredFile
from tidings.memberships.models import Membership

OURS = """<members>
<member><email>anna@example.com</email><first_name>Anna</first_name></member>
<member><email>nobody</email></member>
<member><email>berta@example.com</email><date_of_birth>1990-12-31</date_of_birth></member>
</members>"""
ENGAGE = """<?xml version="1.0" encoding="UTF-8"?>
<userdata xmlns="http://webservices.ecircle-ag.com/ecm">
<user><email>anna@example.com</email><mobilenumber>+491713920000</mobilenumber><identifier>K7</identifier>
<firstname>Anna</firstname><lastname>Adler</lastname><title>2</title><zipcode>10115</zipcode>
<dateofbirth>1990-12-31</dateofbirth><maxmessages number="2" period="7"/></user>
</userdata>"""


@pytest.fixture
def group(make_group):
    return make_group()


def test_our_own_xml_is_imported(group, import_file, outcomes, reasons):
    run = import_file(group, OURS)
    assert outcomes(run) == {"created": 2, "rejected": 1}
    assert reasons(run) == [(3, "bad_address")]
    assert Contact.objects.get(email="berta@example.com").attributes == {"date_of_birth": "1990-12-31"}


def test_the_xml_of_mapp_engage_is_imported(group, import_file, outcomes):
    assert outcomes(import_file(group, ENGAGE)) == {"created": 1}
    anna = Contact.objects.get()
    assert (anna.email, anna.mobile, anna.external_id) == ("anna@example.com", "+491713920000", "K7")
    assert anna.attributes == {
        "first_name": "Anna", "last_name": "Adler", "title": "2", "zip_code": "10115", "date_of_birth": "1990-12-31",
        "message_limit": "2/7",
    }  # fmt: skip


@pytest.mark.parametrize("mode", Import.Mode)
def test_each_mode_takes_xml(group, import_file, mode):
    assert import_file(group, OURS, mode=mode, is_confirmed=True).state == "finished"


def test_an_unknown_attribute_stops_is_left_out_or_made_as_asked(group, start, import_file):
    text = '<members><member><email>a@example.com</email><attribute name="Shoe">39</attribute></member></members>'
    with pytest.raises(Unimportable, match='"Shoe"'):
        start(group, text)
    import_file(group, text, unknown=Unknown.IGNORE)
    assert Contact.objects.get().attributes == {}
    import_file(group, text, unknown=Unknown.CREATE)
    assert Contact.objects.get().attributes == {"shoe": "39"}


def test_an_element_that_turns_up_late_fails_the_run_before_anything_changes(group, import_file):
    late = "".join(f"<member><email>p{n}@example.com</email></member>\n" for n in range(25_000))
    run = import_file(group, f"<members>{late}<member><fax>1</fax></member></members>")
    assert (run.state, "“fax”" in run.error) == ("failed", True)
    assert not Membership.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        "<members><member><email>a@example.com</email>",
        "<!DOCTYPE members><members><member/></members>",
        "<members/>",
    ],
)
def test_bad_xml_stops_before_anything_changes(group, start, text):
    with pytest.raises(FileError):
        start(group, text)
    assert not StoredFile.objects.exists()


def test_an_archive_is_unpacked_on_its_way_in(group, import_file, outcomes):
    assert outcomes(import_file(group, gzip.compress(b"email\nanna@example.com\n"))) == {"created": 1}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../people.xml", OURS)
    assert outcomes(import_file(group, packed.getvalue())) == {"created": 1, "rejected": 1, "updated": 1}


def test_an_archive_that_can_not_be_unpacked_leaves_nothing(group, start):
    with pytest.raises(FileError, match="can't be unpacked"):
        start(group, gzip.compress(b"email\n" * 1_000)[:-9])
    assert not Import.objects.exists()
    assert not StoredFile.objects.exists()
