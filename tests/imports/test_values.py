"""Member attributes go into the membership, and a word chosen for it empties a value."""

# ruff: noqa: PLR0917 - pytest passes fixtures by their names

import pytest

from tidings.attributes.models import Attribute
from tidings.blacklists.models import SYSTEM, Entry
from tidings.contacts.models import Contact
from tidings.imports.errors import Unimportable
from tidings.imports.models import Import
from tidings.imports.queries import kept_out_by
from tidings.imports.rules.recognise import Unknown
from tidings.memberships.models import Membership


@pytest.fixture
def group(make_group):
    Attribute.objects.create(scope="member", key="card", name="Card")
    Attribute.objects.create(scope="member", key="points", name="Points", type="number")
    return make_group()


def of_member(who: str) -> dict[str, object]:
    return Membership.objects.get(contact__email=f"{who}@example.com").attributes


def test_member_attributes_are_stored_with_the_membership(group, make_contact, import_file, outcomes):
    make_contact("known@example.com")
    content = "email,member.Card,member.points\nnew@example.com,gold,7\nknown@example.com,,8\n"
    assert outcomes(import_file(group, content)) == {"created": 1, "joined": 1}
    assert (of_member("new"), of_member("known")) == ({"card": "gold", "points": 7}, {"points": 8})
    assert not any(Contact.objects.values_list("attributes", flat=True))


def test_a_member_with_another_value_is_updated_and_keeps_the_others(group, import_file, outcomes):
    import_file(group, "email,member.card,member.points\na@example.com,gold,7\nb@example.com,gold,7\n")
    run = import_file(group, "email,member.card\na@example.com,silver\nb@example.com,gold\n")
    assert outcomes(run) == {"updated": 1, "unchanged": 1}
    assert of_member("a") == {"card": "silver", "points": 7}


def test_a_dry_run_counts_changed_member_attributes(group, import_file, outcomes):
    import_file(group, "email,member.card\na@example.com,gold\n")
    run = import_file(group, "email,member.card\na@example.com,silver\n", dry_run=True)
    assert outcomes(run) == {"updated": 1}
    assert of_member("a") == {"card": "gold"}


def test_a_mode_that_leaves_members_leaves_their_attributes(group, import_file, outcomes):
    import_file(group, "email,member.card\na@example.com,gold\n")
    run = import_file(group, "email,member.card\na@example.com,silver\n", mode=Import.Mode.ADD)
    assert (outcomes(run), of_member("a")) == ({"unchanged": 1}, {"card": "gold"})


def test_a_member_attribute_of_a_wrong_type_is_rejected(group, import_file, reasons):
    assert reasons(import_file(group, "email,member.points\na@example.com,many\n")) == [(2, "bad_number")]


def test_one_name_may_be_a_profile_and_a_member_attribute(group, import_file):
    Attribute.objects.create(key="card", name="Card")
    import_file(group, "email,card,member.card\na@example.com,visa,gold\n")
    assert (of_member("a"), Contact.objects.get().attributes) == ({"card": "gold"}, {"card": "visa"})


def test_an_unknown_member_attribute_stops_unless_told_otherwise(group, start, import_file):
    with pytest.raises(Unimportable, match=r"member\.Shirt"):
        start(group, "email,member.Shirt\na@example.com,L\n")
    import_file(group, "email,member.Shirt\na@example.com,L\n", unknown=Unknown.CREATE)
    assert of_member("a") == {"shirt": "L"}
    import_file(group, "email,Size\na@example.com,M\n", choices={"Size": "member.Shirt"})
    assert of_member("a") == {"shirt": "M"}


def test_member_attributes_of_mapp_engage_are_made(group, import_file):
    import_file(group, "user.Email,user.MemberAttribute.Since\na@example.com,2020\n")
    assert of_member("a") == {"since": "2020"}
    text = (
        '<userdata><user><email>a@example.com</email><memberattr name="CARD">x</memberattr></user></userdata>'
    )
    import_file(group, text)
    assert of_member("a") == {"since": "2020", "card": "x"}


def test_the_marker_empties_a_value_and_an_empty_cell_leaves_it(group, import_file, outcomes):
    import_file(
        group,
        "email,city,date_of_birth,language,mobile,member.card\na@example.com,B,1990-12-31,de,+491713920000,x\n",
    )
    content = "email,city,date_of_birth,language,mobile,member.card\na@example.com, NONE ,,NONE,NONE,NONE\n"
    assert outcomes(import_file(group, content, clear_marker="NONE")) == {"updated": 1}
    contact = Contact.objects.get()
    assert (contact.attributes, contact.language, contact.mobile) == (
        {"date_of_birth": "1990-12-31"},
        "",
        None,
    )
    assert of_member("a") == {}
    assert outcomes(import_file(group, content, clear_marker="NONE")) == {"unchanged": 1}


def test_the_marker_stores_nothing_for_new_people(group, import_file):
    import_file(
        group, "email,city,mobile,external_id\na@example.com,-,-,-\nb@example.com,-,-,-\n", clear_marker="-"
    )
    assert list(Contact.objects.values_list("attributes", "mobile", "external_id")) == [({}, None, None)] * 2


def test_the_marker_is_no_address(group, import_file, reasons):
    assert reasons(import_file(group, "email\n-\n", clear_marker="-")) == [(2, "bad_address")]


@pytest.mark.parametrize("pattern", ["a@example.com", "example.com"])
@pytest.mark.parametrize("is_of_group", [False, True])
def test_listed_people_are_kept_out_be_they_new_or_known(
    group, make_contact, import_file, outcomes, pattern, is_of_group
):
    kind = "email" if "@" in pattern else "domain"
    Entry.objects.create(scope=group.pk if is_of_group else SYSTEM, kind=kind, pattern=pattern, source="page")
    for _ in range(2):
        run = import_file(group, "email\na@example.com\nb@example.net\n")
        assert kept_out_by(run) == {"blacklisted": 1}
        make_contact("a@example.com")
    assert not Membership.objects.filter(contact__email="a@example.com").exists()


def test_a_time_zone_or_a_limit_that_is_none_rejects_its_row(make_group, import_file, reasons):
    rows = "a@example.com,europe/berlin,2/7\nb@example.com,Berlin,\nc@example.com,,often\n"
    run = import_file(make_group(), f"email,time_zone,message_limit\n{rows}")
    assert reasons(run) == [(3, "bad_time_zone"), (4, "bad_limit")]
    assert Contact.objects.get().attributes == {"time_zone": "Europe/Berlin", "message_limit": "2/7"}
