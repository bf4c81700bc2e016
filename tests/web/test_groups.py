import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tidings.groups import actions
from tidings.groups.lifecycle import archive
from tidings.groups.models import Category, Group
from tidings.kernel import db
from tidings.memberships.models import Tally

QUERIES_AT_MOST = 10


def names(answer):
    return [row.group.name for row in answer.context["rows"]]


def test_it_lists_groups_by_name_with_members_lock_and_last_sendout(operator, world):
    rows = {row.group: row for row in operator.get("/groups/").context["rows"]}
    assert [group.name for group in rows] == sorted(group.name for group in rows)
    assert rows[world.group].members.active == 6
    assert rows[world.group].last_sendout == world.sendout
    assert rows[world.locked].locks[0].percent == 62


def test_it_tells_by_whom_each_group_is_used_and_since_when(operator, world):
    page = operator.get("/groups/").content.decode()
    assert page.count("Import of autumn.csv by Olga Olsen, since <time") == 1


def test_it_needs_few_queries_however_many_groups_there_are(operator, world, django_assert_max_num_queries):
    for number in range(45):
        actions.create(f"Group {number}", address=f"g{number}@example.org", category="Many", by=world.user)
    with django_assert_max_num_queries(QUERIES_AT_MOST):
        assert len(operator.get("/groups/").context["rows"]) == 50


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ("q=deals", ["Daily deals"]),
        ("q=vip@news", ["VIP customers"]),
        ("channel=sms", ["Store openings"]),
        ("lock=exclusive", ["Daily deals"]),
        ("lock=shared", []),
        ("lock=free&channel=email", ["All e-mail", "VIP customers", "Weekly newsletter"]),
        ("q=nothing-like-it", []),
        ("kind=supergroup", ["All e-mail"]),
        ("archived=yes", []),
    ],
)
def test_it_narrows_the_list(operator, filters, found):
    assert names(operator.get(f"/groups/?{filters}")) == found


def test_it_narrows_by_category(operator):
    retail = Category.objects.get(name="Retail")
    assert names(operator.get(f"/groups/?category={retail.pk}")) == ["Store openings"]


def test_it_orders_the_newest_first(operator, world):
    assert names(operator.get("/groups/?sort=newest"))[0] == world.empty.name


@pytest.mark.parametrize("filters", ["channel=fax", "category=x", "category=99999999999999999999", "q=%00"])
def test_it_says_so_if_filters_cannot_be_read(operator, filters):
    answer = operator.get(f"/groups/?{filters}")
    assert answer.status_code == 409
    assert b"Open the list of groups again" in answer.content


def test_it_pages_by_key_and_keeps_the_filters(operator, world):
    for number in range(60):
        actions.create(f"Group {number:02}", address=f"g{number}@example.org", by=world.user)
    first = operator.get("/groups/?q=Group")
    second = operator.get("/groups/", {"q": "Group", "page": first.context["page"].next})
    assert names(first) + names(second) == [f"Group {number:02}" for number in range(60)]
    assert b"q=Group&amp;page=" in second.content


def test_it_gives_htmx_the_table_alone(operator):
    answer = operator.get("/groups/?q=deals", headers={"HX-Request": "true"})
    assert answer.content.strip().startswith(b'<div id="results">')
    assert "HX-Request" in answer.headers["Vary"]


def test_it_offers_the_same_list_as_csv(operator, world):
    actions.create("=1+1", address="formula@example.org", by=world.user)
    answer = operator.get("/groups.csv?channel=email")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["name"] for row in rows] == [
        "'=1+1", "All e-mail", "Daily deals", "VIP customers", "Weekly newsletter",
    ]  # fmt: skip
    assert rows[4]["active members"] == "6"


def test_it_tells_a_newcomer_what_to_do_first(client, django_user_model):
    client.force_login(django_user_model.objects.create(email="new@example.org", name="New"))
    assert b"There is no group yet" in client.get("/groups/").content


def test_it_makes_a_group_and_goes_on_to_its_members(operator):
    form = {"name": "Choir", "channel": "email", "address": "choir@example.org", "category": "retail"}
    answer = operator.post("/groups/new/", form)
    group = Group.objects.get(name="Choir")
    assert answer.url == f"/groups/{group.pk}/members/"
    assert str(group.category) == "Retail"


def test_it_says_at_the_form_what_a_group_can_not_be(operator):
    form = {"name": "Twice", "channel": "email", "address": "weekly@news.example.org"}
    answer = operator.post("/groups/new/", form)
    assert answer.status_code == 200
    assert b"Another group has the address" in answer.content
    assert b'value="Twice"' in answer.content


def test_it_narrows_by_owner(operator, world, make_user):
    world.empty.owner = other = make_user("Otto")
    world.empty.save()
    assert names(operator.get(f"/groups/?owner={other.pk}")) == ["VIP customers"]


def test_it_shows_archived_groups_when_they_are_asked_for(operator, world):
    archive(world.empty, by=None)
    assert "VIP customers" not in names(operator.get("/groups/"))
    assert names(operator.get("/groups/?archived=yes")) == ["VIP customers"]
    assert "VIP customers" in names(operator.get("/groups/?archived=both"))


def test_it_orders_by_members_and_pages_so(operator, world, make_members):
    for number in range(60):
        group = actions.create(f"Group {number:02}", address=f"g{number}@example.org", by=world.user)
        Tally.objects.create(group=group, state="active", members=100 + number % 7)
    first = operator.get("/groups/?q=Group+&sort=members")
    second = operator.get("/groups/", {"q": "Group ", "sort": "members", "page": first.context["page"].next})
    rows = [*first.context["rows"], *second.context["rows"]]
    assert [row.members.active for row in rows] == sorted((100 + n % 7 for n in range(60)), reverse=True)
    assert len({row.group.pk for row in rows}) == 60


@pytest.mark.parametrize(
    "filters", ["", "?q=group+99", "?sort=members", "?sort=newest&channel=email", "?lock=free"]
)
def test_it_needs_at_most_10_queries_with_10_000_groups(operator, world, filters):
    Group.objects.bulk_create(
        Group(name=f"Group {n}", address=f"g{n}@example.org", owner=world.user, category=world.group.category)
        for n in range(10_000)
    )
    many = Group.objects.filter(name__startswith="Group ")
    Tally.objects.bulk_create(Tally(group=group, state="active", members=5) for group in many)
    db.execute("ANALYZE groups; ANALYZE membership_tallies")
    with CaptureQueriesContext(connection) as asked:
        assert len(operator.get(f"/groups/{filters}").context["rows"]) == 50
    assert len(asked) <= QUERIES_AT_MOST


def test_it_asks_before_several_groups_are_archived(operator, world):
    page = operator.get(f"/groups/bulk/?act=archive&group={world.empty.pk}&group={world.group.pk}").content
    assert b"VIP customers" in page
    assert b"Archive: 2 groups" in page
    assert not Group.objects.filter(archived_at__isnull=False).exists()


def test_it_archives_those_it_can_and_says_why_not_the_others(operator, world):
    form = {"act": "archive", "group": [world.empty.pk, world.locked.pk]}
    page = operator.post("/groups/bulk/", form, follow=True).content.decode()
    assert "1 group archived" in page
    assert "Daily deals: Group “Daily deals” can&#x27;t be used now" in page
    assert list(Group.objects.filter(archived_at__isnull=False)) == [world.empty]


def test_it_puts_several_groups_into_a_category(operator, world):
    form = {"act": "category", "group": [world.empty.pk, world.group.pk], "category": "Retail"}
    operator.post("/groups/bulk/", form)
    retail = Group.objects.filter(category__name="Retail").order_by("name")
    assert [group.name for group in retail] == ["Store openings", "VIP customers", "Weekly newsletter"]


@pytest.mark.parametrize(
    "asked", ["", "?act=delete&group=1", "?act=archive", "?act=archive&group=x&group=-1"]
)
def test_it_says_what_is_missing_for_several_groups(operator, asked):
    assert operator.get(f"/groups/bulk/{asked}").status_code == 409


def test_pickers_tell_groups_of_one_name_apart(operator, world):
    actions.create("Twins", channel="sms", by=None)
    twin = actions.create("Twins", channel="sms", by=None)
    assert f"id {twin.pk}" in operator.get("/imports/new/?q=twins").content.decode()
