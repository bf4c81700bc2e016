"""The list of groups, its CSV file, and new groups."""

from collections.abc import Iterator

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from tidings.groups import actions
from tidings.groups.models import Category, Group
from tidings.memberships.queries import count_members
from tidings.web.forms import NewGroupForm, attempt
from tidings.web.group_filter import GroupFilter
from tidings.web.overview import group_rows
from tidings.web.paging import page_of
from tidings.web.request import OperatorRequest
from tidings.web.routing import page
from tidings.web.sheets import csv_response
from tidings.web.views import group_bulk

CSV_HEADER = (
    "id", "name", "address", "channel", "category", "owner", "supergroup", "active members", "members", "created",
    "archived",
)  # fmt: skip
CSV_GROUPS_PER_QUERY = 500


@require_safe
def listing(request: OperatorRequest) -> HttpResponse:
    """Groups, narrowed and ordered as the address says; htmx gets the table alone."""
    form = GroupFilter(request.GET)
    found = form.found()
    shown = page_of(found, form.order, request.GET.get("page", ""))
    context = {
        "form": form,
        "page": shown,
        "rows": group_rows(shown.rows),
        "matches": found.count(),
        "is_narrowed": form.is_narrowed,
        "bulk_acts": group_bulk.ACTS.items(),
    }
    template = "web/groups/_results.html" if request.htmx else "web/groups/list.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def listing_csv(request: OperatorRequest) -> StreamingHttpResponse:
    """All groups that the same address of the list would show, page by page."""
    form = GroupFilter(request.GET)
    found = list(form.found().order_by(*form.order))
    return csv_response("groups.csv", CSV_HEADER, _csv_rows(found))


def _csv_rows(groups: list[Group]) -> Iterator[tuple[object, ...]]:
    for start in range(0, len(groups), CSV_GROUPS_PER_QUERY):
        part = groups[start : start + CSV_GROUPS_PER_QUERY]
        counts = count_members([group.pk for group in part])
        for group in part:
            count = counts[group.pk]
            yield (
                group.pk, group.name, group.address, group.channel, group.category, group.owner and group.owner.email,
                group.is_supergroup, count.active, count.total, group.created_at, group.archived_at,
            )  # fmt: skip


def new(request: OperatorRequest) -> HttpResponse:
    """The form for a new group."""
    form = NewGroupForm(request.POST or None)
    group = attempt(form, lambda: actions.create(**form.cleaned_data, by=request.user))
    if group and group.is_supergroup:
        messages.success(request, f"SuperGroup “{group}” is there. Now choose its subgroups.")
        return redirect("web:subgroups-add", group.pk)
    if group:
        messages.success(request, f"Group “{group}” is there. Now bring people into it.")
        return redirect("web:group-members", group.pk)
    categories = Category.objects.order_by("name")
    return render(request, "web/groups/new.html", {"form": form, "categories": categories})


urls = [
    page("groups/", listing, "groups"),
    page("groups.csv", listing_csv, "groups-csv"),
    page("groups/new/", new, "group-new"),
]
