"""What the columns of a kind of file mean is said once."""

import io

import pytest

from tidings.attributes.models import Attribute
from tidings.contacts.models import Contact
from tidings.imports import actions, saved
from tidings.imports.errors import BadMappingName, MappingMisfit
from tidings.imports.models import Import, SavedMapping
from tidings.kernel.errors import NotFound

FILE = "Kontakt,Karte,Nr,Rest\na@example.com,gold,K1,x\n"
CHOICES = {"Kontakt": "email", "Karte": "member.card", "Nr": "external_id", "Rest": "ignore"}


@pytest.fixture
def group(make_group):
    Attribute.objects.create(scope="member", key="card", name="Card")
    return make_group()


@pytest.fixture
def kept(group, import_file) -> SavedMapping:
    import_file(group, FILE, choices=CHOICES, key="external_id", clear_marker="-", save_as="CRM export")
    return SavedMapping.objects.get()


def test_a_mapping_is_kept_with_key_and_marker(kept):
    assert (kept.columns, kept.key, kept.clear_marker) == (CHOICES, "external_id", "-")


@pytest.mark.parametrize("name", ["CRM export", " crm  EXPORT "])
def test_it_reads_another_file_with_these_columns_in_any_order(group, kept, import_file, name):
    run = import_file(group, "rest,NR,Kontakt,Karte\nx,K2,b@example.com,\n", saved=name)
    assert (run.created, run.mapping["key"], run.mapping["clear_marker"]) == (1, "external_id", "-")
    assert Contact.objects.get(external_id="K2").email == "b@example.com"


def test_what_is_said_beside_it_counts_more(group, kept, import_file):
    run = import_file(group, FILE, saved="CRM export", choices={"Rest": "city"}, key="email")
    assert run.mapping["key"] == "email"
    assert Contact.objects.get().attributes == {"city": "x"}


@pytest.mark.parametrize("header", ["Kontakt,Karte,Nr", "Kontakt,Karte,Nr,Rest,More"])
def test_a_file_with_other_columns_is_refused(group, kept, start, header):
    with pytest.raises(MappingMisfit, match="CRM export"):
        start(group, f"{header}\n", saved="CRM export")
    assert Import.objects.count() == 1


def test_an_unknown_mapping_is_refused(group, start):
    with pytest.raises(NotFound):
        start(group, FILE, saved="nobody saved this")


@pytest.mark.parametrize("name", [" ", "x" * 81, "a\x00b"])
def test_a_name_that_can_not_be_shown_is_refused_and_nothing_starts(group, start, name):
    with pytest.raises(BadMappingName):
        start(group, FILE, choices=CHOICES, save_as=f"{name} ")
    assert not Import.objects.exists()


def test_the_same_name_is_overwritten(group, kept, import_file):
    import_file(group, "email\na@example.com\n", save_as="crm export")
    assert SavedMapping.objects.get().columns == {"email": "email"}


def test_a_draft_finds_the_mappings_that_fit(group, kept, committed):
    draft = actions.upload(group, io.BytesIO(FILE.encode()), filename="x.csv", by=None)
    names = actions.read(draft, saved="CRM export").head.names
    assert [one.name for one in saved.fitting(names)] == ["CRM export"]
    assert saved.fitting(names[1:]) == []


def test_a_mapping_can_be_forgotten(kept):
    saved.forget(kept, by=None)
    with pytest.raises(NotFound):
        saved.called("CRM export")
