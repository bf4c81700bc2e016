"""Files of blacklist entries: asking for an import, and how it goes."""

from typing import Any, BinaryIO, cast

from django import forms
from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from tidings.blacklists import actions, queries
from tidings.blacklists.models import SYSTEM, BlacklistImport
from tidings.groups.models import Group
from tidings.groups.queries import find as find_group
from tidings.kernel.errors import TidingsError
from tidings.locks.models import Process
from tidings.web.forms import StyledForm, attempt
from tidings.web.progress import progress_since
from tidings.web.request import OperatorRequest
from tidings.web.routing import page
from tidings.web.uploads import SpoolHandler, spool
from tidings.web.views.group import frame

LAST_IMPORTS = 20
MODES = (
    (BlacklistImport.Mode.ADD, "Add what the file names"),
    (BlacklistImport.Mode.REPLACE, "Replace: afterwards the list is what the file names"),
    (BlacklistImport.Mode.DELETE, "Delete what the file names"),
)
COUNTS = ("values", "added", "removed", "unchanged", "duplicates", "rejected")


class ListForm(StyledForm):
    """A file of entries, and what to do with them."""

    mode = forms.ChoiceField(choices=MODES)
    file = forms.FileField(
        label="File",
        allow_empty_file=True,
        max_length=None,
        widget=forms.FileInput({"accept": ".csv,.txt,.xml,.gz,text/csv,text/plain,text/xml"}),
        help_text=(
            "One entry a line or separated by commas; a CSV with a header that names a column “pattern” or “email”; "
            "or XML. Of any size, also gzipped."
        ),
    )


@csrf_exempt  # `_upload` checks it, after the handler that reads the form is in place
def system(request: OperatorRequest) -> HttpResponseBase:
    """Takes a file for the system's list."""
    return _upload(request, None, spool(request))


@csrf_exempt
def of_group(request: OperatorRequest, pk: int) -> HttpResponseBase:
    """Takes a file for a group's list."""
    return _upload(request, find_group(pk), spool(request))


@csrf_protect
def _upload(request: OperatorRequest, group: Group | None, handler: SpoolHandler) -> HttpResponse:
    form = ListForm(request.POST or None, request.FILES or None)
    if handler.trouble:
        form = ListForm()  # a bound one would ask for a file, though there was one
    elif run := attempt(form, lambda: _start(request, group, form)):
        return redirect("web:blacklist-import", run.pk)
    context = _frame(group) | {
        "form": form,
        "trouble": handler.trouble,
        "runs": queries.imports(group)[:LAST_IMPORTS],
    }
    return render(request, "web/blacklist/import.html", context)


def _start(request: OperatorRequest, group: Group | None, form: ListForm) -> BlacklistImport:
    file, mode = form.cleaned_data["file"], BlacklistImport.Mode(form.cleaned_data["mode"])
    return actions.start_import(group, cast("BinaryIO", file), filename=file.name, mode=mode, by=request.user)


def _frame(group: Group | None) -> dict[str, Any]:
    if group:
        return {**frame(group, "blacklist"), "frame": "web/group/frame.html"}
    return {"group": None, "frame": "web/blacklist/frame.html"}


@require_safe
def show(request: OperatorRequest, pk: int) -> HttpResponse:
    """An import, and how it goes."""
    return render(request, "web/blacklist/run.html", _report(queries.find_import(pk)))


@require_safe
def live(request: OperatorRequest, pk: int) -> HttpResponse:
    """How it goes, asked for again and again; the whole page comes anew when the state has changed."""
    run = queries.find_import(pk)
    if request.GET.get("state") != run.state:
        return HttpResponseClientRefresh()
    return render(request, "web/blacklist/_live.html", _report(run))


def _report(run: BlacklistImport) -> dict[str, Any]:
    is_going = run.state == BlacklistImport.State.RUNNING
    process = run.process
    return {
        "run": run,
        "group": None if run.scope == SYSTEM else Group.objects.filter(pk=run.scope).first(),
        "is_going": is_going,
        "counts": [(name.capitalize(), getattr(run, name)) for name in COUNTS],
        "reasons": [] if is_going else queries.reject_counts(run),
        "progress": progress_since(
            process.started_at, process.done, process.total, Process.Kind.BLACKLIST_IMPORT
        ),
    }


@require_POST
def cancel(request: OperatorRequest, pk: int) -> HttpResponse:
    """Asks the import to stop."""
    try:
        actions.cancel_import(queries.find_import(pk), by=request.user)
        messages.success(request, "The import stops. The list stays what it was.")
    except TidingsError as error:
        messages.error(request, str(error))
    return redirect("web:blacklist-import", pk)


@require_safe
def rejects(_request: OperatorRequest, pk: int) -> StreamingHttpResponse:
    """The rejected values as a file."""
    run = queries.find_import(pk)
    headers = {"Content-Disposition": f'attachment; filename="blacklist-import-{run.pk}-rejected.csv"'}
    return StreamingHttpResponse(
        queries.rejects_csv(run), content_type="text/csv; charset=utf-8", headers=headers
    )


urls = [
    page("blacklist/imports/", system, "blacklist-imports"),
    page("groups/<int:pk>/blacklist/imports/", of_group, "group-blacklist-imports"),
    page("blacklist/imports/<int:pk>/", show, "blacklist-import"),
    page("blacklist/imports/<int:pk>/live/", live, "blacklist-import-live"),
    page("blacklist/imports/<int:pk>/cancel/", cancel, "blacklist-import-cancel"),
    page("blacklist/imports/<int:pk>/rejected.csv", rejects, "blacklist-import-rejects"),
]
