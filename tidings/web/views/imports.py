"""Imports: the list, uploading a file, how it will be read, and how it goes."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any, BinaryIO, cast

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from tidings.groups.models import Group
from tidings.groups.queries import find as find_group
from tidings.groups.settings import Joining
from tidings.imports import actions
from tidings.imports.models import Import
from tidings.imports.queries import find, rejects_csv
from tidings.kernel.errors import Refused, TidingsError
from tidings.locks.queries import locks_of
from tidings.web import import_report
from tidings.web.choosing import choose_group
from tidings.web.drafts import Draft, draft_of
from tidings.web.forms import StyledForm, attempt
from tidings.web.paging import page_of
from tidings.web.request import OperatorRequest
from tidings.web.routing import page
from tidings.web.sheets import csv_response
from tidings.web.uploads import SpoolHandler, spool

CSV_HEADER = (
    "id", "file", "group id", "group", "state", "mode", "dry run", "rows", "created", "joined", "updated", "unchanged",
    "removed", "ignored", "absent", "kept out", "duplicates", "rejected", "by", "uploaded", "ended",
)  # fmt: skip
PASTED = "pasted text"
ANY_STATE = ("", "Any state")
STOPS = "The import stops at the end of its slice. What is merged stays."
NOTHING_CHANGED = "The import is cancelled. Nothing was changed."


class ImportFilter(StyledForm):
    """What the list of imports is narrowed to."""

    q = forms.CharField(
        label="Search file or group",
        required=False,
        widget=forms.TextInput({"type": "search", "placeholder": "Search file or group", "data-search": ""}),
    )
    state = forms.ChoiceField(choices=[ANY_STATE, *Import.State.choices], required=False)


class UploadForm(StyledForm):
    """A file, or what somebody pasted from a spreadsheet."""

    file = forms.FileField(
        label="CSV or XML file",
        required=False,
        allow_empty_file=True,  # the draft says what is missing in it
        max_length=None,
        widget=forms.FileInput({"accept": ".csv,.tsv,.txt,.xml,.zip,.gz,text/csv,text/plain,text/xml"}),
        help_text="Of any size; a zip or gzip archive with one file is unpacked. Nothing is changed before you have"
        " seen how it will be read.",
    )
    text = forms.CharField(
        label="Or paste it",
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 5, "spellcheck": "false", "class": "form-control code"}),
        help_text="Rows copied from a spreadsheet, with the names of the columns, or a text like a file.",
    )

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        given: dict[str, Any] = super().clean() or {}
        has_file, has_text = given.get("file") is not None, bool(given.get("text", "").strip())
        if has_file and has_text:
            raise forms.ValidationError("Choose a file or paste a text, not both.")
        if not has_file and not has_text and not self.errors:
            raise forms.ValidationError("Choose a file, or paste a text.")
        return given

    @property
    def content(self) -> tuple[BinaryIO, str]:
        """What was given, with its name."""
        file = self.cleaned_data["file"]
        if file is not None:
            return cast("BinaryIO", file), file.name
        return BytesIO(self.cleaned_data["text"].encode()), PASTED


@require_safe
def listing(request: OperatorRequest) -> HttpResponse:
    """Imports, the newest first; htmx gets the table alone."""
    form = ImportFilter(request.GET)
    shown = page_of(_found(form), ("-pk",), request.GET.get("page", ""))
    context = {
        "form": form,
        "page": shown,
        "is_live": import_report.any_going(shown.rows),
        "is_narrowed": any(form.cleaned_data.values()),
    }
    template = "web/imports/_results.html" if request.htmx else "web/imports/list.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def listing_csv(request: OperatorRequest) -> StreamingHttpResponse:
    """All imports that the same address of the list would show."""
    found = _found(ImportFilter(request.GET)).order_by("-pk")
    return csv_response("imports.csv", CSV_HEADER, _csv_rows(found))


def _found(form: ImportFilter) -> QuerySet[Import]:
    if not form.is_valid():
        raise Refused(reason="The filters in this address can't be read. Open the list of imports again.")
    found = Import.objects.select_related("group", "process", "started_by")
    if text := form.cleaned_data["q"]:
        groups = Group.objects.filter(name__icontains=text).values("pk")
        found = found.filter(filename__icontains=text) | found.filter(group__in=groups)
    state = form.cleaned_data["state"]
    return found.filter(state=state) if state else found


def _csv_rows(runs: QuerySet[Import]) -> Iterator[tuple[object, ...]]:
    for run in runs.iterator():
        yield (
            run.pk, run.filename, run.group_id, run.group.name, run.state, run.mode, run.dry_run, run.rows, run.created,
            run.joined, run.updated, run.unchanged, run.removed, run.ignored, run.absent, run.kept_out,
            run.duplicates, run.rejected, run.started_by, run.created_at, run.ended_at,
        )  # fmt: skip


@require_safe
def choose(request: OperatorRequest) -> HttpResponse:
    """Asks into which group."""
    return choose_group(
        request,
        heading="Import into which group?",
        href=lambda group: reverse("web:import-new", args=[group.pk]),
    )


@csrf_exempt  # `_upload` checks it, after the handler that reads the form is in place
def upload(request: OperatorRequest, pk: int) -> HttpResponseBase:
    """Takes a file for a group; it becomes a draft."""
    return _upload(request, pk, spool(request))


@csrf_protect
def _upload(request: OperatorRequest, pk: int, handler: SpoolHandler) -> HttpResponse:
    group = find_group(pk)
    form = UploadForm(request.POST or None, request.FILES or None)
    if handler.trouble:
        form = UploadForm()  # a bound one would ask for a file, though there was one
    elif run := attempt(form, lambda: _store(request, group, form)):
        return redirect("web:import", run.pk)
    context = {
        "group": group,
        "form": form,
        "trouble": handler.trouble,
        "locks": locks_of([pk]).get(pk, []),
    }
    return render(request, "web/imports/upload.html", context)


def _store(request: OperatorRequest, group: Group, form: UploadForm) -> Import:
    content, name = form.content
    return actions.upload(group, content, filename=name, by=request.user)


def show(request: OperatorRequest, pk: int) -> HttpResponse:
    """A draft, with how its file will be read, or an import and how it goes."""
    run = find(pk)
    if run.state == Import.State.DRAFT:
        return _draft(request, run)
    return render(request, "web/imports/run.html", _report(run))


def _draft(request: OperatorRequest, run: Import) -> HttpResponse:
    """A POST shows the file as the form says; with `do=start` it also starts."""
    draft = draft_of(run, request.POST if request.method == "POST" else None)
    refusal = ""
    if request.POST.get("do") == "start" and draft.is_ready:
        try:
            _begin(request, run, draft)
        except TidingsError as error:
            refusal = str(error)
        else:
            return redirect("web:import", run.pk)
    context = {"run": run, "draft": draft, "refusal": refusal, **_locks(run)}
    return render(request, "web/imports/_draft.html" if request.htmx else "web/imports/draft.html", context)


def _begin(request: OperatorRequest, run: Import, draft: Draft) -> None:
    chosen = draft.run_form.cleaned_data
    actions.begin(
        run,
        by=request.user,
        layout=draft.reading.layout if draft.reading else None,
        choices=draft.choices,
        **draft.said,
        save_as=chosen["save_as"],
        mode=Import.Mode(chosen["mode"]),
        joining=Joining(chosen["joining"] or Joining.SILENT),
        dry_run=chosen["dry_run"],
    )


def _locks(run: Import) -> dict[str, Any]:
    locks = locks_of([run.group_id]).get(run.group_id, [])
    return {"locks": locks, "own_lock": next((k for k in locks if k.process_id == run.process_id), None)}


def _report(run: Import) -> dict[str, Any]:
    is_going = import_report.is_going(run)
    return {
        "run": run,
        "is_going": is_going,
        "outcomes": import_report.outcomes(run),
        "settled": import_report.settled(run),
        "kept_out": import_report.kept_out_words(run),
        "joining": import_report.joining_words(run),
        "progress": import_report.progress(run) if is_going else None,
        # Counting rejected rows reads them all: not while the page asks every two seconds.
        "reasons": [] if is_going else import_report.reasons(run),
        **_locks(run),
    }


@require_safe
def live(request: OperatorRequest, pk: int) -> HttpResponse:
    """How it goes, asked for again and again; the whole page comes anew when the state has changed."""
    run = find(pk)
    if request.GET.get("state") != run.state:
        return HttpResponseClientRefresh()
    return render(request, "web/imports/_live.html", _report(run))


@require_POST
def cancel(request: OperatorRequest, pk: int) -> HttpResponse:
    """Asks the import to stop at the end of its slice."""
    try:
        run = find(pk)
        actions.cancel(run, by=request.user)
        told = run.state == Import.State.AWAITING_CONFIRMATION
        messages.success(request, NOTHING_CHANGED if told else STOPS)
    except TidingsError as error:
        messages.error(request, str(error))
    return redirect("web:import", pk)


@require_POST
def confirm(request: OperatorRequest, pk: int) -> HttpResponse:
    """Lets a replacement remove as many members as it asked about."""
    try:
        actions.confirm(find(pk), by=request.user)
        messages.success(request, "Confirmed: the import goes on.")
    except TidingsError as error:
        messages.error(request, str(error))
    return redirect("web:import", pk)


@require_POST
def discard(request: OperatorRequest, pk: int) -> HttpResponse:
    """Forgets a draft and its file."""
    run = find(pk)
    if run.state != Import.State.DRAFT:
        messages.error(request, "It has been started, so it can't be discarded any more.")
        return redirect("web:import", pk)
    actions.discard(run)
    messages.success(request, f"The draft of “{run.filename}” is discarded. Nothing was changed.")
    return redirect("web:imports")


@require_safe
def rejects(_request: OperatorRequest, pk: int) -> StreamingHttpResponse:
    """The rejected rows as a file."""
    run = find(pk)
    return StreamingHttpResponse(
        rejects_csv(run),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="import-{run.pk}-rejected.csv"'},
    )


urls = [
    page("imports/", listing, "imports"),
    page("imports.csv", listing_csv, "imports-csv"),
    page("imports/new/", choose, "import-choose"),
    page("groups/<int:pk>/import/", upload, "import-new"),
    page("imports/<int:pk>/", show, "import"),
    page("imports/<int:pk>/live/", live, "import-live"),
    page("imports/<int:pk>/cancel/", cancel, "import-cancel"),
    page("imports/<int:pk>/confirm/", confirm, "import-confirm"),
    page("imports/<int:pk>/discard/", discard, "import-discard"),
    page("imports/<int:pk>/rejected.csv", rejects, "import-rejects"),
]
