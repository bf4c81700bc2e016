"""Who a row is about is said by one identity: e-mail address, external id or mobile number."""

# ruff: noqa: PLR0917 - pytest passes fixtures by their names

from datetime import timedelta

import pytest

from tidings.contacts.models import Contact
from tidings.groups import actions as groups
from tidings.imports.errors import Unimportable
from tidings.imports.models import Import
from tidings.imports.rules.mapping import Key
from tidings.kernel import clock
from tidings.memberships import actions as memberships
from tidings.memberships.expire import expire_pending
from tidings.memberships.models import Membership

OF_CONTACTS = (Key.EMAIL, Key.EXTERNAL_ID, Key.MOBILE)
ANNA, BERTA = "+491713920001", "+491713920002"


@pytest.fixture
def group(make_group):
    return make_group()


@pytest.fixture
def anna(db):
    return Contact.objects.create(email="anna@example.com", mobile=ANNA, external_id="A")


@pytest.fixture
def berta(db):
    return Contact.objects.create(email="berta@example.com", mobile=BERTA, external_id="B")


def join(group, *contacts) -> None:
    for contact in contacts:
        memberships.add(contact, group, source=Membership.Source.PAGE, by=None)


def states(group) -> dict[str, str]:
    return dict(Membership.objects.filter(group=group).values_list("contact__external_id", "state"))


@pytest.mark.parametrize(
    ("header", "row"), [("external_id", "A"), ("mobile", "+49 171 3920001"), ("email", "ANNA@example.com")]
)
def test_each_identity_finds_people(group, anna, import_file, outcomes, header, row):
    assert outcomes(import_file(group, f"{header},city\n{row},Berlin\n")) == {"joined": 1}
    anna.refresh_from_db()
    assert anna.attributes == {"city": "Berlin"}


def test_new_people_may_have_a_mobile_number_alone(group, import_file, outcomes):
    assert outcomes(import_file(group, f"mobile\n{ANNA}\n{BERTA}\n{ANNA}\n")) == {
        "created": 2,
        "duplicates": 1,
    }


def test_who_is_found_by_the_external_id_needs_an_address_to_be_created(
    group, import_file, outcomes, reasons
):
    run = import_file(
        group, f"external_id,email,mobile\nA,a@example.com,\nB,,{BERTA}\nC,,\n", key=Key.EXTERNAL_ID
    )
    assert outcomes(run) == {"created": 2, "rejected": 1}
    assert reasons(run) == [(4, "no_address")]


def test_the_key_can_be_chosen_among_the_identities_of_a_file(group, anna, import_file, outcomes):
    content = "email,external_id\nnew@example.com,A\n"
    assert outcomes(import_file(group, content)) == {"rejected": 1}
    assert outcomes(import_file(group, content, key=Key.EXTERNAL_ID)) == {"joined": 1}


def test_a_row_that_matches_two_contacts_is_a_conflict(group, anna, berta, import_file, outcomes, reasons):
    for key in OF_CONTACTS:
        run = import_file(group, f"external_id,email,mobile\nA,berta@example.com,{ANNA}\n", key=key)
        assert (outcomes(run), reasons(run)) == ({"rejected": 1}, [(2, "identity_conflict")])


def test_of_two_rows_with_one_address_the_second_is_a_conflict(group, import_file, outcomes, reasons):
    run = import_file(group, "external_id,email\nA,a@example.com\nB,a@example.com\n", key=Key.EXTERNAL_ID)
    assert (outcomes(run), reasons(run)) == ({"created": 1, "rejected": 1}, [(3, "identity_conflict")])


def test_a_changed_address_is_stored_and_starts_as_pending(group, anna, berta, import_file, outcomes):
    join(group, anna)
    content = "external_id,email\nA,anna@example.net\nB,berta@example.net\n"
    assert outcomes(import_file(group, content, key=Key.EXTERNAL_ID)) == {"updated": 1, "joined": 1}
    assert set(Contact.objects.values_list("email", flat=True)) == {"anna@example.net", "berta@example.net"}
    assert states(group) == {"A": "pending", "B": "pending"}


def test_a_member_of_old_has_the_whole_time_to_confirm_a_changed_address(group, anna, import_file):
    join(group, anna)
    Membership.objects.update(joined_at=clock.now() - timedelta(days=400))
    import_file(group, "external_id,email\nA,anna@example.net\n", key=Key.EXTERNAL_ID)
    assert [expire_pending(clock.now() + timedelta(days=days)) for days in (13, 15)] == [0, 1]


def test_the_same_address_or_the_first_one_stays_active(group, anna, import_file):
    Contact.objects.create(external_id="N", mobile=BERTA)
    import_file(group, "external_id,email\nA,Anna@Example.com\nN,first@example.com\n", key=Key.EXTERNAL_ID)
    assert states(group) == {"A": "active", "N": "active"}


@pytest.mark.parametrize("mode", [Import.Mode.ADD, Import.Mode.JOIN])
def test_a_mode_that_leaves_profiles_changes_no_address(group, anna, berta, import_file, mode):
    join(group, anna)
    content = "external_id,email\nA,anna@example.net\nB,berta@example.net\n"
    import_file(group, content, key=Key.EXTERNAL_ID, mode=mode)
    assert set(Contact.objects.values_list("email", flat=True)) == {"anna@example.com", "berta@example.com"}
    assert states(group) == {"A": "active", "B": "active"}


def test_who_is_removed_may_be_named_by_any_identity(group, anna, berta, import_file, outcomes):
    join(group, anna, berta)
    assert outcomes(import_file(group, "external_id\nA\n", mode=Import.Mode.REMOVE)) == {"removed": 1}
    assert outcomes(import_file(group, f"mobile\n{BERTA}\n", mode=Import.Mode.REMOVE)) == {"removed": 1}


@pytest.mark.parametrize("header", ["external_id", "mobile"])
def test_a_replacement_goes_by_the_key_and_spares_rejected_rows(group, anna, berta, import_file, header):
    join(group, anna, berta, Contact.objects.create(email="c@example.com"))
    rows = {"external_id": "A,\nB,no date\n", "mobile": f"{ANNA},\n{BERTA},no date\n"}[header]
    run = import_file(group, f"{header},date_of_birth\n{rows}", mode=Import.Mode.REPLACE, is_confirmed=True)
    assert (run.rejected, run.absent) == (1, 1)
    assert sorted(states(group)) == ["A", "B"]


def test_a_file_of_mapp_engage_goes_by_its_first_column(group, anna, import_file, outcomes):
    run = import_file(group, "user.Identifier,user.Email,user.FirstName\nA,anna@example.net,Anna\n")
    assert outcomes(run) == {"joined": 1}
    anna.refresh_from_db()
    assert (anna.email, anna.attributes) == ("anna@example.net", {"first_name": "Anna"})


def test_an_sms_group_asks_for_the_number_that_changed(anna, import_file):
    group = groups.create("Texts", channel="sms", by=None)
    import_file(group, f"external_id,mobile,email\nA,{BERTA},anna@example.net\n", key=Key.EXTERNAL_ID)
    assert states(group) == {"A": "pending"}


@pytest.mark.parametrize("key", OF_CONTACTS)
def test_slices_of_one_row_give_the_same_result_by_each_key(
    group, anna, berta, import_file, outcomes, set_environment, key
):
    set_environment(slice_rows=1)
    rows = f"A,anna@example.com,{ANNA},x\nB,berta@example.com,{BERTA},y\nC,c@example.com,+491713920003,z\n"
    run = import_file(group, f"external_id,email,mobile,city\n{rows}", key=key)
    assert outcomes(run) == {"joined": 2, "created": 1}


def test_numbers_without_a_country_code_are_of_the_country_that_was_said(group, import_file, reasons):
    run = import_file(group, "mobile\n0171 3920001\n+43 664 1234567\n", country="de")
    assert (run.created, set(Contact.objects.values_list("mobile", flat=True))) == (
        2,
        {ANNA, "+436641234567"},
    )
    assert reasons(import_file(group, "mobile\n0171 3920001\n")) == [(2, "bad_mobile")]


def test_the_country_of_the_settings_counts_unless_another_is_said(group, import_file, set_environment):
    set_environment(country="DE")
    assert import_file(group, "mobile\n0171 3920001\n").created == 1
    assert import_file(group, "mobile\n0664 1234567\n", country="AT").created == 1


def test_a_country_that_there_is_not_stops_before_anything_changes(group, start):
    with pytest.raises(Unimportable, match="no country “XX”"):
        start(group, "mobile\n0171 3920001\n", country="XX")
    assert not Contact.objects.exists()
