"""How a call fails: problem+json (RFC 9457) for everything, and the one table from errors to HTTP."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import DataError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import Field

from tidings.accounts.errors import EmailTaken
from tidings.blacklists.errors import AddressBlacklisted, BlacklistImportEnded
from tidings.exports.errors import ExportEnded, FileGone
from tidings.groups.errors import AddressTaken, BadAttributeFile, BadSettings, CategoryTaken, GroupArchived
from tidings.imports.errors import ImportEnded, NoRoomForUpload, NothingToConfirm
from tidings.kernel.errors import NotFound, Refused, TidingsError
from tidings.locks.errors import GroupLocked
from tidings.memberships.errors import (
    NoLetters,
    NotInState,
    NotOptedOut,
    OptedOut,
    OverrideImpossible,
    TooManyLetters,
)
from tidings.moderation.errors import Decided, NotAnApprover, OwnSendout
from tidings.selections.errors import BadRule, NameTaken, SelectionCycle, SelectionInUse, TooSlow
from tidings.sendouts.errors import (
    ChangedSinceSeen,
    MessageWarns,
    MoveRefused,
    NotAwaitingApproval,
    NothingToSend,
)
from tidings.transfers.errors import NothingToDecide, TransferEnded

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:tidings:problem:"

STATUS: dict[type[TidingsError], HTTPStatus] = {
    TidingsError: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotFound: HTTPStatus.NOT_FOUND,
    Refused: HTTPStatus.CONFLICT,
    GroupLocked: HTTPStatus.LOCKED,
    GroupArchived: HTTPStatus.CONFLICT,
    AddressTaken: HTTPStatus.CONFLICT,
    CategoryTaken: HTTPStatus.CONFLICT,
    EmailTaken: HTTPStatus.CONFLICT,
    OptedOut: HTTPStatus.CONFLICT,
    OverrideImpossible: HTTPStatus.CONFLICT,
    NotOptedOut: HTTPStatus.CONFLICT,
    NotInState: HTTPStatus.CONFLICT,
    NoLetters: HTTPStatus.CONFLICT,
    TooManyLetters: HTTPStatus.CONFLICT,
    AddressBlacklisted: HTTPStatus.CONFLICT,
    BlacklistImportEnded: HTTPStatus.CONFLICT,
    ImportEnded: HTTPStatus.CONFLICT,
    ExportEnded: HTTPStatus.CONFLICT,
    FileGone: HTTPStatus.CONFLICT,
    NothingToConfirm: HTTPStatus.CONFLICT,
    NoRoomForUpload: HTTPStatus.INSUFFICIENT_STORAGE,
    MoveRefused: HTTPStatus.CONFLICT,
    MessageWarns: HTTPStatus.CONFLICT,
    NothingToSend: HTTPStatus.CONFLICT,
    NotAwaitingApproval: HTTPStatus.CONFLICT,
    ChangedSinceSeen: HTTPStatus.CONFLICT,
    Decided: HTTPStatus.CONFLICT,
    NotAnApprover: HTTPStatus.FORBIDDEN,
    OwnSendout: HTTPStatus.FORBIDDEN,
    NameTaken: HTTPStatus.CONFLICT,
    SelectionCycle: HTTPStatus.CONFLICT,
    SelectionInUse: HTTPStatus.CONFLICT,
    TooSlow: HTTPStatus.SERVICE_UNAVAILABLE,
    NothingToDecide: HTTPStatus.CONFLICT,
    TransferEnded: HTTPStatus.CONFLICT,
}
# Every call can meet these: no key, input that doesn't fit, a fault of ours, a database that is away.
COMMON = (401, 422, 500, 503)

_SPOT = ("line", "column", "picture")
_HOLDER = ("process_id", "kind", "label", "mode", "since", "started_by")

log = logging.getLogger(__name__)


class Fault(Schema):
    """What is wrong with one value of the request."""

    place: str = Field(description="`body`, `query`, `path` or `header`.", examples=["body"])
    field: str = Field(examples=["name"])
    message: str = Field(examples=["Field required"])


class Holder(Schema):
    """The process that holds the lock in the way, or what waits in line before this call."""

    process_id: int | None = Field(description="Null if it still waits itself.", examples=[41])
    kind: str = Field(examples=["import"])
    label: str = Field(examples=["people.csv"])
    mode: str = Field(examples=["exclusive"])
    since: datetime
    started_by: str | None = Field(examples=["Anna Ahrens"])


class Spot(Schema):
    """Where in the text of a rule the fault is; line and column begin at 1."""

    line: int = Field(examples=[1])
    column: int = Field(examples=[8])
    picture: str = Field(description="The line, and a caret beneath it.", examples=["city = \n       ^"])


class Problem(Schema):
    """Why a call failed (RFC 9457). Programs go by `code`, people read `detail`."""

    type: str = Field(examples=[f"{TYPE}group_locked"])
    title: str = Field(examples=["Locked"])
    status: int = Field(examples=[423])
    code: str = Field(examples=["group_locked"])
    detail: str = Field(examples=["Group 7 can't be used now: exclusive lock of import “people.csv” since …"])
    errors: list[Fault] | None = Field(default=None, description="With 422: each value that doesn't fit.")
    holder: Holder | None = Field(default=None, description="With 423: who holds the lock.")
    spot: Spot | None = Field(default=None, description="With `bad_rule`: where in the text.")


# For the documentation: what a problem with this status may say.
EXAMPLES: dict[int, tuple[str, str]] = {
    400: ("unreadable_body", "Cannot parse request body"),
    401: ("unauthorized", "Send a valid API key: Authorization: Bearer tid_…"),
    403: ("not_an_approver", "Anna is no approver of group “Newsletter”. …"),
    404: ("not_found", "There is no group 8."),
    409: ("group_archived", "Group “Spring 2024” is archived. Activate it first."),
    413: ("body_too_large", "The body is too large. Lists of contacts can be imported as a file."),
    415: ("unsupported_body", "A body of the type “image/png” can't be read. Send text/csv."),
    422: ("invalid_input", "name: Field required"),
    423: ("group_locked", "Group 7 can't be used now: exclusive lock of import “people.csv” since …"),
    500: ("internal_error", "Something in Tidings went wrong. Its log says what."),
    503: ("database_unavailable", "The database can't be reached now. Try again in a moment."),
    507: (
        "no_room_for_upload",
        "There is no room for the file. Make some on the server's disk, and try again.",
    ),
}


class BadIdempotencyKey(TidingsError):
    """The header Idempotency-Key can't be used: {why}"""


class BadCursor(TidingsError):
    """This place in the list can't be found. Give the `next` of the page before as `after`."""


class UnsupportedBody(TidingsError):
    """A body of the type “{given}” can't be read. Send {wanted}."""


STATUS[UnsupportedBody] = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


def answers(success: Mapping[int, Any], *codes: int) -> dict[int, Any]:
    """All answers of an operation for its documentation: `success`, what every call can meet, and `codes`."""
    return {**success, **dict.fromkeys(sorted({*COMMON, *codes}), Problem)}


def example(status: int) -> dict[str, Any]:
    """What a problem with this status looks like, for the documentation."""
    code, detail = EXAMPLES[status]
    title = HTTPStatus(status).phrase
    told: dict[str, Any] = {
        "type": TYPE + code,
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
    }
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        told["errors"] = [{"place": "body", "field": "name", "message": "Field required"}]
    if status == HTTPStatus.LOCKED:
        told["holder"] = {
            "process_id": 41, "kind": "import", "label": "people.csv", "mode": "exclusive",
            "since": "2026-11-24T09:00:00Z", "started_by": "Anna Ahrens",
        }  # fmt: skip
    return told


def problem(status: int, code: str, detail: str, **more: object) -> HttpResponse:
    """The answer to a call that failed."""
    title = HTTPStatus(status).phrase
    body = {"type": TYPE + code, "title": title, "status": status, "code": code, "detail": detail, **more}
    return JsonResponse(body, status=status, content_type=MEDIA_TYPE)


def status_of(error: TidingsError) -> HTTPStatus:
    """The status of the nearest class in `STATUS` that the error is one of."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def not_found() -> HttpResponse:
    """No operation has this path."""
    return problem(
        404, "no_such_path", "There is nothing at this path. /api/v1/openapi.json lists what there is."
    )


def not_allowed(allowed: str) -> HttpResponse:
    """The path exists, but not with this method; `allowed` is the Allow header."""
    answer = problem(405, "method_not_allowed", f"This path takes {allowed}.")
    answer["Allow"] = allowed
    return answer


def _refused(_request: HttpRequest, error: TidingsError) -> HttpResponse:
    more: dict[str, object] = {}
    if "process_id" in error.facts:
        more["holder"] = {name: error.facts[name] for name in _HOLDER}
    if isinstance(error, BadSettings):
        more["errors"] = [_fault(("body", *path.split(".")), sentence) for path, sentence in error.faults]
    if isinstance(error, BadRule) and error.picture:
        more["spot"] = {name: error.facts[name] for name in _SPOT}
    if isinstance(error, BadAttributeFile):
        more["errors"] = [
            {"place": "body", "field": f"line {fault.line}", "message": fault.problem}
            for fault in error.faults
        ]
    return problem(status_of(error), error.code, str(error), **more)


def _unknown_caller(_request: HttpRequest, _error: Exception) -> HttpResponse:
    answer = problem(401, "unauthorized", "Send a valid API key: Authorization: Bearer tid_…")
    answer["WWW-Authenticate"] = 'Bearer realm="Tidings"'
    return answer


def _unfit(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    faults = [_fault(_known_to_callers(one["loc"]), one["msg"]) for one in error.errors]
    detail = "; ".join(f"{fault['field'] or fault['place']}: {fault['message']}" for fault in faults)
    return problem(422, "invalid_input", detail, errors=faults)


def _known_to_callers(loc: Sequence[object]) -> Sequence[object]:
    """Without the name of our function's parameter, which stands behind `body`."""
    return (loc[0], *loc[2:]) if loc[0] == "body" else loc


def _fault(loc: Iterable[object], message: str) -> dict[str, str]:
    place, *path = map(str, loc)
    return {"place": place, "field": ".".join(path), "message": message}


def _unreadable(_request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, "unreadable_body", str(error))


def _too_large(_request: HttpRequest, _error: Exception) -> HttpResponse:
    return problem(
        413, "body_too_large", "The body is too large. Lists of contacts can be imported as a file."
    )


def _unstorable(_request: HttpRequest, _error: Exception) -> HttpResponse:
    """PostgreSQL can't hold every text that JSON can, nor every number."""
    return problem(
        422, "unstorable_value", "A value can't be stored: no text holds a NUL, and numbers have limits."
    )


def _database_away(_request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("The database can't be reached.", exc_info=error)
    answer = problem(503, "database_unavailable", "The database can't be reached now. Try again in a moment.")
    answer["Retry-After"] = "5"
    return answer


def _fault_of_ours(request: HttpRequest, error: Exception) -> HttpResponse:
    """The log gets everything; the caller nothing that could help an attacker."""
    log.error("%s %s failed.", request.method, request.path, exc_info=error)
    return problem(500, "internal_error", "Something in Tidings went wrong. Its log says what.")


# Ninja takes the handler of the nearest class that the error is one of.
HANDLERS: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
    TidingsError: _refused,
    AuthenticationError: _unknown_caller,
    ValidationError: _unfit,
    HttpError: _unreadable,
    RequestDataTooBig: _too_large,
    Http404: lambda _request, _error: not_found(),
    DataError: _unstorable,
    OperationalError: _database_away,
    Exception: _fault_of_ours,
}


def install(api: NinjaAPI) -> None:
    """Makes every failure of `api` a problem."""
    for kind, handler in HANDLERS.items():
        api.add_exception_handler(kind, handler)
