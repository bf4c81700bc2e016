"""The REST API as a whole: its operations, its documentation, its paths."""

from collections.abc import Callable
from copy import deepcopy
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, re_path
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from tidings.api import (
    approvals,
    attributes,
    blacklists,
    categories,
    consent,
    contacts,
    contacts_bulk,
    endpoints,
    examples,
    exports,
    files,
    group_attributes,
    group_life,
    group_settings,
    groups,
    groups_bulk,
    imports,
    locks,
    member_attributes,
    members,
    members_bulk,
    message_checks,
    message_drafts,
    messages,
    notices,
    problems,
    selections,
    sendouts,
    single_sends,
    subgroups,
    transfers,
)
from tidings.api.auth import ApiKey

ROUTERS = (
    groups_bulk.router,
    groups.router,
    group_attributes.router,
    subgroups.router,
    group_life.router,
    categories.router,
    group_settings.router,
    locks.router,
    contacts.router,
    contacts_bulk.router,
    members.router,
    members_bulk.router,
    consent.router,
    attributes.router,
    blacklists.router,
    member_attributes.router,
    endpoints.router,
    imports.router,
    transfers.router,
    messages.router,
    message_checks.router,
    selections.router,
    notices.router,
    message_drafts.router,
    files.router,
    sendouts.router,
    single_sends.router,
    approvals.router,
    exports.router,
)
NAMESPACE = "api"
DESCRIPTION = """
Everything that the pages do, for programs. Every call carries `Authorization: Bearer tid_…`.

- Lists come in pages: `next` of one page is `after` of the next; null ends the list.
- Long work answers 202 with `Location`; look there how far it is.
- `Idempotency-Key` makes it safe to repeat a call that starts long work.
- Whatever fails answers `application/problem+json`; programs go by its `code`.
- A group is named by its id or its address.
"""

View = Callable[..., HttpResponse]


class Api(NinjaAPI):
    """Ninja's, with short operation ids, and with problems documented as what they are."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The function's name; a test keeps them apart."""
        return operation.view_func.__name__

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """The documentation, with what ninja can't know or says in a form that OpenAPI doesn't have."""
        schema = super().get_openapi_schema(**options)
        for path in schema["paths"].values():
            for operation in path.values():
                _document_bodies(operation)
                _document_problems(operation["responses"])
                for parameter in operation["parameters"]:
                    parameter.pop(
                        "examples", None
                    )  # a list here is invalid; they stand in its schema as well
        examples.complete(schema)
        return schema


def _document_bodies(operation: dict[str, Any]) -> None:
    """A body may always be unreadable or too large."""
    responses = operation["responses"]
    if "requestBody" in operation:
        for status in (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE):
            problem = deepcopy(responses[HTTPStatus.UNPROCESSABLE_ENTITY])
            responses.setdefault(int(status), problem | {"description": status.phrase})


def _document_problems(responses: dict[int, dict[str, Any]]) -> None:
    for status, response in responses.items():
        if int(status) >= 400 and "application/json" in response.get("content", {}):  # noqa: PLR2004 - HTTP's border
            content = response["content"].pop("application/json")
            content["example"] = problems.example(int(status))
            response["content"] = {problems.MEDIA_TYPE: content}


def _made() -> Api:
    made = Api(
        title="Tidings",
        version="1",
        description=DESCRIPTION,
        auth=ApiKey(),
        docs_url=None,  # its page would load scripts from strangers; any OpenAPI reader takes openapi.json
        urls_namespace=NAMESPACE,
    )
    problems.install(made)
    for router in ROUTERS:
        made.add_router("", router)
    return made


api = _made()


def urls() -> tuple[list[URLPattern], str, str]:
    """All paths below `/api/v1/`, to be mounted there once; the last one answers for those there aren't."""
    patterns: list[Any] = list(api.urls[0])
    for pattern in patterns:
        pattern.callback = _with_problems(pattern.callback)
    return [*patterns, re_path("", _with_problems(_no_such_path))], NAMESPACE, NAMESPACE


def _with_problems(view: View) -> View:
    """The view without session and CSRF token, and with a problem where Django would answer a page."""

    @csrf_exempt
    @login_not_required
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            answer = view(request, *args, **kwargs)
        except Http404:
            return problems.not_found()
        if isinstance(answer, HttpResponseNotAllowed):
            return problems.not_allowed(answer["Allow"])
        return answer

    return answered


def _no_such_path(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django passes the request
    return problems.not_found()
