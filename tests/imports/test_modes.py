"""What each mode does, by who a row turns out to be."""

import pytest

from tidings.contacts.actions import create
from tidings.contacts.models import Contact
from tidings.contacts.person import erase
from tidings.imports.models import Import
from tidings.imports.queries import kept_out_by
from tidings.memberships import actions as memberships
from tidings.memberships.models import Membership

Mode = Import.Mode
FILE = "email,first_name\nmember@example.com,New\nsame@example.com,\nknown@example.com,New\nnobody@example.com,New\n"

# Mode -> what is counted, who is a member afterwards, and the first names of member, known contact and new person.
TABLE = {
    Mode.ADD: (
        {"created": 1, "joined": 1, "unchanged": 2},
        "known member nobody same",
        ("Old", "Old", "New"),
    ),
    Mode.ADD_AND_UPDATE: (
        {"created": 1, "joined": 1, "updated": 1, "unchanged": 1},
        "known member nobody same",
        ("New", "New", "New"),
    ),
    Mode.UPDATE: ({"updated": 1, "unchanged": 1, "ignored": 2}, "member same", ("New", "Old", None)),
    Mode.JOIN: ({"joined": 1, "unchanged": 2, "ignored": 1}, "known member same", ("Old", "Old", None)),
    Mode.REPLACE: (
        {"created": 1, "joined": 1, "updated": 1, "unchanged": 1},
        "known member nobody same",
        ("New", "New", "New"),
    ),
    Mode.REMOVE: ({"removed": 2, "ignored": 2}, "", ("Old", "Old", None)),
}


@pytest.fixture
def group(make_group, make_members, make_contact):
    group = make_group()
    make_members(group, ["member@example.com", "same@example.com"])
    Contact.objects.filter(email="member@example.com").update(attributes={"first_name": "Old"})
    make_contact("known@example.com", first_name="Old")
    return group


@pytest.fixture
def barred(group, make_contact, make_members):
    """Two people who may not be members."""
    memberships.unsubscribe(make_contact("left@example.com"), group.pk, source="link")
    make_members(group, ["bounced@example.com"], state="deactivated")


def members(group) -> str:
    found = Membership.objects.filter(group=group).values_list("contact__email", flat=True)
    return " ".join(sorted(email.partition("@")[0] for email in found))


def first_name(who: str) -> str | None:
    contact = Contact.objects.filter(email=f"{who}@example.com").first()
    return contact and contact.attributes.get("first_name")


@pytest.mark.parametrize("mode", TABLE)
def test_a_mode_does_what_its_line_of_the_table_says(group, import_file, outcomes, mode):
    counted, there, names = TABLE[mode]
    run = import_file(group, FILE, mode=mode)
    assert (run.state, outcomes(run)) == ("finished", counted)
    assert members(group) == there
    assert tuple(map(first_name, ("member", "known", "nobody"))) == names


@pytest.mark.parametrize("mode", TABLE)
def test_a_dry_run_forecasts_each_mode_and_changes_nothing(group, import_file, outcomes, mode):
    run = import_file(group, FILE, mode=mode, dry_run=True)
    assert outcomes(run) == TABLE[mode][0]
    assert members(group) == "member same"
    assert first_name("member") == "Old"


@pytest.mark.parametrize("mode", [mode for mode in TABLE if mode != Mode.REMOVE])
@pytest.mark.usefixtures("barred")
def test_opted_out_and_deactivated_people_stay_out_in_each_mode(group, import_file, outcomes, mode):
    run = import_file(group, "email\nleft@example.com\nbounced@example.com\n", mode=mode, is_confirmed=True)
    assert outcomes(run) == {"kept_out": 2}
    assert kept_out_by(run) == {"deactivated": 1, "opted_out": 1}


def test_who_is_deactivated_can_be_removed(group, make_members, import_file, outcomes):
    make_members(group, ["bounced@example.com"], state="deactivated")
    run = import_file(group, "email\nbounced@example.com\n", mode=Mode.REMOVE)
    assert outcomes(run) == {"removed": 1}


def test_who_is_removed_keeps_the_profile_and_has_not_opted_out(group, import_file, outcomes):
    import_file(group, "email\nmember@example.com\n", mode=Mode.REMOVE)
    assert first_name("member") == "Old"
    assert outcomes(import_file(group, "email\nmember@example.com\n")) == {"joined": 1}


def test_a_conflict_of_identities_is_rejected_in_each_mode(group, import_file, outcomes):
    Contact.objects.filter(email="known@example.com").update(mobile="+491713920000")
    for mode in TABLE:
        run = import_file(
            group, "email,mobile\nmember@example.com,+491713920000\n", mode=mode, is_confirmed=True
        )
        assert outcomes(run) == {"rejected": 1}, mode
        assert "member" in members(group)


@pytest.mark.parametrize("mode", TABLE)
def test_slices_of_any_size_give_the_same_counts(group, import_file, outcomes, set_environment, mode):
    set_environment(slice_rows=1)
    assert outcomes(import_file(group, FILE, mode=mode)) == TABLE[mode][0]


def test_who_was_erased_and_never_wants_to_be_stored_again_stays_out(
    group, make_contact, import_file, outcomes
):
    for email in ("gone@example.com", "back@example.com"):
        erase(make_contact(email), never_again=email.startswith("gone"), by=None)
    run = import_file(group, "email,mobile\ngone@example.com,\nback@example.com,+491713920000\n")
    assert outcomes(run) == {"created": 1, "kept_out": 1}
    assert kept_out_by(run) == {"erased": 1}
    assert not Contact.objects.filter(email="gone@example.com").exists()


@pytest.mark.parametrize("column", ["mobile", "external_id"])
def test_an_erased_identity_of_any_kind_keeps_a_row_out(group, import_file, outcomes, column):
    value = {"mobile": "+491713920000", "external_id": "K-7"}[column]
    erase(create({column: value}, {}, by=None), never_again=True, by=None)
    run = import_file(group, f"email,{column}\nnew@example.com,{value}\n")
    assert outcomes(run) == {"kept_out": 1}


def test_who_is_removed_needs_nothing_right_but_the_identity(group, import_file, outcomes):
    run = import_file(group, "email,date_of_birth\nmember@example.com,no date\n", mode=Mode.REMOVE)
    assert outcomes(run) == {"removed": 1}
