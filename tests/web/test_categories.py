from tidings.groups.models import Category, Group


def test_it_lists_categories_with_a_way_to_their_groups(operator, world):
    page = operator.get("/categories/").content.decode()
    assert f"/groups/?category={world.group.category_id}&amp;archived=both" in page


def test_it_creates_one(operator):
    assert operator.post("/categories/", {"name": "Partners"}).url == "/categories/"
    assert Category.objects.filter(name="Partners").exists()


def test_it_says_at_the_form_why_not(operator):
    answer = operator.post("/categories/", {"name": "RETAIL"})
    assert "There is a category “RETAIL” already" in answer.content.decode()


def test_it_renames_one(operator, world):
    operator.post(f"/categories/{world.group.category_id}/", {"name": "Letters"})
    assert Group.objects.get(pk=world.group.pk).category.name == "Letters"


def test_it_tells_before_how_many_groups_lose_it_and_deletes_it(operator, world):
    path = f"/categories/{world.group.category_id}/"
    assert "1 group becomes uncategorised" in operator.get(path).content.decode()
    assert b"1 group has none now" in operator.post(f"{path}delete/", follow=True).content
    assert Group.objects.get(pk=world.group.pk).category is None


def test_it_deletes_nothing_by_a_get(operator, world):
    assert operator.get(f"/categories/{world.group.category_id}/delete/").status_code == 405


def test_there_is_no_other(operator):
    assert operator.get("/categories/99999999/").status_code == 404


def test_it_tells_a_newcomer_what_to_do_first(client, django_user_model):
    client.force_login(django_user_model.objects.create(email="new@example.org", name="New"))
    assert b"There is no category yet" in client.get("/categories/").content
