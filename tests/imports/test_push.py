"""Push endpoints as a column of a file: a person may have many of them, and may be known by one alone."""

import pytest

from tidings.contacts import endpoints
from tidings.contacts.erasure import hash_of
from tidings.contacts.models import Contact, NeverAgain, PushEndpoint
from tidings.groups import actions as groups
from tidings.imports.errors import Unimportable
from tidings.imports.models import Import
from tidings.imports.rules.mapping import Key
from tidings.memberships.models import Membership

APP = "Example Books"
BOTH = "email,push_endpoint,push_app"


@pytest.fixture
def group(make_group):
    return make_group()


@pytest.fixture
def anna(db):
    person = Contact.objects.create(email="anna@example.com")
    endpoints.add(person, "tA", app=APP, by=None)
    return person


def stored() -> set[tuple[str | None, str, str]]:
    return set(PushEndpoint.objects.values_list("contact__email", "app", "endpoint"))


def test_a_column_gives_endpoints_to_new_and_known_people(group, anna, import_file, outcomes):
    run = import_file(
        group, f"{BOTH}\nanna@example.com,tB,{APP}\nberta@example.com,tC,Other app\nc@example.com,,\n"
    )
    assert outcomes(run) == {"created": 2, "joined": 1}
    assert stored() == {
        ("anna@example.com", APP, "tA"),
        ("anna@example.com", APP, "tB"),
        ("berta@example.com", "Other app", "tC"),
    }
    assert Contact.objects.filter(has_push=True).count() == 2


def test_who_is_known_by_an_endpoint_alone_is_found_by_it(group, import_file, outcomes):
    content = "push_endpoint,city\ntA,Berlin\ntB,Bonn\n"
    assert outcomes(import_file(group, content, app=APP)) == {"created": 2}
    changed = content.replace("Bonn", "Ulm")
    assert outcomes(import_file(group, changed, app=APP)) == {"updated": 1, "unchanged": 1}
    assert set(Contact.objects.values_list("attributes__city", "has_push")) == {
        ("Berlin", True),
        ("Ulm", True),
    }


def test_all_values_reach_a_member_who_is_found_by_an_endpoint(group, anna, import_file, outcomes):
    content = "push_endpoint,push_app,external_id,member.card\ntA,,A,gold\ntB,Other,B,\n"
    run = import_file(group, content, key=Key.PUSH_ENDPOINT, app=APP, choices={"member.card": "member.card"})
    assert outcomes(run) == {"created": 1, "joined": 1}
    cards = Membership.objects.values_list("contact__external_id", "attributes")
    assert dict(cards) == {"A": {"card": "gold"}, "B": {}}


def test_of_two_rows_with_endpoints_of_one_person_the_last_counts(group, anna, import_file, outcomes):
    endpoints.add(anna, "tB", app=APP, by=None)
    run = import_file(group, "push_endpoint,city\ntB,Berlin\ntA,Bonn\n", app=APP)
    assert outcomes(run) == {"joined": 1, "ignored": 1}
    anna.refresh_from_db()
    assert anna.attributes == {"city": "Bonn"}


def test_an_endpoint_of_somebody_else_is_a_conflict(group, anna, import_file, outcomes, reasons):
    run = import_file(
        group, f"{BOTH}\nberta@example.com,tA,{APP}\nc@example.com,tC,{APP}\nd@example.com,tC,{APP}\n"
    )
    assert outcomes(run) == {"created": 1, "rejected": 2}
    assert reasons(run) == [(2, "identity_conflict"), (4, "identity_conflict")]


@pytest.mark.parametrize("mode", [Import.Mode.ADD, Import.Mode.JOIN])
def test_a_mode_that_leaves_profiles_gives_known_people_no_endpoint(group, anna, import_file, mode):
    import_file(group, f"{BOTH}\nanna@example.com,tB,{APP}\n", mode=mode)
    assert stored() == {("anna@example.com", APP, "tA")}


def test_a_dry_run_says_what_would_become_of_endpoints(group, anna, import_file, outcomes):
    content = f"{BOTH}\nanna@example.com,tB,{APP}\nberta@example.com,tC,{APP}\n"
    assert outcomes(import_file(group, content, dry_run=True)) == {"created": 1, "joined": 1}
    assert stored() == {("anna@example.com", APP, "tA")}


def test_replace_and_remove_know_people_by_their_endpoints(group, anna, import_file, outcomes):
    import_file(group, "push_endpoint\ntA\ntB\ntC\n", app=APP)
    run = import_file(group, "push_endpoint\ntA\nt B\n", app=APP, mode=Import.Mode.REPLACE, is_confirmed=True)
    assert (outcomes(run), run.absent) == ({"unchanged": 1, "rejected": 1}, 2)
    gone = import_file(group, "push_endpoint\ntA\n", app=APP, mode=Import.Mode.REMOVE)
    assert outcomes(gone) == {"removed": 1}


def test_who_stands_in_a_rejected_row_is_not_missing(group, import_file):
    import_file(group, "push_endpoint,date_of_birth\ntA,\ntB,\n", app=APP)
    content = "push_endpoint,date_of_birth\ntA,\ntB,yesterday\n"
    run = import_file(group, content, app=APP, mode=Import.Mode.REPLACE)
    assert (run.state, run.rejected, run.absent) == ("finished", 1, 0)


def test_each_unfit_endpoint_or_app_is_rejected_with_its_reason(group, import_file, reasons):
    rows = "a@x.io,t A,X\nb@x.io,t1,\nc@x.io," + "t" * 2001 + ",X\nd@x.io,t2," + "x" * 101 + "\ne@x.io,-,X\n"
    run = import_file(group, f"{BOTH}\n{rows}", clear_marker="-")
    assert [reason for _, reason in reasons(run)] == [
        "bad_push_endpoint", "no_app", "too_long", "bad_app", "bad_push_endpoint",
    ]  # fmt: skip
    keyed = import_file(group, "push_endpoint,city\n,Bonn\n", app=APP)
    assert reasons(keyed) == [(2, "no_push_endpoint")]


def test_it_stops_where_nothing_names_the_app_or_the_endpoint(group, start):
    with pytest.raises(Unimportable, match="Nothing says of which app"):
        start(group, "push_endpoint\ntA\n")
    with pytest.raises(Unimportable, match="no column holds push endpoints"):
        start(group, "email,push_app\na@example.com,X\n")


def test_a_push_group_names_the_app_of_its_endpoints(import_file):
    group = groups.create("App", channel="push", by=None)
    group = groups.update_settings(group, {"sending": {"app": "books-ios"}}, by=None)
    import_file(group, "push_endpoint\ntA\n")
    assert stored() == {(None, "books-ios", "tA")}


def test_an_erased_endpoint_is_kept_out(group, import_file, outcomes):
    NeverAgain.objects.create(hash=hash_of("push", "tA"))
    assert outcomes(import_file(group, "push_endpoint\ntA\ntB\n", app=APP)) == {"created": 1, "kept_out": 1}


def test_another_email_address_asks_nobody_in_a_push_group(anna, import_file):
    group = groups.create("App", channel="push", by=None)
    import_file(group, "push_endpoint,email\ntA,anna@example.com\n", key=Key.PUSH_ENDPOINT, app=APP)
    import_file(group, "push_endpoint,email\ntA,anna@example.net\n", key=Key.PUSH_ENDPOINT, app=APP)
    assert Membership.objects.get(group=group).state == "active"
