"""A type changes with all values or not at all, and until that has ended the old one holds."""

import io

import pytest

from tests.workers import NAME
from tidings.attributes import actions, queries, values
from tidings.attributes.actions import define
from tidings.attributes.errors import CatalogueInUse, TypeChangeEnded, TypeChanging, TypeRefused
from tidings.attributes.models import Attribute, TypeChange
from tidings.contacts import values as profiles
from tidings.imports import actions as imports
from tidings.imports.models import Import
from tidings.journal.models import Fact
from tidings.locks import work
from tidings.locks.errors import GroupLocked
from tidings.locks.models import GroupLock
from tidings.memberships.models import Membership

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def size():
    return define("Size", by=None)


@pytest.fixture
def begun():
    """Begins to change a type, and runs it to its end unless somebody else does."""

    def begun(attribute, kind, *, runs=True, **rest) -> TypeChange:
        change = actions.change_type(attribute, kind, by=None, **rest)
        if runs:
            assert work.run(change.process_id, NAME)
            attribute.refresh_from_db()
        return queries.type_change(change.pk)

    return begun


def stored(people) -> list[object]:
    for person in people:
        person.refresh_from_db()
    return [person.attributes["size"] for person in people]


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("number", {"39": 39, "40.5": 40.5, "1": 1}),
        ("date", {"1990-12-31": "1990-12-31", "31.12.1990": "1990-12-31", "29.02.2024": "2024-02-29"}),
        ("boolean", {"yes": True, "Nein": False, "1": True}),
    ],
)
def test_a_type_changes_with_all_values(size, make_contact, begun, kind, written):
    people = [make_contact(size=value) for value in written]
    change = begun(size, kind)
    assert (size.type, change.process.state) == (kind, "finished")
    assert [(value, type(value)) for value in stored(people)] == [
        (one, type(one)) for one in written.values()
    ]
    assert Fact.objects.get(verb="attribute.type_changed").data["rewritten"] == change.rewritten


def test_a_number_that_becomes_yes_or_no_is_stored_as_such(make_contact, begun):
    flag = define("Flag", kind="number", by=None)
    person = make_contact(flag=1)
    begun(flag, "boolean")
    person.refresh_from_db()
    assert person.attributes["flag"] is True


def test_it_changes_the_values_of_members(make_group, make_members, begun):
    group = make_group()
    since = define("Since", scope="member", by=None)
    make_members(group, 2)
    Membership.objects.filter(group=group).update(attributes={"since": "31.12.2020"})
    begun(since, "date")
    assert {member.attributes["since"] for member in Membership.objects.all()} == {"2020-12-31"}


def test_a_person_is_told_at_once_which_values_do_not_fit(size, make_contact):
    people = [make_contact(size=value) for value in ("39", "very big", "L")]
    with pytest.raises(TypeRefused, match=r"“very big” .It is not a number.*“L”"):
        actions.change_type(size, "number", by=None)
    assert stored(people)[0] == "39"
    assert not TypeChange.objects.exists()


def test_it_names_what_does_not_fit_behind_the_first_page_and_changes_nothing(
    size, make_contact, begun, monkeypatch
):
    monkeypatch.setattr(profiles, "PEOPLE_PER_PAGE", 2)
    people = [make_contact(size=value) for value in ("39", "40", "41", "huge")]
    change = begun(size, "number")
    assert (size.type, stored(people)) == ("text", ["39", "40", "41", "huge"])
    assert change.process.state == "failed"
    assert "“huge” (It is not a number" in change.error


def test_a_value_that_comes_in_meanwhile_and_does_not_fit_is_named(size, make_contact, begun, monkeypatch):
    people = [make_contact(size="39")]
    change, misfits = begun(size, "number", runs=False), values.misfits

    def overtaken(*given):
        found = misfits(*given)
        if len(people) == 1:
            people.append(make_contact(size="huge"))
        return found

    monkeypatch.setattr(values, "misfits", overtaken)
    work.run(change.process_id, NAME)
    change, _ = queries.type_change(change.pk), size.refresh_from_db()
    assert (change.process.state, "“huge”" in change.error) == ("failed", True)
    assert (size.type, stored(people)) == ("text", ["39", "huge"])


def test_until_its_end_the_old_type_holds(size, make_contact, begun):
    begun(size, "number", runs=False)
    assert make_contact(size="any text").attributes["size"] == "any text"


def test_the_progress_counts_each_value_twice(size, make_contact, begun):
    for value in range(3):
        make_contact(size=str(value))
    process = begun(size, "number").process
    assert (process.done, process.total) == (6, 6)


def test_a_cancelled_change_leaves_type_and_values(size, make_contact, begun):
    people = [make_contact(size="39")]
    change = begun(size, "number", runs=False)
    actions.cancel_type_change(change, by=None)
    work.run(change.process_id, NAME)
    size.refresh_from_db()
    assert (size.type, stored(people)) == ("text", ["39"])
    assert queries.type_change(change.pk).process.state == "cancelled"
    assert not GroupLock.objects.exists()
    with pytest.raises(TypeChangeEnded):
        actions.cancel_type_change(change, by=None)


def test_nothing_else_of_the_attribute_changes_meanwhile(size, begun):
    begun(size, "number", runs=False)
    for act in (actions.archive, actions.delete):
        with pytest.raises(TypeChanging):
            act(size, by=None)
    with pytest.raises(TypeChanging):
        actions.change_type(size, "date", by=None)
    assert Attribute.objects.get().type == "text"


def upload(group) -> Import:
    file = io.BytesIO(b"email,size\na@example.com,L\n")
    return imports.start(group, file, filename="people.csv", by=None)


def test_no_type_changes_while_an_import_runs(size, make_group):
    upload(make_group())
    with pytest.raises(CatalogueInUse, match=r"people\.csv"):
        actions.change_type(size, "number", by=None)


def test_no_import_begins_while_a_type_changes(size, make_group, begun):
    change = begun(size, "number", runs=False)
    with pytest.raises(
        GroupLocked, match=r"The catalogue of attributes can't be used now: .*“Change of “Size”"
    ):
        upload(make_group())
    work.run(change.process_id, NAME)
    assert upload(make_group()).state == "queued"


def test_two_imports_run_side_by_side(size, make_group):
    assert upload(make_group()).state == upload(make_group()).state == "queued"
