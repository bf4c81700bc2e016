"""Files of exports go with their group, and with whoever stands in them."""

import pytest
from django.core.files.storage import default_storage

from tests.workers import NAME
from tidings.contacts import person
from tidings.exports import actions, queries
from tidings.exports.errors import FileGone
from tidings.exports.models import Export
from tidings.groups import lifecycle
from tidings.locks import work
from tidings.memberships import actions as memberships
from tidings.memberships.models import Membership


@pytest.fixture
def group(make_group):
    return make_group("News")


@pytest.fixture
def anna(committed, make_contact):
    return make_contact("anna@example.com")


@pytest.fixture
def export(committed):
    """Exports a group here and now."""

    def export(group) -> Export:
        started = actions.start(group, by=None)
        assert work.run(started.process_id, NAME)
        return queries.find(started.pk)

    return export


def join(contact, group) -> None:
    memberships.add(contact, group, source=Membership.Source.PAGE, by=None)


def is_gone(export: Export) -> bool:
    return not queries.find(export.pk).file and not default_storage.exists(export.file)


def test_the_files_of_a_deleted_group_go(group, anna, export):
    join(anna, group)
    made = export(group)
    work.run(lifecycle.delete(group, name="News", by=None).process_id, NAME)
    assert is_gone(made)
    assert queries.find(made.pk).why_gone == "The group was deleted."


def test_the_files_of_other_groups_stay(group, make_group, anna, export):
    made = export(make_group())
    work.run(lifecycle.delete(group, name="News", by=None).process_id, NAME)
    person.erase(anna, by=None)
    assert not is_gone(made)


@pytest.mark.parametrize("leaves", [False, True])
def test_the_files_that_an_erased_person_stands_in_go(group, anna, export, leaves):
    join(anna, group)
    made = export(group)
    if leaves:
        memberships.unsubscribe(anna, group.pk, source="form")
    person.erase(anna, by=None)
    assert is_gone(made)
    with pytest.raises(FileGone, match="Somebody who stood in it was erased"):
        queries.opened(queries.find(made.pk))


def test_an_export_that_is_being_written_stops_when_a_member_is_erased(group, anna):
    join(anna, group)
    started = actions.start(group, by=None)
    person.erase(anna, by=None)
    work.run(started.process_id, NAME)
    ended = queries.find(started.pk)
    assert (ended.state, ended.file) == ("cancelled", "")
    assert "was erased" in ended.error


def test_a_person_is_told_which_files_they_may_stand_in(group, anna, export):
    join(anna, group)
    made = export(group)
    assert [one["export"] for one in person.export(anna, by=None)["export_files"]] == [made.pk]
