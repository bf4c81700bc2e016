import pytest

from tidings.groups import actions, subgroups
from tidings.groups.queries import subgroups_of
from tidings.groups.settings import Duplicates
from tidings.locks import actions as locks
from tidings.locks.models import Process


@pytest.fixture
def path(world):
    return f"/groups/{world.supergroup.pk}/subgroups/"


def names(supergroup):
    return [one.name for one in subgroups_of(supergroup)]


def test_it_lists_the_subgroups_in_their_order(operator, path):
    rows = operator.get(path).context["rows"]
    assert [row.group.name for row in rows] == ["Weekly newsletter", "Daily deals"]


def test_it_adds_the_checked_groups(operator, world, path):
    answer = operator.post(f"{path}add/", {"group": [world.empty.pk]}, follow=True)
    assert "Added “VIP customers”." in answer.content.decode()
    assert names(world.supergroup) == ["Weekly newsletter", "Daily deals", "VIP customers"]


def test_it_asks_to_check_something(operator, path):
    assert "Check the groups" in operator.post(f"{path}add/", {}, follow=True).content.decode()


def test_what_it_offers_shows_the_address_because_names_repeat(operator, path):
    page = operator.get(f"{path}add/").content.decode()
    assert "vip@news.example.org" in page
    assert "Store openings" not in page


def test_the_picker_searches(operator, path):
    rows = operator.get(f"{path}add/?q=nobody").context["rows"]
    assert rows == []


def test_it_moves_one_up(operator, world, path):
    operator.post(f"{path}{world.locked.pk}/move/", {"places": "-1"})
    assert names(world.supergroup) == ["Daily deals", "Weekly newsletter"]


def test_it_takes_one_out(operator, world, path):
    answer = operator.post(f"{path}{world.group.pk}/remove/", follow=True)
    assert "is taken out" in answer.content.decode()
    assert names(world.supergroup) == ["Daily deals"]


def test_it_keeps_the_policy(operator, world, path):
    operator.post(f"{path}duplicates/", {"duplicates": "one_per_subgroup"})
    world.supergroup.refresh_from_db()
    assert world.supergroup.all_settings.supergroup.duplicates == Duplicates.ONE_PER_SUBGROUP


def test_it_counts_the_people(operator, path):
    assert "Different people" in operator.get(f"{path}overlap/").content.decode()


def test_it_says_who_is_in_the_way_of_a_change(operator, world, path):
    locks.begin(Process.Kind.SENDOUT, [world.supergroup.pk], label="Gala", by=None)
    for way, form in (
        ("add/", {"group": [world.empty.pk]}),
        (f"{world.group.pk}/remove/", {}),
        (f"{world.group.pk}/move/", {"places": "1"}),
    ):
        assert "“Gala”" in operator.post(path + way, form, follow=True).content.decode()
    moved = operator.post(f"{path}{world.group.pk}/move/", {"places": "1"}, headers={"HX-Request": "true"})
    assert "“Gala”" in moved.content.decode()
    assert names(world.supergroup) == ["Weekly newsletter", "Daily deals"]


def test_its_list_is_a_csv_file_as_well(operator, world):
    answer = operator.get(f"/groups/{world.supergroup.pk}/subgroups.csv")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines[1].startswith(f"1,{world.group.pk},Weekly newsletter,weekly@news.example.org,")


def test_an_ordinary_group_has_no_subgroups(operator, world):
    answer = operator.get(f"/groups/{world.group.pk}/subgroups/")
    assert answer.status_code == 409
    assert "isn&#x27;t a SuperGroup" in answer.content.decode()


def test_a_group_names_the_supergroups_it_is_in(operator, world):
    page = operator.get(f"/groups/{world.group.pk}/").content.decode()
    assert "In SuperGroups" in page
    assert "all@news.example.org" in page


@pytest.mark.parametrize("tab", ["", "members/", "members/add/", "import/"])
def test_it_says_that_its_own_members_get_no_supermessages(operator, world, tab):
    page = operator.get(f"/groups/{world.supergroup.pk}/{tab}").content.decode()
    assert "members of its own don" in page
    assert "members of its own" not in operator.get(f"/groups/{world.group.pk}/{tab}").content.decode()


def test_it_is_offered_where_a_message_is_sent(operator, world):
    page = operator.get(f"/messages/{world.sendout.version.message_id}/send/").content.decode()
    assert "All e-mail" in page


def test_a_new_one_goes_on_to_choosing_subgroups(operator):
    form = {"name": "Holiday", "channel": "email", "address": "holiday@example.org", "is_supergroup": "yes"}
    answer = operator.post("/groups/new/", form)
    assert answer.url.endswith("/subgroups/add/")


@pytest.mark.parametrize("way", ["", "add/", "overlap/"])
def test_its_pages_ask_little_however_many_groups_there_are(
    operator, world, path, way, django_assert_max_num_queries
):
    many = [actions.create(f"G {n}", address=f"g{n}@example.org", by=None) for n in range(40)]
    subgroups.add(world.supergroup, many[:20], by=None)
    with django_assert_max_num_queries(10):
        assert operator.get(path + way).status_code == 200
