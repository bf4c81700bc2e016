"""The blacklists: of the whole system, and of one group as a tab of its page."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from tidings.blacklists import actions, queries
from tidings.blacklists.errors import BadPattern
from tidings.blacklists.models import KIND_WORDS, SYSTEM, Entry
from tidings.blacklists.rules import PATTERN_CHARACTERS_AT_MOST, REASON_CHARACTERS_AT_MOST
from tidings.groups.models import Group
from tidings.groups.queries import find as find_group
from tidings.kernel.errors import Refused
from tidings.web.forms import StyledForm, attempt
from tidings.web.paging import page_of
from tidings.web.request import OperatorRequest
from tidings.web.routing import page
from tidings.web.views.group import frame

COUNTED_AT_MOST = 10_000  # counting a million entries would take longer than showing a page of them


class EntryFilter(StyledForm):
    """What a list is narrowed to."""

    q = forms.CharField(
        label="Address, or the beginning of an entry",
        required=False,
        widget=forms.TextInput(
            {"type": "search", "placeholder": "Address, or the beginning of an entry", "data-search": ""}
        ),
    )
    kind = forms.ChoiceField(choices=[("", "Any kind"), *KIND_WORDS.items()], required=False)


class EntryForm(StyledForm):
    """Somebody to keep out."""

    pattern = forms.CharField(
        label="Address, domain, number or hash",
        max_length=PATTERN_CHARACTERS_AT_MOST,
        widget=forms.TextInput({"autocomplete": "off", "placeholder": "anna@example.com"}),
        help_text="example.com is the domain alone, *.example.com the domain with all its subdomains.",
    )
    reason = forms.CharField(
        required=False,
        max_length=REASON_CHARACTERS_AT_MOST,
        help_text="Such as who asked for it, and when.",
    )


def system(request: OperatorRequest) -> HttpResponse:
    """Who never gets anything from anybody here."""
    return _list(request, None)


def of_group(request: OperatorRequest, pk: int) -> HttpResponse:
    """Who never gets anything from one group."""
    return _list(request, find_group(pk))


def _list(request: OperatorRequest, group: Group | None) -> HttpResponse:
    """The list, narrowed as the address says; a POST adds an entry. htmx gets the table alone."""
    form = EntryForm(request.POST or None)
    if done := attempt(form, lambda: _add(request, group, form)):
        messages.success(request, done)
        return redirect(_href(group))
    template = "web/blacklist/_results.html" if request.htmx else "web/blacklist/list.html"
    response = render(request, template, _context(request, group) | {"entry_form": form})
    patch_vary_headers(response, ["HX-Request"])
    return response


def _add(request: OperatorRequest, group: Group | None, form: EntryForm) -> str:
    entry, is_new = actions.add(**form.cleaned_data, group=group, source=Entry.Source.PAGE, by=request.user)
    if not is_new:
        return f"{entry.pattern} was on the list already."
    return f"{entry.pattern} is on the list and gets nothing from now on."


def _href(group: Group | None) -> str:
    return f"/groups/{group.pk}/blacklist/" if group else "/blacklist/"


def _context(request: OperatorRequest, group: Group | None) -> dict[str, Any]:
    form, found = _found(request, group)
    counted = len(found.order_by().values_list("pk")[: COUNTED_AT_MOST + 1])
    text = form.cleaned_data["q"]
    return {
        **(frame(group, "blacklist") if group else {"group": None}),
        "frame": "web/group/frame.html" if group else "web/blacklist/frame.html",
        "form": form,
        "page": page_of(found, ("pattern",), request.GET.get("page", "")),
        "count": min(counted, COUNTED_AT_MOST),
        "is_more": counted > COUNTED_AT_MOST,
        "is_narrowed": any(form.cleaned_data.values()),
        "asked": text,
        "hits": _hits(text, group),
    }


def _found(request: OperatorRequest, group: Group | None) -> tuple[EntryFilter, QuerySet[Entry]]:
    form = EntryFilter(request.GET)
    if not form.is_valid():
        raise Refused(reason="The filters in this address can't be read. Open the blacklist again.")
    return form, queries.entries(group, prefix=form.cleaned_data["q"], kind=form.cleaned_data["kind"])


def _hits(text: str, group: Group | None) -> list[Entry] | None:
    """Who searches for a whole address wants to know what keeps it out; None if it is none."""
    try:
        return queries.hits(text, group)
    except BadPattern:
        return None


@require_safe
def system_csv(request: OperatorRequest) -> StreamingHttpResponse:
    """The system's list as a file, as narrowed."""
    return _csv(request, None)


@require_safe
def of_group_csv(request: OperatorRequest, pk: int) -> StreamingHttpResponse:
    """A group's list as a file, as narrowed."""
    return _csv(request, find_group(pk))


def _csv(request: OperatorRequest, group: Group | None) -> StreamingHttpResponse:
    form, _ = _found(request, group)
    lines = queries.as_csv(group, prefix=form.cleaned_data["q"], kind=form.cleaned_data["kind"])
    name = f"group-{group.pk}-blacklist.csv" if group else "blacklist.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


@require_POST
def remove(request: OperatorRequest, pk: int) -> HttpResponse:
    """Takes one entry off its list."""
    entry = queries.find(pk)
    actions.remove(entry, by=request.user)
    messages.success(request, f"{entry.pattern} is off the list.")
    return redirect(_href(None if entry.scope == SYSTEM else find_group(entry.scope)))


urls = [
    page("blacklist/", system, "blacklist"),
    page("blacklist.csv", system_csv, "blacklist-csv"),
    page("blacklist/<int:pk>/remove/", remove, "blacklist-remove"),
    page("groups/<int:pk>/blacklist/", of_group, "group-blacklist"),
    page("groups/<int:pk>/blacklist.csv", of_group_csv, "group-blacklist-csv"),
]
