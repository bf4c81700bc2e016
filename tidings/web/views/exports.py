"""Exports: the list, asking for one, how it goes, and the file."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from tidings.exports import actions, queries
from tidings.exports.models import DAYS_KEPT, Export
from tidings.exports.rules import SEPARATORS, Encoding, Format, Packing
from tidings.groups.models import Group
from tidings.groups.queries import find as find_group
from tidings.kernel.errors import TidingsError
from tidings.locks.models import Process
from tidings.locks.queries import locks_of
from tidings.memberships.models import Membership
from tidings.web.forms import StyledForm, attempt
from tidings.web.narrowing import selection_field, where_field, whom
from tidings.web.paging import page_of
from tidings.web.progress import progress_since
from tidings.web.request import OperatorRequest
from tidings.web.routing import page

ENCODINGS = (
    (Encoding.UTF_8_MARKED, "UTF-8, as Excel and LibreOffice like it"),
    (Encoding.UTF_8, "UTF-8 without a mark, for programs"),
    (Encoding.UTF_16, "UTF-16, for old spreadsheets (with tabs)"),
    (Encoding.CP1252, "Windows-1252, Western Europe"),
)
SEPARATOR_WORDS = {"comma": "Comma", "semicolon": "Semicolon, as European Excel likes it", "tab": "Tab"}
PACKINGS = ((Packing.NONE, "As it is"), (Packing.ZIP, "As a zip archive"), (Packing.GZIP, "Gzipped"))


class ExportForm(StyledForm):
    """What to write, and how."""

    states = forms.MultipleChoiceField(
        label="Members who are",
        choices=Membership.State.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
        help_text="None ticked: all.",
    )
    where = where_field()
    selection = selection_field()
    columns = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
        help_text="None ticked: everything.",
    )
    format = forms.ChoiceField(choices=[(Format.CSV, "CSV"), (Format.XML, "XML")])
    separator = forms.ChoiceField(choices=SEPARATOR_WORDS.items(), help_text="Of a CSV file.")
    encoding = forms.ChoiceField(label="Character set", choices=ENCODINGS)
    packing = forms.ChoiceField(label="File", choices=PACKINGS, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["columns"].choices = [  # type: ignore[attr-defined]
            (column.name, column.label) for column in queries.columns_there_are()
        ]


@require_safe
def listing(request: OperatorRequest) -> HttpResponse:
    """Exports, newest first; htmx gets the table alone."""
    shown = page_of(queries.exports(), ("-pk",), request.GET.get("page", ""))
    context = {
        "page": shown,
        "rows": [(export, _progress(export)) for export in shown.rows],
        "is_live": any(export.state in actions.GOING for export in shown.rows),
        "days": DAYS_KEPT,
    }
    template = "web/exports/_results.html" if request.htmx else "web/exports/list.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _progress(export: Export) -> Any:
    process = export.process
    if export.state not in actions.GOING:
        return None
    return progress_since(process.started_at, process.done, process.total, Process.Kind.EXPORT)


def new(request: OperatorRequest, pk: int) -> HttpResponse:
    """Asks what to write, and starts."""
    group = find_group(pk)
    form = ExportForm(request.POST or None, initial=request.GET.dict())
    if attempt(form, lambda: _start(request, group, form)):
        messages.success(request, "The export has begun. Its file appears here when it is ready.")
        return redirect("web:exports")
    context = {"group": group, "form": form, "locks": locks_of([pk]).get(pk, []), "days": DAYS_KEPT}
    return render(request, "web/exports/new.html", context)


def _start(request: OperatorRequest, group: Group, form: ExportForm) -> Export:
    wanted = form.cleaned_data
    return actions.start(
        group,
        format=Format(wanted["format"]),
        columns=wanted["columns"],
        states=wanted["states"],
        separator=SEPARATORS[wanted["separator"]],
        encoding=Encoding(wanted["encoding"]),
        packing=Packing(wanted["packing"]),
        whom=whom(wanted),
        by=request.user,
    )


@require_safe
def download(_request: OperatorRequest, pk: int) -> FileResponse:
    """The file."""
    export = queries.find(pk)
    file = queries.opened(export)
    return FileResponse(file, as_attachment=True, filename=export.filename, content_type=export.media_type)


@require_POST
def cancel(request: OperatorRequest, pk: int) -> HttpResponse:
    """Asks an export to stop."""
    try:
        actions.cancel(queries.find(pk), by=request.user)
        messages.success(request, "The export stops.")
    except TidingsError as error:
        messages.error(request, str(error))
    return redirect("web:exports")


urls = [
    page("exports/", listing, "exports"),
    page("groups/<int:pk>/export/", new, "export-new"),
    page("exports/<int:pk>/file/", download, "export-file"),
    page("exports/<int:pk>/cancel/", cancel, "export-cancel"),
]
