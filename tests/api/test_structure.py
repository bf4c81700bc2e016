"""Promises that hold for every operation, also for those that are written later."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from django.test import Client
from ninja import Schema

from tidings.api.app import api
from tidings.api.problems import COMMON, MEDIA_TYPE

REFERENCE = Path(__file__).parents[2] / "docs/reference/api.md"
DOCUMENTATION: dict[str, Any] = api.get_openapi_schema(path_prefix="/api/v1/")
OPERATIONS = [
    pytest.param(path, method, operation, id=operation["operationId"])
    for path, methods in DOCUMENTATION["paths"].items()
    for method, operation in methods.items()
]
# Files of these types can't be shown in a document.
BINARY = {"multipart/form-data", "application/octet-stream", "application/gzip", "application/zip"}
SCHEMAS = [pytest.param(schema, id=name) for name, schema in DOCUMENTATION["components"]["schemas"].items()]


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_it_refuses_every_call_without_a_key(
    client: Client, path: str, method: str, operation: object
) -> None:
    answer = client.generic(method.upper(), re.sub(r"{\w+}", "1", path))
    assert answer.status_code == 401
    assert answer["Content-Type"] == MEDIA_TYPE
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_it_documents_how_every_call_can_fail(path: str, method: str, operation: dict[str, Any]) -> None:
    problems = {int(status): a for status, a in operation["responses"].items() if int(status) >= 400}
    expected = {*COMMON, 404} if "{" in path else set(COMMON)
    assert expected <= set(problems)
    assert all(list(answer["content"]) == [MEDIA_TYPE] for answer in problems.values())


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_it_documents_what_every_call_is_for(path: str, method: str, operation: dict[str, Any]) -> None:
    assert operation["description"].endswith(".")
    assert operation["tags"]
    assert any(int(status) < 300 for status in operation["responses"])


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_it_lets_every_start_of_long_work_be_repeated_safely(
    path: str, method: str, operation: dict[str, Any]
) -> None:
    starts = 202 in {int(status) for status in operation["responses"]}
    assert starts == ("Idempotency-Key" in {parameter["name"] for parameter in operation["parameters"]})


@pytest.mark.parametrize("schema", SCHEMAS)
def test_it_gives_an_example_of_every_value_that_does_not_explain_itself(schema: dict[str, Any]) -> None:
    for name, value in schema.get("properties", {}).items():
        texts = [value, *value.get("anyOf", [])]
        plain = any(t.get("type") in {"string", "integer", "number"} for t in texts)
        explained = any("format" in t or "enum" in t or "const" in t for t in texts)
        assert not plain or explained or "examples" in value, name


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_it_lists_every_call_in_the_reference(path: str, method: str, operation: object) -> None:
    lines = [
        line for line in REFERENCE.read_text().splitlines() if f"{path.removeprefix('/api/v1')}`" in line
    ]
    assert any(method.upper() in line for line in lines)


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_it_describes_parameters_as_openapi_wants(path: str, method: str, operation: dict[str, Any]) -> None:
    for parameter in operation["parameters"]:
        assert parameter.keys() <= {"name", "in", "required", "schema", "description"}
        assert parameter["required"] or parameter["in"] != "path"


def test_it_names_every_operation_once() -> None:
    names = [parameter.values[2]["operationId"] for parameter in OPERATIONS]
    assert len(names) == len(set(names))


def test_it_names_every_schema_once() -> None:
    names = Counter(
        schema.__name__ for schema in Schema.__subclasses__() if schema.__module__.startswith("tidings.")
    )
    assert [name for name, number in names.items() if number > 1] == []


@pytest.mark.django_db
def test_it_shows_its_documentation_to_everyone(client: Client) -> None:
    answer = client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.json()["paths"].keys() == DOCUMENTATION["paths"].keys()


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_it_shows_an_example_of_each_body_and_each_answer_that_is_text(
    path: str, method: str, operation: dict[str, Any]
) -> None:
    for whose, kind, content in contents(operation):
        assert "example" in content or kind in BINARY, (
            f"{method.upper()} {path}: {whose} as {kind} has no example"
        )


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_its_examples_fit_what_is_said_about_them(path: str, method: str, operation: dict[str, Any]) -> None:
    for whose, kind, content in contents(operation):
        if kind.endswith("json"):
            found = validator(content["schema"]).iter_errors(content["example"])
            faults = [f"{'.'.join(map(str, e.instance_path))}: {e.message}" for e in found]
            assert not faults, f"{method.upper()} {path}: the example of {whose}: {faults}"


def contents(operation: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Whose it is, its media type, and what is said about it: of the body and of each answer."""
    parts = {"the body": operation.get("requestBody", {})}
    parts |= {f"the answer {status}": answer for status, answer in operation["responses"].items()}
    for whose, part in parts.items():
        for kind, content in part.get("content", {}).items():
            yield whose, kind, content


def validator(schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    """Checks values against a schema of the documentation."""
    return jsonschema_rs.Draft202012Validator({**schema, "components": DOCUMENTATION["components"]})
