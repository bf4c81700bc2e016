"""Sendouts: the list, the review before one starts, and the page of one."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from tidings.accounts.models import User
from tidings.contacts.queries import find as find_contact
from tidings.groups.models import Group
from tidings.groups.queries import find as find_group
from tidings.groups.queries import receiving
from tidings.kernel.errors import Refused, TidingsError
from tidings.locks.models import GroupLock
from tidings.locks.queries import locks_of
from tidings.messaging.checks.findings import errors, warnings
from tidings.messaging.models import Version
from tidings.messaging.queries import find_version, sendable
from tidings.selections.choosing import Chosen
from tidings.selections.language import compiled, say
from tidings.sendouts import actions, queries
from tidings.sendouts.checks import findings
from tidings.sendouts.judge import reach_now
from tidings.sendouts.models import Sendout
from tidings.sendouts.moments import moments_of
from tidings.sendouts.recipients import as_csv
from tidings.sendouts.served import shown_in
from tidings.web import sendout_report
from tidings.web.forms import SearchForm, StyledForm, attempt
from tidings.web.narrowing import NAMES, selection_field, where_field, whom
from tidings.web.overview import sendout_rows
from tidings.web.pace import pace_of
from tidings.web.pace_form import PaceForm, form_of, pace_facts, zone_name
from tidings.web.paging import page_of
from tidings.web.previews import panel_for
from tidings.web.progress import work_of_locks
from tidings.web.request import OperatorRequest
from tidings.web.review import NOW, ReviewForm, last_sendout, start_once, zone
from tidings.web.routing import page
from tidings.web.sheets import csv_file, csv_response
from tidings.web.subgroup_report import reached_by_subgroup, served_by_subgroup
from tidings.web.waterfall import steps_of

CSV_HEADER = (
    "id", "subject", "group id", "group", "state", "into the mailbox", "audience", "planned", "accepted", "deferred",
    "failed", "skipped", "by", "created", "started", "ended",
)  # fmt: skip
CSV_SENDOUTS_PER_QUERY = 200
VERSION_DIGITS = 9  # what surely fits in the column


class SendoutFilter(StyledForm):
    """What the list of sendouts is narrowed to."""

    q = forms.CharField(
        label="Search subject or group",
        required=False,
        widget=forms.TextInput(
            {"type": "search", "placeholder": "Search subject or group", "data-search": ""}
        ),
    )
    state = forms.ChoiceField(choices=[("", "Any state"), *Sendout.State.choices], required=False)


class NarrowingForm(StyledForm):
    """To which of the members it goes."""

    where = where_field()
    selection = selection_field()


@require_safe
def listing(request: OperatorRequest) -> HttpResponse:
    """Sendouts, the newest first; htmx gets the table alone."""
    form = SendoutFilter(request.GET)
    shown = page_of(_found(form), ("-pk",), request.GET.get("page", ""))
    context = {
        "form": form,
        "page": shown,
        "rows": sendout_rows(shown.rows),
        "is_live": any(one.state not in sendout_report.RESTING for one in shown.rows),
        "is_narrowed": any(form.cleaned_data.values()),
    }
    template = "web/sendouts/_results.html" if request.htmx else "web/sendouts/list.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def listing_csv(request: OperatorRequest) -> StreamingHttpResponse:
    """All sendouts that the same address of the list would show."""
    found = _found(SendoutFilter(request.GET)).order_by("-pk")
    return csv_response("sendouts.csv", CSV_HEADER, _csv_rows(list(found)))


def _found(form: SendoutFilter) -> QuerySet[Sendout]:
    if not form.is_valid():
        raise Refused(reason="The filters in this address can't be read. Open the list of sendouts again.")
    found = Sendout.objects.select_related("version__message", "created_by").defer(
        "version__html", "version__text"
    )
    if text := form.cleaned_data["q"]:
        found = found.filter(version__subject__icontains=text) | found.filter(group_name__icontains=text)
    state = form.cleaned_data["state"]
    return found.filter(state=state) if state else found


def _csv_rows(sendouts: list[Sendout]) -> Iterator[tuple[object, ...]]:
    for start in range(0, len(sendouts), CSV_SENDOUTS_PER_QUERY):
        for row in sendout_rows(sendouts[start : start + CSV_SENDOUTS_PER_QUERY]):
            one, now = row.sendout, row.accounting
            yield (
                one.pk, one.version.subject, one.group_id, one.group_name, one.state, one.to_mailbox, now.audience,
                now.planned, now.accepted, now.deferred, now.failed, now.skipped, one.created_by,
                one.created_at, one.started_at, one.ended_at,
            )  # fmt: skip


@require_safe
def choose_message(request: OperatorRequest, pk: int) -> HttpResponse:
    """Asks which message the group gets."""
    form = SearchForm(request.GET)
    if not form.is_valid():
        raise Refused(reason="This search can't be read. Open the group again.")
    found = sendable(form.cleaned_data["q"])
    shown = page_of(found, ("-pk",), request.GET.get("page", ""))
    narrowing = urlencode({name: request.GET[name] for name in NAMES if request.GET.get(name)})
    narrowing = narrowing and f"?{narrowing}"
    context = {"group": _served_group(pk), "form": form, "page": shown, "narrowing": narrowing}
    return render(request, "web/sendouts/choose_message.html", context)


def _served_group(pk: int) -> Group:
    group = find_group(pk)
    shown_in(group)  # a SuperGroup without subgroups has nobody to send to
    return group


def review(request: OperatorRequest, pk: int, message: int) -> HttpResponse:
    """Who would get the message, and the form that sends it."""
    group, version = _served_group(pk), find_version(message)
    narrowed = whom(request.GET)
    reached = reach_now(
        group,
        picked=compiled(narrowed.rule, group=group) if narrowed else None,
        is_marketing=version.message.is_marketing,
    )
    people = reached.steps["will_receive"]
    last = last_sendout(group, version)
    found = findings(version, group)
    form = ReviewForm(group, people, last, warnings(found), request.POST or None, initial={"when": NOW})
    if sendout := attempt(form, lambda: _start(group, version, form, request.user, narrowed)):
        messages.success(request, _told(sendout))
        return redirect("web:sendout", sendout.pk)
    context = {
        "group": group,
        "version": version,
        "form": form,
        "people": people,
        "narrowing": NarrowingForm(initial=request.GET.dict()),
        "said": say(narrowed.rule) if narrowed else "",
        "last": last if form.was_sent else None,
        "steps": steps_of(reached.steps),
        "reached": reached,
        "subgroups": reached_by_subgroup(group, reached),
        "zone": zone(),
        "zone_name": zone_name(group),
        "to_mailbox": not settings.ENVIRONMENT.smtp_url,
        "panel": panel_for(version, _as_group(request, group)),
        "findings": found,
        "errors": errors(found),
        **_locks_in_the_way(group),
    }
    return render(request, "web/sendouts/review.html", context)


@require_POST
def test(request: OperatorRequest, pk: int, message: int) -> HttpResponse:
    """Sends the message to the group's test recipients."""
    shown_as = request.POST.get("shown_as", "").strip()
    try:
        group, version = find_group(pk), find_version(message, _number(request.POST.get("version", "")))
        contact = find_contact(shown_as) if shown_as else None
        subgroup = request.POST.get("subgroup", "").strip()
        sendout = actions.start_test(group, version, by=request.user, shown_as=contact, subgroup=subgroup)
    except TidingsError as error:
        messages.error(request, str(error))
        return redirect("web:message", message)
    messages.success(request, "The test is on its way. Here you see how it goes.")
    return redirect("web:sendout", sendout.pk)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) <= VERSION_DIGITS else None


def _as_group(request: OperatorRequest, group: Group) -> Any:
    asked = request.GET.copy()
    asked["group"] = str(group.pk)
    return asked


def _locks_in_the_way(group: Group) -> dict[str, Any]:
    """Of a SuperGroup also those of its subgroups; one process may hold several of them."""
    found = locks_of({group.pk, *(part.pk for part in receiving(group))}).values()
    locks = {lock.process_id: lock for held in found for lock in held}.values()
    blocking = [lock for lock in locks if lock.mode == GroupLock.Mode.EXCLUSIVE]
    return {"blocking": work_of_locks(blocking), "sharing": len(locks) - len(blocking)}


def _start(group: Group, version: Version, form: ReviewForm, by: User, narrowed: Chosen | None) -> Sendout:
    chosen = form.cleaned_data
    return start_once(
        group,
        version,
        last_seen=chosen["last_seen"] or 0,
        by=by,
        **form.times(),
        sender_name=chosen["sender_name"],
        sender_address=chosen["sender_address"],
        pace=form.pace.chosen(),
        whom=narrowed,
    )


def _told(sendout: Sendout) -> str:
    if sendout.state == Sendout.State.AWAITING_APPROVAL:
        return "The approvers of the group are asked. The sendout goes when one of them has approved it."
    if sendout.state == Sendout.State.SCHEDULED:
        return "The sendout is scheduled. Until it starts you can cancel it here."
    return "The sendout has started."


@require_safe
def show(request: OperatorRequest, pk: int) -> HttpResponse:
    """One sendout: counts, what can be done, how the audience came about, its timeline."""
    sendout = queries.find(pk)
    context = {
        **sendout_report.live(sendout),
        "may": sendout_report.may(sendout),
        "steps": steps_of(sendout.waterfall) if sendout.waterfall else [],
        "timeline": sendout_report.timeline(sendout),
        "pace": pace_facts(sendout),
        "pace_form": form_of(sendout),
        "zone_name": zone_name(sendout.group),
    }
    return render(request, "web/sendouts/sendout.html", context)


@require_safe
def live(request: OperatorRequest, pk: int) -> HttpResponse:
    """The counts, asked for again and again; the whole page comes anew when the state has changed."""
    sendout = queries.find(pk)
    if request.GET.get("state") != sendout.state:
        return HttpResponseClientRefresh()
    return render(request, "web/sendouts/_live.html", sendout_report.live(sendout))


@require_safe
def details(request: OperatorRequest, pk: int) -> HttpResponse:
    """Pace, reasons and doubts: they look at each recipient, so the page asks for them apart and seldom."""
    sendout = queries.find(pk)
    context = {
        "sendout": sendout,
        "accounting": queries.accounting(sendout),
        "doubts": queries.in_doubt(sendout),
        "pace": pace_of(sendout),
        "moments": moments_of(sendout),
        "subgroups": served_by_subgroup(sendout),
    }
    return render(request, "web/sendouts/_details.html", context)


@require_safe
def subgroups_csv(_request: OperatorRequest, pk: int) -> StreamingHttpResponse:
    """The figures of a SuperMessage's subgroups."""
    rows = (
        (one.group_id, one.group_name, *(getattr(now, name) for name in queries.COUNTS))
        for one, now in queries.by_subgroup(queries.find(pk))
    )
    return csv_response(f"sendout-{pk}-subgroups.csv", ("group id", "group", *queries.COUNTS), rows)


@require_safe
def people_csv(_request: OperatorRequest, pk: int) -> StreamingHttpResponse:
    """Everyone of the audience with the newest outcome."""
    sendout = queries.find(pk)
    return csv_file(f"sendout-{sendout.pk}.csv", as_csv(sendout.pk))


@require_POST
def pause(request: OperatorRequest, pk: int) -> HttpResponse:
    """Stops handing over."""
    return _command(request, pk, actions.pause, "Paused. Nobody is lost: resume it, or cancel the rest.")


@require_POST
def resume(request: OperatorRequest, pk: int) -> HttpResponse:
    """Goes on."""
    return _command(request, pk, actions.resume, "It goes on.")


@require_POST
def cancel(request: OperatorRequest, pk: int) -> HttpResponse:
    """Skips whoever isn't served yet."""
    return _command(request, pk, actions.cancel, "Cancelled. Whoever wasn't served yet is skipped.")


@require_POST
def pace(request: OperatorRequest, pk: int) -> HttpResponse:
    """Gives it its own speed and hours."""
    form = PaceForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("web:sendout", pk)
    change = partial(actions.change_pace, pace=form.chosen())
    return _command(request, pk, change, "Changed. It holds from now on, for all workers.")


def _command(request: OperatorRequest, pk: int, action: Callable[..., Sendout], done: str) -> HttpResponse:
    try:
        action(queries.find(pk), by=request.user)
        messages.success(request, done)
    except TidingsError as error:
        messages.error(request, str(error))
    return redirect("web:sendout", pk)


urls = [
    page("sendouts/", listing, "sendouts"),
    page("sendouts.csv", listing_csv, "sendouts-csv"),
    page("groups/<int:pk>/send/", choose_message, "sendout-new"),
    page("groups/<int:pk>/send/<int:message>/", review, "sendout-review"),
    page("groups/<int:pk>/send/<int:message>/test/", test, "sendout-test"),
    page("sendouts/<int:pk>/", show, "sendout"),
    page("sendouts/<int:pk>/live/", live, "sendout-live"),
    page("sendouts/<int:pk>/details/", details, "sendout-details"),
    page("sendouts/<int:pk>/people.csv", people_csv, "sendout-people"),
    page("sendouts/<int:pk>/subgroups.csv", subgroups_csv, "sendout-subgroups"),
    page("sendouts/<int:pk>/pace/", pace, "sendout-pace"),
    page("sendouts/<int:pk>/pause/", pause, "sendout-pause"),
    page("sendouts/<int:pk>/resume/", resume, "sendout-resume"),
    page("sendouts/<int:pk>/cancel/", cancel, "sendout-cancel"),
]
