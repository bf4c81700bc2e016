"""Whatever is sent to the API, it answers what its documentation says, and never with a fault of its own.

Schemathesis makes the requests from the documentation, good ones and bad ones; most go to things that exist.
`FUZZING_EXAMPLES=100 pytest tests/api/test_fuzzing.py` looks harder.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import pytest
import schemathesis
from django.db import connection, transaction
from django.test import Client, override_settings
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg.pq import TransactionStatus
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi import checks

from tests.web.furniture import furnish
from tidings.accounts.actions import create_api_key
from tidings.api.app import api
from tidings.config.wsgi import application

pytestmark = pytest.mark.django_db

EXAMPLES = int(os.environ.get("FUZZING_EXAMPLES", "10"))  # per call
AIMED, EXEMPLARY = (
    0.75,
    0.6,
)  # how many requests go to things that exist, and how much of a body is as documented
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
DOCUMENTATION: dict[str, Any] = api.get_openapi_schema(path_prefix="/api/v1/")
# What comes next doesn't depend on the answers so far, so that a failure can be repeated.
FORGETFUL = {"extra-data-sources": {"responses": False}, "error-feedback": {"enabled": False}}
CONFIG = SchemathesisConfig.from_dict(
    {"generation": {"with-security-parameters": False}, "phases": {"fuzzing": FORGETFUL}}
)
SCHEMA = schemathesis.openapi.from_dict(DOCUMENTATION, config=CONFIG)
SCHEMA.app = application
OPERATIONS = [
    pytest.param(path, method, id=operation["operationId"])
    for path, methods in DOCUMENTATION["paths"].items()
    for method, operation in methods.items()
]


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is stored in it is forgotten afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def kept_open() -> Iterator[None]:
    """A request ends without closing the connection, and with it the transaction of the test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)
        yield


@pytest.fixture(scope="module")
def headers(django_db_setup, django_db_blocker) -> Iterator[dict[str, str]]:
    """Those of a caller of an organisation in which there is one of everything. It is furnished once for all calls."""
    quick_hashes = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
    with django_db_blocker.unblock(), quick_hashes, kept_open(), undone():
        world = furnish()
        yield {"Authorization": f"Bearer {create_api_key(world.user, 'tests')[1]}"}


@pytest.fixture
def find(headers) -> Callable[[str], Any]:
    """What names the first thing of a list: its id, or else its first value."""
    client = Client(headers=headers)
    found: dict[str, Any] = {}

    def find(path: str) -> Any:
        if path not in found:
            answer = client.get(path)
            page = answer.json() if answer.status_code == 200 else {}
            items = page.get("items", ()) if isinstance(page, dict) else page
            named = [item.get("id", next(iter(item.values()))) for item in items]
            found[path] = next((name for name in named if name is not None), None)
        return found[path]

    return find


def aim(case: Case, find: Callable[[str], Any], chance: Random) -> None:
    """Makes the request go to things that exist, the first of each list, and half of its body what the example says."""
    path = ""
    for part in case.path.strip("/").split("/"):
        name = part.strip("{}")
        if part != name and (thing := find(path)) is not None:
            case.path_parameters[name] = str(thing)
        path += f"/{case.path_parameters[name] if part != name else part}"
    example = example_of_body(case)
    if isinstance(example, str) and chance.random() < EXEMPLARY:
        case.body = example.encode()
    if isinstance(example, dict) and isinstance(case.body, dict):
        case.body |= {name: value for name, value in example.items() if chance.random() < EXEMPLARY}
    for place in (case.query, case.body):
        for name in {"group", "contact", "message"} & set(place if isinstance(place, dict) else ()):
            place[name] = find(f"/api/v1/{name}s")


@contextmanager
def whole() -> Iterator[None]:
    """Keeps the transaction of the test usable where a request ends with an error of the database."""
    before = transaction.savepoint()
    yield
    if connection.connection.info.transaction_status == TransactionStatus.INERROR:
        transaction.savepoint_rollback(before)
    else:
        transaction.savepoint_commit(before)


def example_of_body(case: Case) -> Any:
    """The documented one, if the call has a body."""
    body = DOCUMENTATION["paths"][case.path][case.method.lower()].get("requestBody", {})
    return body.get("content", {}).get(case.media_type, {}).get("example")


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_it_answers_as_documented_whatever_is_asked(headers, find, path, method) -> None:
    operation = SCHEMA[path][method]
    requests = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode))

    @settings(
        max_examples=EXAMPLES,
        phases=[Phase.generate],
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=[*HealthCheck],
    )
    @given(case=requests, seed=st.integers(0, 2**32))
    def ask(case: Case, seed: int) -> None:
        chance = Random(seed)
        if chance.random() < AIMED:
            aim(case, find, chance)
        with whole():
            response = case.call(headers=headers)
        case.validate_response(response, checks=CHECKS)

    ask()
