"""What becomes of each row, by who it turns out to be."""

import pytest

from tidings.attributes.models import Attribute
from tidings.contacts.models import Contact
from tidings.memberships import actions as memberships
from tidings.memberships import history
from tidings.memberships.models import Consent, Membership


@pytest.fixture
def group(make_group):
    return make_group()


def attributes(email: str) -> dict[str, object]:
    return Contact.objects.get(email=email).attributes


def members(group) -> list[str]:
    found = Membership.objects.filter(group=group).values_list("contact__email", flat=True)
    return sorted(found)


def test_somebody_new_is_created_and_joins(group, import_file, outcomes):
    run = import_file(group, "email,first_name\nAnna@Example.com,Anna\n")
    assert outcomes(run) == {"created": 1}
    assert members(group) == ["anna@example.com"]
    assert attributes("anna@example.com") == {"first_name": "Anna"}


def test_a_known_contact_is_updated_and_joins(group, make_contact, import_file, outcomes):
    make_contact("anna@example.com", first_name="A.", city="Berlin")
    run = import_file(group, "email,first_name\nanna@example.com,Anna\n")
    assert outcomes(run) == {"joined": 1}
    assert members(group) == ["anna@example.com"]
    assert attributes("anna@example.com") == {"first_name": "Anna", "city": "Berlin"}


def test_a_members_profile_is_updated(group, make_members, import_file, outcomes):
    make_members(group, ["anna@example.com"])
    run = import_file(group, "email,first_name\nanna@example.com,Anna\n")
    assert outcomes(run) == {"updated": 1}
    assert attributes("anna@example.com") == {"first_name": "Anna"}


def test_a_member_who_is_the_same_already_is_left_alone(group, make_members, import_file, outcomes):
    [anna] = make_members(group, ["anna@example.com"])
    run = import_file(group, "email\nanna@example.com\n")
    assert outcomes(run) == {"unchanged": 1}
    assert Contact.objects.get().updated_at == anna.updated_at


def test_who_became_a_member_stands_in_the_log_of_consent_in_one_entry_for_each_slice(
    group, make_members, make_contact, import_file
):
    make_members(group, ["member@example.com"])
    make_contact("known@example.com")
    run = import_file(group, "email\nnew@example.com\nknown@example.com\nmember@example.com\n")
    joined = Contact.objects.exclude(email="member@example.com").order_by("pk")
    entry = Consent.objects.get(group=group.pk)
    assert (entry.act, entry.source, entry.by_id) == ("added", "import", run.started_by_id)
    assert entry.contact_ids == list(joined.values_list("pk", flat=True))
    assert entry.reason.endswith(f"(import {run.pk})")
    assert [one.act for one in history.of_contact(joined[0])] == ["added"]


def test_an_import_in_which_nobody_joins_leaves_no_entry(group, make_members, import_file):
    make_members(group, ["member@example.com"])
    import_file(group, "email\nmember@example.com\n")
    assert not Consent.objects.exists()


def test_the_second_import_of_a_file_changes_nothing(group, import_file, outcomes):
    content = "email,first_name,language\nanna@example.com,Anna,de\nberta@example.com,Berta,en\n"
    import_file(group, content)
    assert outcomes(import_file(group, content)) == {"unchanged": 2}


def test_values_are_stored_as_they_are_written(group, import_file):
    written = 'tab\tand "quote", back\\slash \\N\nand line'
    quoted = written.replace('"', '""')
    import_file(group, f'email,external_id,first_name\nanna@example.com,"K\t\\7","{quoted}"\n')
    contact = Contact.objects.get()
    assert (contact.external_id, contact.attributes) == ("K\t\\7", {"first_name": written})


def test_an_empty_cell_leaves_the_value(group, make_contact, import_file):
    make_contact("anna@example.com", first_name="Anna")
    import_file(group, "email,first_name,city\nanna@example.com,,Berlin\n")
    assert attributes("anna@example.com") == {"first_name": "Anna", "city": "Berlin"}


def test_who_opted_out_stays_out_and_is_counted(group, make_contact, import_file, outcomes):
    anna = make_contact("anna@example.com", first_name="A.")
    memberships.unsubscribe(anna, group.pk, source="link")
    run = import_file(group, "email,first_name\nanna@example.com,Anna\n")
    assert outcomes(run) == {"kept_out": 1}
    assert members(group) == []
    assert attributes("anna@example.com") == {"first_name": "A."}


def test_who_opted_out_of_another_group_joins(group, make_group, make_contact, import_file, outcomes):
    memberships.unsubscribe(make_contact("anna@example.com"), make_group().pk, source="link")
    assert outcomes(import_file(group, "email\nanna@example.com\n")) == {"joined": 1}


def test_a_deactivated_member_stays_so(group, make_members, import_file, outcomes):
    make_members(group, ["anna@example.com"], state="deactivated")
    run = import_file(group, "email,first_name\nanna@example.com,Anna\n")
    assert outcomes(run) == {"kept_out": 1}
    assert Membership.objects.get(group=group).state == "deactivated"


def test_of_several_rows_of_one_person_the_last_wins(group, import_file, outcomes):
    run = import_file(
        group, "email,first_name\nanna@example.com,One\nANNA@example.com,Two\nanna@Example.com,Three\n"
    )
    assert outcomes(run) == {"created": 1, "duplicates": 2}
    assert attributes("anna@example.com") == {"first_name": "Three"}


def test_a_row_with_somebody_elses_number_is_rejected(group, import_file, outcomes, reasons):
    Contact.objects.create(email="anna@example.com", mobile="+491713920000")
    run = import_file(
        group, "email,mobile\nberta@example.com,+491713920000\ncarla@example.com,+491713920001\n"
    )
    assert outcomes(run) == {"created": 1, "rejected": 1}
    assert reasons(run) == [(2, "identity_conflict")]
    assert not Contact.objects.filter(email="berta@example.com").exists()


def test_within_a_file_a_number_belongs_to_the_first_who_has_it(group, import_file, outcomes, reasons):
    rows = "anna@example.com,+491713920000\nberta@example.com,+491713920000\n"
    run = import_file(group, f"email,mobile\n{rows}")
    assert outcomes(run) == {"created": 1, "rejected": 1}
    assert reasons(run) == [(3, "identity_conflict")]


def test_every_outcome_at_once_adds_up(group, make_contact, make_members, import_file, outcomes):
    make_members(group, ["same@example.com", "member@example.com"])
    make_contact("known@example.com")
    memberships.unsubscribe(make_contact("left@example.com"), group.pk, source="link")
    people = ["new", "known", "member", "same", "left", "twice", "twice"]
    rows = [f"{who}@example.com,{'' if who == 'same' else who}" for who in people]
    run = import_file(group, "\n".join(["email,first_name", *rows, "nobody,x"]) + "\n")
    assert outcomes(run) == {
        "created": 2,
        "joined": 1,
        "updated": 1,
        "unchanged": 1,
        "kept_out": 1,
        "duplicates": 1,
        "rejected": 1,
    }
    assert run.rows == 8


def test_other_groups_are_left_alone(group, make_group, make_members, import_file):
    other = make_group()
    make_members(other, ["anna@example.com"])
    import_file(group, "email\nberta@example.com\n")
    assert members(other) == ["anna@example.com"]


def test_a_new_attribute_is_made_and_filled(group, import_file):
    import_file(group, "email,shoe size\nanna@example.com,39\n", choices={"shoe size": "new"})
    assert Attribute.objects.get().name == "shoe size"
    assert attributes("anna@example.com") == {"shoe size": "39"}


def test_slices_of_any_size_give_the_same_outcomes(make_group, set_environment, import_file, outcomes):
    rows = "".join(f"p{n}@example.com,{n}\n" for n in range(10))
    runs = []
    for size in (1, 3, 10, 50_000):
        set_environment(slice_rows=size)
        runs.append(import_file(make_group(), f"email,first_name\n{rows}"))
    assert [outcomes(run) for run in runs] == [{"created": 10}, *[{"joined": 10}] * 3]
    assert [run.slices.count() for run in runs] == [10, 4, 1, 1]
