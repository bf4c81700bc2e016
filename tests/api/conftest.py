"""A program that calls the API with a good key, and the things it calls about."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tidings.accounts.actions import create_api_key
from tidings.accounts.models import User
from tidings.groups import actions as groups
from tidings.groups.models import Group
from tidings.messaging.actions import write
from tidings.messaging.models import Version

BASE = "/api/v1"


class Caller:
    """Calls with an API key; bodies go as JSON."""

    def __init__(self, secret: str) -> None:
        self._client = Client(headers={"Authorization": f"Bearer {secret}"}, raise_request_exception=False)

    def get(self, path: str, **query: Any) -> HttpResponse:
        return self._client.get(BASE + path, query)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self._client.post(BASE + path, body or {}, content_type="application/json", headers=headers)

    def put(self, path: str, body: Any) -> HttpResponse:
        return self._client.put(BASE + path, body, content_type="application/json")

    def patch(self, path: str, body: Any) -> HttpResponse:
        return self._client.patch(BASE + path, body, content_type="application/json")

    def delete(self, path: str) -> HttpResponse:
        return self._client.delete(BASE + path)

    def upload(self, path: str, content: bytes, kind: str = "text/csv", **headers: str) -> HttpResponse:
        return self._client.post(BASE + path, content, content_type=kind, headers=headers)

    def form(self, path: str, **fields: Any) -> HttpResponse:
        return self._client.post(BASE + path, fields)


@pytest.fixture
def user(db: None) -> User:
    return User.objects.create(email="anna@example.org", name="Anna")


@pytest.fixture
def caller(user: User) -> Caller:
    return Caller(create_api_key(user, "tests")[1])


@pytest.fixture
def group(user: User) -> Group:
    return groups.create("News", address="news@example.org", by=user)


@pytest.fixture
def version(user: User) -> Version:
    return write("May", subject="Hello", text="Hello {{ contact.first_name }}", by=user)


@pytest.fixture
def with_members(caller: Caller, group: Group) -> Callable[..., None]:
    def add(*emails: str) -> None:
        answer = caller.post(
            f"/groups/{group.pk}/members", {"contacts": [{"email": email} for email in emails]}
        )
        assert answer.json()["added"] == len(emails)

    return add
