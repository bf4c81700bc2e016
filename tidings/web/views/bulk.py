"""What is done with several groups of the list at once: first a page that asks, then the deed."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tidings.accounts.models import User
from tidings.groups import lifecycle
from tidings.groups.actions import update_settings
from tidings.groups.models import Category, Group
from tidings.groups.queries import DIGITS_OF_AN_ID
from tidings.kernel.errors import Refused, TidingsError
from tidings.web.request import OperatorRequest
from tidings.web.routing import page

GROUPS_AT_MOST = 200
FAILURES_TOLD = 5
ACTS = {"category": "Change the category", "archive": "Archive", "activate": "Activate"}
DONE = {"category": "in the category now", "archive": "archived", "activate": "active"}


def bulk(request: OperatorRequest) -> HttpResponse:
    """Asks before it does something with the groups that were checked, each on its own."""
    asked = request.POST if request.method == "POST" else request.GET
    act = asked.get("act", "")
    if act not in ACTS:
        raise Refused(reason="Say what to do with the groups: go back to the list and choose.")
    groups = _checked(asked.getlist("group"))
    if request.method == "POST":
        _tell(request, act, _each(groups, _deed(act, asked.get("category", ""), request.user)))
        return redirect("web:groups")
    context = {
        "groups": groups,
        "act": act,
        "verb": ACTS[act],
        "categories": Category.objects.order_by("name"),
    }
    return render(request, "web/groups/bulk.html", context)


def _checked(ids: list[str]) -> list[Group]:
    readable = (text for text in ids[:GROUPS_AT_MOST] if text.isascii() and text.isdigit())
    numbers = [int(text) for text in readable if len(text) <= DIGITS_OF_AN_ID]
    found = list(Group.objects.filter(pk__in=numbers).order_by("name", "pk"))
    if not found:
        raise Refused(reason="No group is checked. Go back to the list and check some.")
    return found


def _deed(act: str, category: str, by: User) -> Callable[[Group], object]:
    if act == "category":
        return lambda group: update_settings(group, {"general": {"category": category}}, by=by)
    return lambda group: getattr(lifecycle, act)(group, by=by)


def _each(groups: list[Group], deed: Callable[[Group], object]) -> tuple[int, list[str]]:
    """Does it with each group; how many it went well with, and why not with the others."""
    failures = []
    for group in groups:
        try:
            deed(group)
        except TidingsError as error:
            failures.append(f"{group.name}: {error}")
    return len(groups) - len(failures), failures


def _tell(request: HttpRequest, act: str, outcome: tuple[int, list[str]]) -> None:
    done, failures = outcome
    if done:
        messages.success(request, f"{done:,} group{'s' if done > 1 else ''} {DONE[act]}.")
    for failure in failures[:FAILURES_TOLD]:
        messages.error(request, failure)
    if more := len(failures[FAILURES_TOLD:]):
        messages.error(request, f"And {more:,} more couldn't be changed.")


urls = [page("groups/bulk/", bulk, "groups-bulk")]
