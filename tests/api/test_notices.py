"""Notices."""

from typing import Any

import pytest

from tidings.notices import actions
from tidings.notices.models import Notice


@pytest.fixture
def told(user: Any) -> Notice:
    [notice] = actions.tell([user], "Sendout 1 has paused", "Resume it.", path="/sendouts/1/")
    return notice


def test_it_lists_those_of_the_user_of_the_key(caller: Any, told: Notice, make_user: Any) -> None:
    actions.tell([make_user("Berta")], "Sendout 2 has paused", "Resume it.")
    [found] = caller.get("/notices").json()["items"]
    assert (found["id"], found["subject"], found["state"]) == (told.pk, "Sendout 1 has paused", "waiting")


def test_it_marks_one_as_read(caller: Any, told: Notice) -> None:
    assert caller.post(f"/notices/{told.pk}/read").status_code == 204
    assert caller.get("/notices", unread=True).json()["items"] == []


def test_it_knows_no_others(caller: Any) -> None:
    assert caller.post("/notices/999/read").status_code == 404
