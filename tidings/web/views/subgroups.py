"""The subgroups of a SuperGroup: which there are, in which order, and how far they overlap."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from tidings.groups import queries, subgroups
from tidings.groups.models import Group
from tidings.groups.settings import Duplicates
from tidings.kernel.errors import Refused, TidingsError
from tidings.memberships.overlap import overlap_of
from tidings.memberships.queries import count_members
from tidings.web.forms import SearchForm, StyledForm
from tidings.web.paging import page_of
from tidings.web.request import OperatorRequest
from tidings.web.routing import page
from tidings.web.sheets import csv_response
from tidings.web.views.group import frame

ORDER = ("name", "pk")
CSV_HEADER = ("place", "id", "name", "address", "active members", "archived")


class DuplicatesForm(StyledForm):
    """What a contact of several subgroups gets."""

    duplicates = forms.ChoiceField(
        label="They get",
        choices=[
            (Duplicates.ONE_COPY, "One copy"),
            (Duplicates.ONE_PER_SUBGROUP, "One copy per subgroup"),
        ],
        help_text="One copy comes from the first subgroup, in the order here, in which they may receive.",
    )


@dataclass(frozen=True)
class Row:
    """One group in a list of subgroups."""

    group: Group
    active: int
    position: int


def _rows(groups: Sequence[Group]) -> list[Row]:
    counts = count_members(group.pk for group in groups)
    return [Row(group, counts[group.pk].active, position) for position, group in enumerate(groups, 1)]


@require_safe
def listing(request: OperatorRequest, pk: int) -> HttpResponse:
    """The subgroups in their order."""
    group = queries.find_supergroup(pk)
    form = DuplicatesForm(initial={"duplicates": group.all_settings.supergroup.duplicates})
    context = {"form": form, "rows": _rows(queries.subgroups_of(group))}
    return render(request, "web/group/subgroups.html", frame(group, "subgroups") | context)


@require_safe
def listing_csv(request: OperatorRequest, pk: int) -> StreamingHttpResponse:  # noqa: ARG001 - Django passes the request
    """The same list as a file."""
    rows = _rows(queries.subgroups_of(queries.find_supergroup(pk)))
    cells = (
        (
            row.position,
            row.group.pk,
            row.group.name,
            row.group.address,
            row.active,
            bool(row.group.archived_at),
        )
        for row in rows
    )
    return csv_response("subgroups.csv", CSV_HEADER, cells)


@require_safe
def overlap(request: OperatorRequest, pk: int) -> HttpResponse:
    """How many people the subgroups are: counted when the page is there, because it looks at every member."""
    group = queries.find_supergroup(pk)
    found = overlap_of(one.pk for one in queries.subgroups_of(group) if not one.archived_at)
    context = {"overlap": found, "duplicates": group.all_settings.supergroup.duplicates}
    return render(request, "web/group/_overlap.html", context)


def add(request: OperatorRequest, pk: int) -> HttpResponse:
    """Groups that may be added; those that were checked go in. htmx gets the table alone."""
    group, search = queries.find_supergroup(pk), SearchForm(request.GET)
    if not search.is_valid():
        raise Refused(reason="This search can't be read. Open the list of subgroups again.")
    if request.method == "POST":
        return _add_checked(request, group)
    q = search.cleaned_data["q"]
    shown = page_of(queries.subgroups_to_add(group, q), ORDER, request.GET.get("page", ""))
    context = frame(group, "subgroups") | {"q": q, "page": shown, "rows": _rows(shown.rows)}
    template = "web/group/_add_subgroups.html" if request.htmx else "web/group/add_subgroups.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _add_checked(request: OperatorRequest, group: Group) -> HttpResponse:
    try:
        chosen = [queries.find(ref) for ref in request.POST.getlist("group")]
        if not chosen:
            raise Refused(reason="Check the groups that you want to add.")
        subgroups.add(group, chosen, by=request.user)
    except TidingsError as error:
        messages.error(request, str(error))
        return redirect(request.get_full_path())
    names = ", ".join(f"“{one}”" for one in chosen)
    messages.success(request, f"Added {names}.")
    return redirect("web:subgroups", group.pk)


@require_POST
def remove(request: OperatorRequest, pk: int, subgroup: int) -> HttpResponse:
    """Takes one group out of the SuperGroup."""
    group = queries.find_supergroup(pk)
    try:
        gone = queries.find(subgroup)
        subgroups.remove(group, [gone], by=request.user)
        messages.success(request, f"“{gone}” is taken out. The group itself is as it was.")
    except TidingsError as error:
        messages.error(request, str(error))
    return redirect("web:subgroups", pk)


@require_POST
def move(request: OperatorRequest, pk: int, subgroup: int) -> HttpResponse:
    """Moves a subgroup by one place, up or down; htmx gets the table alone."""
    group, one = queries.find_supergroup(pk), queries.find(subgroup)
    places = -1 if request.POST.get("places") == "-1" else 1
    told: dict[str, Any] = {}
    try:
        ids = subgroups.move(group, one, places, by=request.user)
        told["said"] = f"{one} is now number {ids.index(one.pk) + 1} of {len(ids)}."
    except TidingsError as error:
        told["problem"] = str(error)
    if not request.htmx:
        if "problem" in told:
            messages.error(request, told["problem"])
        return redirect("web:subgroups", pk)
    context = {"group": group, "rows": _rows(queries.subgroups_of(group)), **told}
    return render(request, "web/group/_subgroups.html", context)


@require_POST
def set_duplicates(request: OperatorRequest, pk: int) -> HttpResponse:
    """Says what a contact of several subgroups gets."""
    group = queries.find_supergroup(pk)
    try:
        subgroups.set_duplicates(group, _duplicates(request.POST.get("duplicates", "")), by=request.user)
        messages.success(request, "Saved.")
    except TidingsError as error:
        messages.error(request, str(error))
    return redirect("web:subgroups", pk)


def _duplicates(chosen: str) -> Duplicates:
    try:
        return Duplicates(chosen)
    except ValueError:
        raise Refused(reason="Choose one copy, or one copy per subgroup.") from None


urls = [
    page("groups/<int:pk>/subgroups/", listing, "subgroups"),
    page("groups/<int:pk>/subgroups.csv", listing_csv, "subgroups-csv"),
    page("groups/<int:pk>/subgroups/overlap/", overlap, "subgroups-overlap"),
    page("groups/<int:pk>/subgroups/add/", add, "subgroups-add"),
    page("groups/<int:pk>/subgroups/duplicates/", set_duplicates, "subgroups-duplicates"),
    page("groups/<int:pk>/subgroups/<int:subgroup>/remove/", remove, "subgroup-remove"),
    page("groups/<int:pk>/subgroups/<int:subgroup>/move/", move, "subgroup-move"),
]
