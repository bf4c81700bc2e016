import pytest

from tidings.notices import actions
from tidings.notices.models import Notice


@pytest.fixture
def told(operator, world) -> Notice:
    actions.mark_read(world.user)
    [notice] = actions.tell([world.user], "Sendout 1 has <paused>", "Resume it.", path="/sendouts/")
    return notice


def test_the_menu_says_how_many_are_new(operator, told):
    assert '>1<span class="visually-hidden"> new</span>' in operator.get("/").content.decode()


def test_it_shows_what_the_user_was_told(operator, told):
    page = operator.get("/notices/").content.decode()
    assert "Sendout 1 has &lt;paused&gt;" in page
    assert "To be mailed" in page


def test_opening_one_marks_it_as_read_and_leads_to_what_it_is_about(operator, told):
    assert operator.post(f"/notices/{told.pk}/read/").url == "/sendouts/"
    told.refresh_from_db()
    assert told.read_at


def test_all_are_marked_as_read_at_once(operator, told):
    operator.post("/notices/read/")
    assert not Notice.objects.filter(read_at=None).exists()


def test_a_get_marks_nothing_as_read(operator, told):
    assert operator.get(f"/notices/{told.pk}/read/").status_code == 405
    assert operator.get("/notices/read/").status_code == 405


def test_those_of_others_are_not_found(operator, told, make_user):
    [other] = actions.tell([make_user("Berta")], "Sendout 2 has paused", "Resume it.")
    assert operator.post(f"/notices/{other.pk}/read/").status_code == 404
