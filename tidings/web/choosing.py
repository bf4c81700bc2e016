"""Pages that ask for a group or a message before the page that was wanted."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render

from tidings.groups.models import Group
from tidings.groups.queries import search as search_groups
from tidings.kernel.errors import Refused
from tidings.web.forms import SearchForm
from tidings.web.overview import GroupRow, group_rows
from tidings.web.paging import page_of
from tidings.web.request import OperatorRequest

GROUP_ORDER = ("name", "pk")


@dataclass(frozen=True)
class Choice:
    """A group, and the page that goes on with it."""

    row: GroupRow
    href: str


def choose_group(
    request: OperatorRequest,
    *,
    heading: str,
    href: Callable[[Group], str],
    channel: str = "",
) -> HttpResponse:
    """The page that lists groups by name; each leads on to `href(group)`."""
    form = SearchForm(request.GET)
    if not form.is_valid():
        raise Refused(reason="This search can't be read. Go back and start again.")
    found = search_groups(form.cleaned_data["q"], channel=channel)
    shown = page_of(found, GROUP_ORDER, request.GET.get("page", ""))
    choices = [Choice(row, href(row.group)) for row in group_rows(shown.rows)]
    context = {"form": form, "page": shown, "choices": choices, "heading": heading}
    return render(request, "web/choose_group.html", context)
