import resource
from contextlib import contextmanager
from io import BytesIO

import pytest
from django.test import Client

from tidings.imports.models import Import
from tidings.locks.models import GroupLock

CSV = b"email;first_name\nhanna@example.net;Hanna\n"
# What the mapping form of the furniture's draft posts.
FORMAT = {"encoding": "utf-8", "separator": ";", "quote": '"', "has_header": "True", "unknown": "stop"}
FORMAT |= {"mode": "add_and_update"}
HEADER = ["E-mail", "First name", "Club card"]


@pytest.fixture
def draft_form():
    return {**FORMAT, "header": HEADER, "column-0": "", "column-1": "", "column-2": "new"}


@contextmanager
def full_disk(room):
    """The kernel refuses every file of this process that grows beyond `room` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def upload_to(client, group, data=CSV):
    file = BytesIO(data)
    file.name = "people.csv"
    return client.post(f"/groups/{group.pk}/import/", {"file": file})


def test_an_uploaded_file_becomes_a_draft_and_changes_nothing(world, operator):
    response = upload_to(operator, world.group)
    run = Import.objects.latest("pk")
    assert response.url == f"/imports/{run.pk}/"
    assert (run.state, run.size, run.filename) == (Import.State.DRAFT, len(CSV), "people.csv")


def test_a_pasted_text_becomes_a_draft_as_a_file_does(world, operator):
    text = "email\tfirst_name\r\nhanna@example.net\tHänna\r\n"
    response = operator.post(f"/groups/{world.group.pk}/import/", {"text": text})
    run = Import.objects.latest("pk")
    assert response.url == f"/imports/{run.pk}/"
    assert (run.state, run.size, run.filename) == (Import.State.DRAFT, len(text.encode()), "pasted text")
    page = operator.get(response.url).content.decode()
    assert "Hänna" in page


@pytest.mark.parametrize("what", ["nothing", "spaces", "both"])
def test_a_file_or_a_text_is_needed(world, operator, what):
    text, file = ("" if what == "nothing" else " \n"), BytesIO(CSV)
    file.name = "people.csv"
    given = {"text": "email\na@example.net", "file": file} if what == "both" else {"text": text}
    response = operator.post(f"/groups/{world.group.pk}/import/", given)
    assert response.status_code == 200
    told = "not both" if what == "both" else "Choose a file, or paste"
    assert told in response.content.decode()
    assert Import.objects.latest("pk") == world.imported


def test_a_disk_without_room_is_told_on_the_form(world, operator):
    with full_disk(300_000):
        response = upload_to(operator, world.group, b"email\n" + b"x@example.net\n" * 100_000)
    assert response.status_code == 200
    assert "could not keep the file" in response.content.decode()
    assert Import.objects.latest("pk") == world.imported


def test_a_disk_that_fills_up_with_the_last_byte_is_told_on_the_form(world, operator):
    with full_disk(10):
        response = upload_to(operator, world.group)
    assert "could not keep the file" in response.content.decode()


def test_a_missing_folder_for_uploads_is_told_on_the_form(world, operator, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "gone")
    response = upload_to(operator, world.group)
    assert response.status_code == 200
    assert "could not keep the file" in response.content.decode()


def test_an_upload_without_the_forms_token_is_refused(world):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.user)
    assert upload_to(client, world.group).status_code == 403


def test_a_draft_asks_about_columns_that_nobody_knows(world, operator):
    html = operator.get(f"/imports/{world.draft.pk}/").content.decode()
    assert "Nobody knows what these columns mean: &quot;Club card&quot;" in html
    assert "--map" not in html
    assert 'value="start" disabled' in html


def test_a_draft_shows_the_rows_as_they_will_be_read(world, operator, draft_form):
    html = operator.get(f"/imports/{world.draft.pk}/").content.decode()
    assert "<td>hanna@example.net</td><td>Hanna</td><td>12</td>" in html
    other = operator.post(f"/imports/{world.draft.pk}/", {**draft_form, "separator": ","}).content.decode()
    assert "<td>hanna@example.net;Hanna;12</td>" in other


def test_a_character_set_that_does_not_fit_is_told_with_the_form(world, operator, draft_form):
    upload_to(operator, world.group, "email;city\nanna@example.net;München\n".encode("cp1252"))
    run = Import.objects.latest("pk")
    html = operator.post(f"/imports/{run.pk}/", {**draft_form, "encoding": "utf-8"}).content.decode()
    assert "The file is not written in utf-8" in html
    assert 'name="encoding"' in html


def test_a_file_that_is_no_text_is_told_and_can_be_discarded(world, operator):
    upload_to(operator, world.group, b"%PDF-1.7" + bytes(200))
    run = Import.objects.latest("pk")
    assert "not a text file but a PDF" in operator.get(f"/imports/{run.pk}/").content.decode()
    operator.post(f"/imports/{run.pk}/discard/")
    assert not Import.objects.filter(pk=run.pk).exists()


def test_an_empty_file_is_told(world, operator):
    upload_to(operator, world.group, b"")
    run = Import.objects.latest("pk")
    assert "no header" in operator.get(f"/imports/{run.pk}/").content.decode()


def test_what_was_said_about_a_column_is_forgotten_when_the_columns_are_others(world, operator, draft_form):
    form = {**draft_form, "header": ["other", "names", "were here"], "column-0": "ignore"}
    html = operator.post(f"/imports/{world.draft.pk}/", form).content.decode()
    assert 'value="ignore" selected' not in html


def test_starting_a_draft_locks_the_group(world, operator, draft_form):
    operator.post(f"/imports/{world.draft.pk}/", {**draft_form, "do": "start"})
    world.draft.refresh_from_db()
    assert world.draft.state == Import.State.QUEUED
    assert GroupLock.objects.get(group_id=world.empty.pk).mode == GroupLock.Mode.EXCLUSIVE


def test_a_dry_run_lets_others_use_the_group(world, operator, draft_form):
    operator.post(f"/imports/{world.draft.pk}/", {**draft_form, "do": "start", "dry_run": "on"})
    assert GroupLock.objects.get(group_id=world.empty.pk).mode == GroupLock.Mode.SHARED


def test_a_draft_for_a_locked_group_can_be_looked_at_but_not_started(world, operator, draft_form):
    Import.objects.filter(pk=world.draft.pk).update(group=world.locked)
    response = operator.post(f"/imports/{world.draft.pk}/", {**draft_form, "do": "start"})
    assert response.status_code == 200
    assert "Import of autumn.csv" in response.content.decode()
    assert Import.objects.get(pk=world.draft.pk).state == Import.State.DRAFT


def test_a_started_draft_cannot_be_discarded(world, operator, draft_form):
    operator.post(f"/imports/{world.draft.pk}/", {**draft_form, "do": "start"})
    html = operator.post(f"/imports/{world.draft.pk}/discard/", follow=True).content.decode()
    assert "can&#x27;t be discarded" in html


def test_a_running_import_can_be_cancelled(world, operator, draft_form):
    operator.post(f"/imports/{world.draft.pk}/", {**draft_form, "do": "start"})
    operator.post(f"/imports/{world.draft.pk}/cancel/")
    assert Import.objects.get(pk=world.draft.pk).process.cancel_requested


def test_cancelling_what_has_ended_is_told(world, operator):
    html = operator.post(f"/imports/{world.imported.pk}/cancel/", follow=True).content.decode()
    assert "there is nothing to cancel" in html


def test_the_live_part_asks_again_only_while_it_goes_on(world, operator, draft_form):
    operator.post(f"/imports/{world.draft.pk}/", {**draft_form, "do": "start"})
    going = operator.get(f"/imports/{world.draft.pk}/live/?state=queued")
    ended = operator.get(f"/imports/{world.imported.pk}/live/?state=finished")
    assert "hx-trigger" in going.content.decode()
    assert "hx-trigger" not in ended.content.decode()


def test_a_new_state_brings_a_new_page(world, operator):
    response = operator.get(f"/imports/{world.imported.pk}/live/?state=merging")
    assert response.headers["HX-Refresh"] == "true"


def test_the_report_tells_reasons_with_samples(world, operator):
    html = operator.get(f"/imports/{world.imported.pk}/").content.decode()
    assert "This is not an e-mail address" in html
    assert "anna at example.net" in html
    assert "10 of 10 rows have an outcome" in html


def test_rejected_rows_come_as_a_defused_file(world, operator):
    response = operator.get(f"/imports/{world.imported.pk}/rejected.csv")
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert lines[2].startswith("7,bad_address,E-mail,'=cmd()")


def test_the_list_is_narrowed_by_file_group_and_state(world, operator):
    assert "spring.csv" in operator.get("/imports/?q=weekly&state=finished").content.decode()
    assert "spring.csv" not in operator.get("/imports/?state=draft").content.decode()


def test_the_list_comes_as_a_file(world, operator):
    rows = b"".join(operator.get("/imports.csv?q=spring").streaming_content).decode().splitlines()
    assert len(rows) == 2
    assert "spring.csv" in rows[1]


def test_the_list_needs_few_queries(world, operator, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        operator.get("/imports/")


def test_a_draft_starts_in_the_chosen_mode(world, operator, draft_form):
    operator.post(f"/imports/{world.draft.pk}/", {**draft_form, "do": "start", "mode": "update"})
    assert Import.objects.get(pk=world.draft.pk).mode == Import.Mode.UPDATE


def test_a_draft_starts_with_the_chosen_way_to_join(world, operator, draft_form):
    operator.post(f"/imports/{world.draft.pk}/", {**draft_form, "do": "start", "joining": "double_opt_in"})
    assert Import.objects.get(pk=world.draft.pk).joining == "double_opt_in"
    assert "Once they confirm" in operator.get(f"/imports/{world.draft.pk}/").content.decode()


def test_a_draft_starts_with_the_chosen_country(world, operator, draft_form):
    shown = operator.post(f"/imports/{world.draft.pk}/", {**draft_form, "country": "XX"}).content.decode()
    assert "no country “XX”" in shown
    operator.post(f"/imports/{world.draft.pk}/", {**draft_form, "do": "start", "country": "de"})
    assert Import.objects.get(pk=world.draft.pk).mapping["default_country"] == "DE"


def test_letters_where_nobody_joins_are_refused_on_the_form(world, operator, draft_form):
    form = {**draft_form, "do": "start", "mode": "update", "joining": "notice"}
    html = operator.post(f"/imports/{world.draft.pk}/", form).content.decode()
    assert "nobody joins the group" in html
    assert Import.objects.get(pk=world.draft.pk).state == Import.State.DRAFT


def test_a_mode_that_there_is_not_starts_nothing(world, operator, draft_form):
    response = operator.post(f"/imports/{world.draft.pk}/", {**draft_form, "do": "start", "mode": "burn"})
    assert response.status_code == 200
    assert Import.objects.get(pk=world.draft.pk).state == Import.State.DRAFT


@pytest.fixture
def question(world):
    """An import that would remove many members."""
    draft = world.draft
    draft.state, draft.mode = Import.State.AWAITING_CONFIRMATION, Import.Mode.REPLACE
    draft.absent, draft.members_before = 1_200, 5_000
    draft.save()
    return draft


def test_a_replacement_that_would_remove_many_asks(question, operator):
    html = operator.get(f"/imports/{question.pk}/").content.decode()
    assert "1,200 of 5,000 members" in html
    assert f"/imports/{question.pk}/confirm/" in html


def test_a_replacement_goes_on_when_it_is_confirmed(question, operator):
    operator.post(f"/imports/{question.pk}/confirm/")
    assert Import.objects.get(pk=question.pk).state == Import.State.QUEUED


def test_a_replacement_that_nobody_wants_is_cancelled(question, operator):
    html = operator.post(f"/imports/{question.pk}/cancel/", follow=True).content.decode()
    assert "Nothing was changed" in html


def test_confirming_what_does_not_ask_is_told(world, operator):
    html = operator.post(f"/imports/{world.imported.pk}/confirm/", follow=True).content.decode()
    assert "wait for a confirmation" in html


def test_a_saved_mapping_is_chosen_for_the_next_file_of_its_kind(world, operator, draft_form):
    saving = {**draft_form, "do": "start", "save_as": "Club"}
    operator.post(f"/imports/{world.draft.pk}/", saving)
    upload_to(operator, world.group, b"E-mail;First name;Club card\nx@example.net;X;1\n")
    html = operator.get(f"/imports/{Import.objects.latest('pk').pk}/").content.decode()
    assert '<option value="Club" selected>' in html
    assert 'value="start" disabled' not in html


def test_a_draft_with_push_endpoints_asks_for_their_app(world, operator):
    upload_to(operator, world.group, b"push_endpoint\nf1Q9\n")
    run = Import.objects.latest("pk")
    asked = operator.get(f"/imports/{run.pk}/").content.decode()
    assert "put one app for all of them in “App of push endpoints”" in asked
    form = {**FORMAT, "separator": ",", "header": ["push_endpoint"], "column-0": "", "app": "Example Books"}
    assert operator.post(f"/imports/{run.pk}/", {**form, "do": "start"}).url == f"/imports/{run.pk}/"
