import pytest

from tidings.groups import lifecycle
from tidings.groups.models import Deletion, Group
from tidings.groups.queries import find


def test_it_copies_a_group_and_goes_on_to_its_settings(operator, world):
    form = {"name": "Second", "address": "second@example.org"}
    answer = operator.post(f"/groups/{world.group.pk}/copy/", form)
    made = Group.objects.get(name="Second")
    assert answer.url == f"/groups/{made.pk}/settings/"
    assert made.attributes.count() == 2


def test_it_says_at_the_form_why_a_group_can_not_be_copied(operator, world):
    form = {"name": "Second", "address": world.group.address}
    answer = operator.post(f"/groups/{world.group.pk}/copy/", form)
    assert b"Another group has the address" in answer.content
    assert b'value="Second"' in answer.content


def test_it_archives_and_activates_a_group(operator, world):
    path = f"/groups/{world.empty.pk}"
    assert b"is archived" in operator.post(f"{path}/archive/", follow=True).content
    assert find(world.empty.pk).archived_at
    assert b"is active again" in operator.post(f"{path}/activate/", follow=True).content
    assert find(world.empty.pk).archived_at is None


def test_it_says_who_uses_a_group_that_shall_be_archived(operator, world):
    answer = operator.post(f"/groups/{world.locked.pk}/archive/", follow=True)
    assert "exclusive lock of import" in answer.content.decode()


def test_it_deletes_a_group_when_its_name_is_typed(operator, world):
    path = f"/groups/{world.empty.pk}/delete/"
    assert b"is not the name of the group" in operator.post(path, {"name": "VIP"}).content
    assert operator.post(path, {"name": "VIP customers"}).url == "/groups/"
    assert Deletion.objects.get().group_id == world.empty.pk


def test_it_tells_before_how_many_memberships_go(operator, world):
    page = operator.get(f"/groups/{world.group.pk}/delete/").content.decode()
    assert "6 memberships" in page
    assert world.group.address in page


@pytest.mark.parametrize("act", ["copy", "archive", "activate", "delete"])
def test_a_get_changes_nothing(operator, world, act):
    operator.get(f"/groups/{world.empty.pk}/{act}/")
    assert find(world.empty.pk).archived_at is None
    assert not Deletion.objects.exists()


def test_pages_of_past_sendouts_and_imports_of_a_deleted_group_still_open(operator, world, monkeypatch):
    Group.objects.filter(pk=world.group.pk).update(deleted_at="2026-01-01T00:00Z", address=None)
    paths = (
        "/",
        "/sendouts/",
        f"/sendouts/{world.sendout.pk}/",
        "/imports/",
        f"/imports/{world.imported.pk}/",
    )
    for path in (*paths, f"/contacts/{world.contact.pk}/", f"/messages/{world.sendout.version.message_id}/"):
        assert operator.get(path).status_code == 200
    assert operator.get(f"/groups/{world.group.pk}/").status_code == 404


def test_a_group_that_is_being_deleted_shows_the_lock(operator, world):
    lifecycle.delete(world.empty, name=world.empty.name, by=world.user)
    assert "Deletion of VIP customers" in operator.get(f"/groups/{world.empty.pk}/").content.decode()
