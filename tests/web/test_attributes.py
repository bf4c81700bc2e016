from tests.workers import NAME
from tidings.attributes.models import Attribute, TypeChange
from tidings.contacts.actions import create_or_update
from tidings.locks import work
from tidings.locks.models import Process


def test_it_defines_an_attribute_with_choices(operator):
    form = {"name": "Size", "scope": "profile", "kind": "choice", "choices": "S\nM\n\nL"}
    operator.post("/attributes/new/", form)
    assert Attribute.objects.get(name="Size").choices == ["S", "M", "L"]


def test_it_keeps_what_was_typed_when_a_name_is_taken(operator):
    answer = operator.post("/attributes/new/", {"name": "customer CARD", "scope": "profile", "kind": "text"})
    assert b"already, of the type choice" in answer.content
    assert b"customer CARD" in answer.content


def test_it_says_on_the_page_which_values_do_not_fit(operator, world):
    create_or_update("x@example.net", {"customer card": "gold"}, by=None)
    Process.objects.update(state=Process.State.FINISHED)  # an import was running, which is in the way
    answer = operator.post(f"/attributes/{world.attribute.pk}/type/", {"kind": "number"})
    assert "“gold” (It is not a number" in answer.content.decode()


def test_it_adds_and_removes_choices(operator, world):
    path = f"/attributes/{world.attribute.pk}/choices"
    operator.post(f"{path}/add/", {"choice": "bronze"})
    operator.post(f"{path}/remove/", {"choice": "gold"})
    world.attribute.refresh_from_db()
    assert world.attribute.choices == ["silver", "bronze"]


def test_it_archives_activates_and_deletes(operator, world):
    path = f"/attributes/{world.attribute.pk}"
    operator.post(f"{path}/archive/")
    assert b"archived" in operator.get("/attributes/").content
    operator.post(f"{path}/activate/")
    assert operator.post(f"{path}/delete/").url == "/attributes/"
    assert not Attribute.objects.filter(pk=world.attribute.pk).exists()


def test_it_shows_naughty_names_intact(operator):
    name = "<script>alert(1)</script> ﷽ \u202e"
    operator.post("/attributes/new/", {"name": name, "scope": "profile", "kind": "text"})
    page = operator.get("/attributes/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; ﷽ \u202e" in page


def test_it_tells_how_far_the_change_of_a_type_is_and_cancels_it(operator, world):
    path = f"/attributes/{world.changing.pk}/"
    assert b"Becoming number" in operator.get(f"{path}type/live/").content
    operator.post(f"{path}type/cancel/")
    work.run(TypeChange.objects.get().process_id, NAME)
    assert operator.get(f"{path}type/live/").headers["HX-Refresh"] == "true"
    assert b"The change to number was cancelled." in operator.get(path).content


def test_it_says_that_the_type_has_changed(operator, world):
    work.run(TypeChange.objects.get().process_id, NAME)
    assert b"It is number since" in operator.get(f"/attributes/{world.changing.pk}/").content
