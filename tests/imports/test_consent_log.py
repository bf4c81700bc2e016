"""Whom an import brings in or removes stands in the log of consent, with who did it and by which file."""

import pytest

from tidings.contacts import person
from tidings.contacts.models import Contact
from tidings.imports.models import Import
from tidings.kernel import clock
from tidings.memberships import history
from tidings.memberships.models import Consent
from tidings.memberships.queries import consents_of

PEOPLE = [f"p{number:02}@example.com" for number in range(20)]
FILE = "\n".join(["email", *PEOPLE])


@pytest.fixture
def group(make_group):
    return make_group()


def log(contact) -> list[tuple[str, str, str]]:
    return [(one.act, one.source, one.reason) for one in history.of_contact(contact)]


def test_who_is_removed_by_an_import_is_noted_once_with_the_others(group, import_file):
    import_file(group, FILE)
    run = import_file(group, FILE, mode=Import.Mode.REMOVE)
    noted = Consent.objects.get(act="removed")
    assert sorted(noted.contact_ids) == sorted(Contact.objects.values_list("pk", flat=True))
    assert (noted.group, noted.source, noted.reason) == (group.pk, "import", f"people.csv (import {run.pk})")


def test_who_is_missing_in_a_replacement_is_noted(group, import_file):
    import_file(group, FILE)
    run = import_file(group, "\n".join(["email", *PEOPLE[1:]]), mode=Import.Mode.REPLACE)
    gone = Contact.objects.get(email=PEOPLE[0])
    first = Import.objects.earliest("pk")
    assert log(gone) == [
        ("removed", "import", f"people.csv (import {run.pk})"),
        ("added", "import", f"people.csv (import {first.pk})"),
    ]


def test_a_dry_run_and_a_replacement_that_removes_nobody_note_nothing(group, import_file):
    import_file(group, FILE)
    import_file(group, FILE, mode=Import.Mode.REMOVE, dry_run=True)
    import_file(group, FILE, mode=Import.Mode.REPLACE)
    assert not Consent.objects.filter(act="removed").exists()


def test_the_data_of_a_person_hold_what_imports_did_with_them_among_others(group, import_file):
    import_file(group, FILE)
    import_file(group, FILE, mode=Import.Mode.REMOVE)
    handed_out = person.export(Contact.objects.get(email=PEOPLE[0]), by=None)
    assert [one["what"] for one in handed_out["consents"]] == ["removed", "added"]


def test_a_removal_among_others_is_found_whatever_else_there_is(group, make_contact):
    others, anna = [make_contact(f"o{n}@example.com").pk for n in range(3)], make_contact("anna@example.com")
    for contacts in ([*others, anna.pk], others):
        Consent.objects.create(
            act="removed", group=group.pk, contact_ids=contacts, source="import", at=clock.now()
        )
    assert len(consents_of(anna)) == 1
