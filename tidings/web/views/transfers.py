"""Transfers: the list, asking who goes where, counting before, and how it goes."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from tidings.groups.models import Group
from tidings.groups.settings import Joining
from tidings.kernel.errors import Refused, TidingsError
from tidings.locks.queries import locks_of
from tidings.transfers import actions, queries
from tidings.transfers.actions import NewGroup, Wish
from tidings.transfers.errors import NoTarget
from tidings.transfers.models import Transfer
from tidings.transfers.queries import Forecast
from tidings.transfers.rules import LARGEST_NUMBER, Share
from tidings.web import transfer_report
from tidings.web.forms import StyledForm, attempt
from tidings.web.group_field import GroupField, proposals
from tidings.web.member_forms import JOINING_WORDS
from tidings.web.narrowing import selection_field, where_field, whom
from tidings.web.paging import page_of
from tidings.web.request import OperatorRequest
from tidings.web.routing import page
from tidings.web.sheets import csv_response

CSV_HEADER = (
    "id", "state", "from group id", "from", "rule", "selection id", "to group id", "to", "mode", "share",
    *queries.COUNTS, "absent", "by", "started", "ended",
)  # fmt: skip
MODES = (
    (Transfer.Mode.ADD, "Add them to the group"),
    (Transfer.Mode.REPLACE, "Replace the members of the group by them"),
    (Transfer.Mode.REMOVE, "Remove them from the group"),
)


class TransferFilter(StyledForm):
    """What the list of transfers is narrowed to."""

    group = GroupField(label="Group", required=False)
    state = forms.ChoiceField(choices=[("", "Any state"), *Transfer.State.choices], required=False)


class TransferForm(StyledForm):
    """Who goes where."""

    source = GroupField(
        label="Members of",
        required=False,
        help_text="Leave it empty for everybody there is. They stay where they are.",
    )
    where = where_field()
    selection = selection_field()
    mode = forms.ChoiceField(label="What to do with them", choices=MODES)
    joining = forms.ChoiceField(label="How they join", choices=JOINING_WORDS, required=False)
    target = GroupField(label="Group", required=False, help_text="Into this group, or out of it.")
    name = forms.CharField(
        label="Or name of a new group",
        required=False,
        help_text="On the channel of the group they come from.",
    )
    address = forms.CharField(
        label="Address of the new group",
        required=False,
        widget=forms.TextInput({"placeholder": "regulars@example.org", "inputmode": "email"}),
        help_text="For e-mail groups.",
    )
    percent = forms.DecimalField(
        label="Only so many percent", required=False, min_value=0.01, max_value=100, decimal_places=2
    )
    number = forms.IntegerField(
        label="Or only so many people",
        required=False,
        min_value=1,
        max_value=LARGEST_NUMBER,
        help_text="A share is drawn at random.",
    )

    @property
    def wish(self) -> Wish:
        """What the valid form asks for; raises `NoTarget`."""
        said = self.cleaned_data
        target: Group | NewGroup | None = said["target"]
        if said["name"]:
            target = None if target else NewGroup(said["name"], said["address"])
        if target is None:
            raise NoTarget
        return Wish(
            source=said["source"],
            target=target,
            whom=whom(said),
            mode=Transfer.Mode(said["mode"]),
            joining=Joining(said["joining"] or Joining.SILENT),
            share=Share(said["percent"], said["number"]),
        )


@require_safe
def listing(request: OperatorRequest) -> HttpResponse:
    """Transfers, the newest first; htmx gets the table alone."""
    form = TransferFilter(request.GET)
    shown = page_of(_found(form), ("-pk",), request.GET.get("page", ""))
    context = {
        "form": form,
        "page": shown,
        "is_live": any(map(transfer_report.is_going, shown.rows)),
        "is_narrowed": any(form.cleaned_data.values()),
    }
    template = "web/transfers/_results.html" if request.htmx else "web/transfers/list.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def listing_csv(request: OperatorRequest) -> StreamingHttpResponse:
    """All transfers that the same address of the list would show."""
    return csv_response("transfers.csv", CSV_HEADER, _csv_rows(_found(TransferFilter(request.GET))))


def _found(form: TransferFilter) -> QuerySet[Transfer]:
    if not form.is_valid():
        raise Refused(reason="There is no such group or state. Open the list of transfers again.")
    found = queries.transfers(form.cleaned_data["group"])
    state = form.cleaned_data["state"]
    return found.filter(state=state) if state else found


def _csv_rows(runs: QuerySet[Transfer]) -> Iterator[tuple[object, ...]]:
    for run in runs.iterator():
        yield (
            run.pk, run.state, run.source_id, run.source, run.rule, run.selection_id, run.target_id, run.target,
            run.mode, run.share.words, *transfer_report.counts_of(run).values(), run.absent, run.started_by,
            run.created_at, run.ended_at,
        )  # fmt: skip


@require_safe
def group_choices(request: OperatorRequest) -> HttpResponse:
    """Groups that match what is typed into a field, whatever it is called."""
    typed = next(iter(request.GET.values()), "")
    return render(request, "web/components/group_options.html", {"groups": proposals(str(typed))})


def new(request: OperatorRequest) -> HttpResponse:
    """Asks who goes where; a POST counts what that comes to, and with `do=start` begins it."""
    form = TransferForm(request.POST or None, initial=request.GET.dict())
    if request.POST.get("do") == "start":
        if run := attempt(form, lambda: actions.start(form.wish, by=request.user)):
            return redirect("web:transfer", run.pk)
        found = None
    else:
        found = attempt(form, lambda: actions.preview(form.wish))
    context = {"form": form, **(_told(form, found) if found else {})}
    return render(request, "web/transfers/new.html", context)


def _told(form: TransferForm, found: Forecast) -> dict[str, Any]:
    return {
        "forecast": found,
        "outcomes": transfer_report.outcomes(form.cleaned_data["mode"], found.facts()),
        "kept_out": transfer_report.kept_out_words(found.kept_out_by),
        "moved": found.removed if form.cleaned_data["mode"] == Transfer.Mode.REMOVE else found.joined,
    }


@require_safe
def show(request: OperatorRequest, pk: int) -> HttpResponse:
    """A transfer and how it goes."""
    return render(request, "web/transfers/run.html", _report(queries.find(pk)))


@require_safe
def live(request: OperatorRequest, pk: int) -> HttpResponse:
    """How it goes, asked for again and again; the whole page comes anew when the state has changed."""
    run = queries.find(pk)
    if request.GET.get("state") != run.state:
        return HttpResponseClientRefresh()
    return render(request, "web/transfers/_live.html", _report(run))


def _report(run: Transfer) -> dict[str, Any]:
    outcomes = transfer_report.outcomes(run.mode, transfer_report.counts_of(run))
    is_going = transfer_report.is_going(run)
    return {
        "run": run,
        "is_going": is_going,
        "outcomes": outcomes,
        "settled": sum(outcome.rows for outcome in outcomes),
        "kept_out": transfer_report.kept_out_words(run.kept_out_by),
        "progress": transfer_report.progress(run) if is_going else None,
        "locks": locks_of([run.target_id]).get(run.target_id, []),
    }


@require_POST
def cancel(request: OperatorRequest, pk: int) -> HttpResponse:
    """Asks the transfer to stop at the end of its slice."""
    try:
        actions.cancel(queries.find(pk), by=request.user)
        messages.success(request, "The transfer stops. Who was moved stays moved.")
    except TidingsError as error:
        messages.error(request, str(error))
    return redirect("web:transfer", pk)


@require_POST
def confirm(request: OperatorRequest, pk: int) -> HttpResponse:
    """Lets a replacement remove as many members as it asked about."""
    try:
        actions.confirm(queries.find(pk), by=request.user)
        messages.success(request, "Confirmed: the transfer goes on.")
    except TidingsError as error:
        messages.error(request, str(error))
    return redirect("web:transfer", pk)


urls = [
    page("groups/choices/", group_choices, "group-choices"),
    page("transfers/", listing, "transfers"),
    page("transfers.csv", listing_csv, "transfers-csv"),
    page("transfers/new/", new, "transfer-new"),
    page("transfers/<int:pk>/", show, "transfer"),
    page("transfers/<int:pk>/live/", live, "transfer-live"),
    page("transfers/<int:pk>/cancel/", cancel, "transfer-cancel"),
    page("transfers/<int:pk>/confirm/", confirm, "transfer-confirm"),
]
