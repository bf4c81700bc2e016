"""Files that wait to be imported go with their group."""

import io

from django.core.files.storage import default_storage

from tests.workers import NAME
from tidings.groups import lifecycle
from tidings.imports import actions
from tidings.imports.models import Import
from tidings.imports.queries import find
from tidings.locks import work

PEOPLE = b"email\nanna@example.com\n"


def delete(group) -> None:
    assert work.run(lifecycle.delete(group, name=group.name, by=None).process_id, NAME)


def test_drafts_and_their_files_go(committed, make_group):
    group, other = make_group("News"), make_group()
    run, stays = (
        actions.upload(one, io.BytesIO(PEOPLE), filename="p.csv", by=None) for one in (group, other)
    )
    delete(group)
    assert not Import.objects.filter(pk=run.pk).exists()
    assert (default_storage.exists(run.file), default_storage.exists(stays.file)) == (False, True)


def test_what_awaits_a_confirmation_is_cancelled(make_group, make_members, import_file):
    group = make_group("News")
    make_members(group, 20)
    run = import_file(group, PEOPLE, mode=Import.Mode.REPLACE)
    assert run.state == "awaiting_confirmation"
    delete(group)
    assert find(run.pk).state == "cancelled"
    assert not default_storage.exists(run.file)


def test_reports_of_imports_that_ended_stay(make_group, import_file):
    group = make_group("News")
    run = import_file(group, PEOPLE)
    delete(group)
    assert (find(run.pk).state, find(run.pk).created) == ("finished", 1)
