"""The attributes of a group: one by one, as files, and who changed them."""

from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from tidings.groups import attribute_history as history
from tidings.groups import attributes as actions
from tidings.groups.attribute_files import BYTES_AT_MOST, ROWS_AT_MOST, FileMode, Layout, write
from tidings.groups.attributes import Outcome
from tidings.groups.errors import BadAttributeFile
from tidings.groups.models import Group
from tidings.groups.queries import find
from tidings.kernel.errors import Refused, TidingsError
from tidings.web.forms import StyledForm, attempt
from tidings.web.paging import page_of
from tidings.web.request import OperatorRequest
from tidings.web.routing import page
from tidings.web.sheets import csv_response
from tidings.web.views.group import frame

CHANGES_SHOWN = 100
HISTORY_HEADER = ("name", "before", "after", "at", "by")


class AttributeForm(StyledForm):
    """One value that holds for all members of a group."""

    name = forms.CharField()
    value = forms.CharField(widget=forms.Textarea({"rows": 2}), strip=False)

    def clean_value(self) -> str:
        """The value with the line ends that it has in files; forms make two characters of one."""
        return str(self.cleaned_data["value"]).replace("\r\n", "\n")


class ImportForm(StyledForm):
    """A file of attributes, or its text, and what becomes of the attributes there are."""

    file = forms.FileField(
        label="CSV file",
        required=False,
        allow_empty_file=True,  # the action says what is missing in it
        widget=forms.FileInput({"accept": ".csv,.txt,text/csv,text/plain"}),
        help_text=f"Up to {ROWS_AT_MOST:,} attributes. The first line is name,value or the header of Mapp Engage,"
        " group.PropertyName,group.PropertyValue.",
    )
    text = forms.CharField(
        label="Or its lines, pasted",
        required=False,
        strip=False,
        widget=forms.Textarea(
            {"rows": 6, "spellcheck": "false", "placeholder": "name,value\nprice,9.90 EUR"}
        ),
    )
    # The file that was looked at, as it was: a form would change its line ends.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    mode = forms.ChoiceField(
        label="What it does",
        initial=FileMode.SET,
        choices=[
            (FileMode.SET, "Add new ones, change others"),
            (FileMode.ADD, "Add new ones only"),
            (FileMode.REPLACE, "Replace: all that aren't in the file go"),
            (FileMode.DELETE, "Delete those that are named"),
        ],
    )

    def data_of(self) -> bytes:
        """The bytes of the file, or of the pasted lines."""
        file, text = self.cleaned_data["file"], str(self.cleaned_data["text"])
        if seen := self.cleaned_data["seen"]:
            return _bytes_of(seen)
        if file is None and not text.strip():
            raise Refused(reason="Choose a file, or paste its lines.")
        return bytes(file.read(BYTES_AT_MOST + 1)) if file else text.replace("\r\n", "\n").encode()


def _bytes_of(seen: str) -> bytes:
    try:
        return b64decode(seen, validate=True)
    except ValueError:
        raise Refused(reason="The file got lost on the way. Choose it again.") from None


def attributes(request: OperatorRequest, pk: int) -> HttpResponse:
    """The group's values; the form sets a new one or changes one of the same name."""
    group = find(pk)
    form = AttributeForm(request.POST or None, initial=_asked(group, request.GET.get("name", "")))
    if done := attempt(form, lambda: actions.put(group, **form.cleaned_data, by=request.user)):
        messages.success(request, f"“{done.name}” is set. Sendouts that start from now on use it.")
        return redirect("web:group-attributes", pk)
    context = frame(group, "attributes") | {"form": form, "attributes": group.attributes.order_by("name")}
    return render(request, "web/group/attributes.html", context)


def _asked(group: Group, name: str) -> dict[str, str]:
    """What the form begins with: the attribute that is to be changed, as it is."""
    found = actions.find(group, name) if name else None
    return {"name": found.name if found else name, "value": found.value if found else ""}


@require_POST
def remove(request: OperatorRequest, pk: int) -> HttpResponse:
    """Removes the value that the field `name` names."""
    name = request.POST.get("name", "")
    try:
        actions.remove(find(pk), name, by=request.user)
        messages.success(request, f"“{name}” is removed.")
    except TidingsError as error:
        messages.error(request, str(error))
    return redirect("web:group-attributes", pk)


def import_file(request: OperatorRequest, pk: int) -> HttpResponse:
    """Takes a file or pasted lines, shows what would change, and does it when that is confirmed."""
    group = find(pk)
    form = ImportForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form}
    try:
        if form.is_valid():
            data, mode = form.data_of(), FileMode(form.cleaned_data["mode"])
            if request.POST.get("confirmed"):
                return _done(request, group, data, mode)
            outcome = actions.load(group, data, mode=mode, by=request.user, dry_run=True)
            context |= _preview(outcome, data, mode)
    except BadAttributeFile as error:
        context["faults"] = error.faults
        if not error.faults:
            form.add_error(None, str(error))
    except TidingsError as error:
        form.add_error(None, str(error))
    return render(request, "web/group/attributes_import.html", frame(group, "attributes") | context)


def _done(request: OperatorRequest, group: Group, data: bytes, mode: FileMode) -> HttpResponse:
    outcome = actions.load(group, data, mode=mode, by=request.user)
    messages.success(
        request,
        f"{outcome.added:,} added, {outcome.changed:,} changed, {outcome.removed:,} removed."
        " Sendouts that start from now on use them.",
    )
    return redirect("web:group-attributes", group.pk)


def _preview(outcome: Outcome, data: bytes, mode: FileMode) -> dict[str, Any]:
    return {
        "outcome": outcome,
        "shown": outcome.changes[:CHANGES_SHOWN],
        "more": max(0, len(outcome.changes) - CHANGES_SHOWN),
        "same": outcome.unchanged + len(outcome.skipped),
        "mode": mode.value,
        "seen": b64encode(data).decode(),
    }


@require_safe
def listing_csv(request: OperatorRequest, pk: int) -> HttpResponse:
    """The attributes as a file; `layout=engage` gives it the header of Mapp Engage."""
    layout = Layout.ENGAGE if request.GET.get("layout") == Layout.ENGAGE else Layout.PLAIN
    lines = write(find(pk).attributes.order_by("name").values_list("name", "value"), layout)
    return HttpResponse(
        "".join(lines),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="group-{pk}-attributes.csv"'},
    )


@require_safe
def changes(request: OperatorRequest, pk: int) -> HttpResponse:
    """Who changed what, the newest first."""
    group, name = find(pk), request.GET.get("name", "")
    shown = page_of(history.changes(group, name), ("-pk",), request.GET.get("page", ""))
    context = {"page": shown, "entries": history.entries(shown.rows), "name": name}
    return render(request, "web/group/attributes_history.html", frame(group, "attributes") | context)


@require_safe
def changes_csv(request: OperatorRequest, pk: int) -> StreamingHttpResponse:
    """The same as a file."""
    found = history.changes(find(pk), request.GET.get("name", "")).order_by("-pk")
    return csv_response("attribute-changes.csv", HISTORY_HEADER, _history_rows(history.entries(list(found))))


def _history_rows(entries: list[history.Entry]) -> Iterator[tuple[object, ...]]:
    for entry in entries:
        yield entry.name, entry.before, entry.after, entry.at, entry.by


urls = [
    page("groups/<int:pk>/attributes/", attributes, "group-attributes"),
    page("groups/<int:pk>/attributes/remove/", remove, "group-attribute-remove"),
    page("groups/<int:pk>/attributes/import/", import_file, "group-attributes-import"),
    page("groups/<int:pk>/attributes.csv", listing_csv, "group-attributes-csv"),
    page("groups/<int:pk>/attributes/history/", changes, "group-attributes-history"),
    page("groups/<int:pk>/attributes/history.csv", changes_csv, "group-attributes-history-csv"),
]
