"""The pages of the blacklists."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.web.furniture import end_listing
from tidings.blacklists import queries
from tidings.blacklists.models import BlacklistImport


def patterns(group=None) -> list[str]:
    return [entry.pattern for entry in queries.entries(group)]


def test_it_adds_an_entry_with_its_reason(operator, world):
    answer = operator.post(
        "/blacklist/", {"pattern": " New@Example.NET", "reason": "<b>asked</b> us"}, follow=True
    )
    html = answer.content.decode()
    assert "new@example.net is on the list" in html
    assert "&lt;b&gt;asked&lt;/b&gt; us" in html
    assert "new@example.net" in patterns()


def test_it_adds_to_the_list_of_a_group_alone(operator, world):
    operator.post(f"/groups/{world.empty.pk}/blacklist/", {"pattern": "example.org"})
    assert (patterns(world.empty), "example.org" in patterns()) == (["example.org"], False)


def test_it_says_what_is_wrong_and_keeps_what_was_typed(operator, world):
    html = operator.post("/blacklist/", {"pattern": "nobody", "reason": "asked"}).content.decode()
    assert "“nobody” can&#x27;t be put on a blacklist" in html
    assert 'value="asked"' in html


def test_it_says_that_an_entry_was_there_already(operator, world):
    answer = operator.post("/blacklist/", {"pattern": "*.spam.example"}, follow=True)
    assert "was on the list already" in answer.content.decode()


def test_it_removes_an_entry(operator, world):
    entry = queries.find_by("nobody@example.net", world.group)
    answer = operator.post(f"/blacklist/{entry.pk}/remove/", follow=True)
    assert "is off the list" in answer.content.decode()
    assert "nobody@example.net" not in patterns(world.group)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("anna@mail.spam.example", "because of <b>*.spam.example</b>"),
        ("0049 171 3920000", "because of <b>+491713920000</b>"),
        ("nobody@example.info", "keeps nobody@example.info out"),
    ],
)
def test_it_says_what_keeps_a_whole_address_out(operator, world, asked, told):
    assert told in operator.get("/blacklist/", {"q": asked}).content.decode()


def test_a_groups_page_names_entries_of_the_system_too(operator, world):
    html = operator.get(f"/groups/{world.group.pk}/blacklist/", {"q": "x@spam.example"}).content.decode()
    assert "list</a>" in html


def test_it_finds_entries_by_their_beginning_and_kind(operator, world):
    found = operator.get("/blacklist/", {"q": "*.sp"}).context["page"].rows
    assert [entry.pattern for entry in found] == ["*.spam.example"]
    found = operator.get("/blacklist/", {"kind": "mobile"}).context["page"].rows
    assert [entry.pattern for entry in found] == ["+491713920000"]


def test_it_gives_the_list_as_csv_as_narrowed(operator, world):
    content = b"".join(operator.get("/blacklist.csv", {"kind": "mobile"}).streaming_content).decode()
    assert "+491713920000,mobile" in content
    assert "*.spam.example" not in content


def test_a_page_takes_few_queries(operator, world, django_assert_max_num_queries):
    with django_assert_max_num_queries(10):
        operator.get(f"/groups/{world.group.pk}/blacklist/", {"q": "x@spam.example"})


@pytest.fixture
def upload(operator, world):
    def upload(content: str, path: str = "/blacklist/imports/", mode: str = "add"):
        file = SimpleUploadedFile("never.txt", content.encode())
        return operator.post(path, {"file": file, "mode": mode}, follow=True)

    return upload


def test_it_takes_a_file_and_shows_what_became_of_it(upload, operator, world):
    answer = upload("new@example.org\nnobody\n", f"/groups/{world.empty.pk}/blacklist/imports/")
    assert "Reading the file" in answer.content.decode()
    run = answer.context["run"]
    end_listing(run)
    html = operator.get(f"/blacklist/imports/{run.pk}/").content.decode()
    assert "1 added, 0 removed." in html
    assert "neither an address" in html
    content = b"".join(operator.get(f"/blacklist/imports/{run.pk}/rejected.csv").streaming_content)
    assert b"2,nobody" in content
    assert "never.txt" in operator.get(f"/groups/{world.empty.pk}/blacklist/imports/").content.decode()


def test_it_says_who_holds_the_group_and_keeps_no_file(upload, world):
    html = upload("new@example.org", f"/groups/{world.locked.pk}/blacklist/imports/").content.decode()
    assert "can&#x27;t be used now" in html


def test_it_cancels_an_import(upload, operator):
    run = upload("new@example.org").context["run"]
    answer = operator.post(f"/blacklist/imports/{run.pk}/cancel/", follow=True)
    assert "stays what it was" in answer.content.decode()
    BlacklistImport.objects.filter(pk=run.pk).update(state="cancelled")
    assert "Cancelled." in operator.get(f"/blacklist/imports/{run.pk}/").content.decode()


def test_its_live_part_comes_anew_when_the_state_has_changed(upload, operator):
    run = upload("new@example.org").context["run"]
    assert operator.get(f"/blacklist/imports/{run.pk}/live/?state=running").status_code == 200
    end_listing(run)
    assert operator.get(f"/blacklist/imports/{run.pk}/live/?state=running")["HX-Refresh"] == "true"
