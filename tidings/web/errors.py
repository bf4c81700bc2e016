"""The one table that says with which HTTP status and heading a page tells each error of Tidings."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from tidings.accounts.errors import InvitationSpent
from tidings.groups.errors import GroupArchived
from tidings.kernel.errors import NotFound, Refused, TidingsError
from tidings.locks.errors import GroupLocked

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

# The first class that an error is an instance of decides.
STATUSES: tuple[tuple[type[TidingsError], int, str], ...] = (
    (NotFound, 404, "Not found"),
    (InvitationSpent, 410, "This link no longer works"),
    (GroupLocked, 423, "The group is in use"),
    (GroupArchived, 409, "The group is archived"),
    (Refused, 409, "This can't be done now"),
    (TidingsError, 422, "This can't be done"),
)


def error_page(request: HttpRequest, error: TidingsError) -> HttpResponse:
    """The page that tells one error, with the status the table gives it."""
    status, heading = next((s, h) for kind, s, h in STATUSES if isinstance(error, kind))
    context = {"status": status, "heading": heading, "error": error}
    return render(request, "web/error.html", context, status=status)


def with_error_pages(view: View[P]) -> View[P]:
    """The view, with any error of Tidings that it lets through told as a page instead of a crash."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except TidingsError as error:
            return error_page(request, error)

    return guarded
