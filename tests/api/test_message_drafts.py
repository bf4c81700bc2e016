"""Drafts of messages by API."""

from typing import Any

import pytest


@pytest.fixture
def path(version: Any) -> str:
    return f"/messages/{version.message_id}"


def test_it_saves_a_draft_and_makes_it_the_next_version(caller: Any, path: str) -> None:
    assert (caller.get(f"{path}/draft").json()["revision"], caller.get(f"{path}/draft").json()["base"]) == (
        0,
        1,
    )
    saved = caller.put(f"{path}/draft", {"revision": 0, "subject": "Two"}).json()
    assert (saved["revision"], saved["subject"]) == (1, "Two")
    made = caller.post(f"{path}/draft/version", {"revision": 1})
    assert (made.status_code, made.json()["number"], made.json()["subject"]) == (201, 2, "Two")


def test_it_refuses_a_draft_that_somebody_changed_meanwhile(caller: Any, path: str) -> None:
    caller.put(f"{path}/draft", {"revision": 0, "subject": "Two"})
    for answer in (
        caller.put(f"{path}/draft", {"revision": 0, "subject": "Mine"}),
        caller.post(f"{path}/draft/version", {"revision": 2}),
        caller.delete(f"{path}/draft?revision=2"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "draft_changed")


def test_it_restores_a_version_and_throws_a_draft_away(caller: Any, path: str) -> None:
    caller.post(f"{path}/versions", {"subject": "Two", "text": "two"})
    assert caller.post(f"{path}/versions/1/restore", {"revision": 0}).json()["subject"] == "Hello"
    assert caller.delete(f"{path}/draft?revision=1").status_code == 204
    assert caller.get(f"{path}/draft").json()["subject"] == "Two"
