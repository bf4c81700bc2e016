"""Pictures and documents of messages: the library, and adding one while a message is written."""

from collections.abc import Callable

from django import forms
from django.contrib import messages as notes
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from tidings.kernel.errors import Refused, TidingsError
from tidings.messaging import files, library
from tidings.messaging.file_types import MAIL_WIDTH
from tidings.messaging.models import File
from tidings.web.forms import StyledForm, attempt
from tidings.web.paging import page_of
from tidings.web.pictures import as_pick
from tidings.web.request import OperatorRequest
from tidings.web.routing import page

KINDS = {"": None, "pictures": True, "documents": False}
FILES_SHOWN = 24  # on a page
CACHED = "private, max-age=31536000, immutable"


class FileFilter(StyledForm):
    """What the library is narrowed to."""

    q = forms.CharField(
        label="Search name or text",
        required=False,
        widget=forms.TextInput({"type": "search", "placeholder": "Search name or text", "data-search": ""}),
    )
    kind = forms.ChoiceField(
        choices=[("", "Any kind"), ("pictures", "Pictures"), ("documents", "Documents")],
        required=False,
    )


class FileForm(StyledForm):
    """A file to keep."""

    file = forms.FileField(
        help_text="A picture (PNG, JPEG, GIF, WebP, up to 5 MB) or a document (up to 10 MB)."
    )
    narrow = forms.BooleanField(
        label=f"Make it {MAIL_WIDTH:,} pixels wide if it is wider",
        required=False,
        widget=forms.CheckboxInput({"class": "form-check-input"}),
        help_text="Sharp on every screen, quick to load. It may then have up to 25 MB.",
    )
    alt = forms.CharField(
        label="Text of a picture", required=False, help_text="Read out where the picture isn't seen."
    )


def listing(request: OperatorRequest) -> HttpResponse:
    """All pictures and documents, the newest first; a file that is posted is kept."""
    form = FileForm(request.POST or None, request.FILES or None)
    if kept := attempt(form, lambda: _keep(form, request)):
        notes.success(request, f"“{kept}” is kept.")
        return redirect("web:files")
    asked = FileFilter(request.GET)
    if not asked.is_valid():
        raise Refused(reason="This search can't be read. Open the list of files again.")
    found = files.listed(asked.cleaned_data["q"], pictures=KINDS[asked.cleaned_data["kind"]])
    shown = page_of(found, ("-pk",), request.GET.get("page", ""), size=FILES_SHOWN)
    rows = [(file, files.url_of(file)) for file in shown.rows]
    context = {"asked": asked, "form": form, "page": shown, "rows": rows}
    context["is_narrowed"] = any(asked.cleaned_data.values())
    template = "web/files/_results.html" if request.htmx else "web/files/library.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _keep(form: FileForm, request: OperatorRequest) -> File:
    upload = form.cleaned_data["file"]
    alt, width = form.cleaned_data["alt"], MAIL_WIDTH if form.cleaned_data["narrow"] else None
    return library.keep(upload.file, name=upload.name, alt=alt, width=width, by=request.user)


@require_POST
def add(request: OperatorRequest) -> HttpResponse:
    """Keeps a file while a message is written: the answer is an attachment, or a picture to put where the cursor is."""
    form = FileForm(request.POST, request.FILES)
    context: dict[str, object] = {"use": request.POST.get("use", "")}
    if kept := attempt(form, lambda: _keep(form, request)):
        context |= {"file": kept, "pick": as_pick(kept, request.POST.get("format", ""))}
    problems = [str(error) for errors in form.errors.values() for error in errors]
    response = render(request, "web/files/_added.html", context | {"problems": problems})
    response["HX-Trigger"] = "added"
    return response


@require_POST
def shrink(request: OperatorRequest, pk: int) -> HttpResponse:
    """Keeps a copy of a picture that is as wide as mail needs."""
    done = "The smaller copy is kept, as a file of its own."
    return _told(request, done, lambda: library.shrink(files.find(pk), by=request.user))


@require_safe
def thumbnail(request: OperatorRequest, pk: int) -> FileResponse:  # noqa: ARG001 - Django passes the request
    """A small copy of a picture, which never changes."""
    stored = default_storage.open(files.find(pk).thumbnail)
    return FileResponse(stored, content_type="image/webp", headers={"Cache-Control": CACHED})


@require_POST
def describe(request: OperatorRequest, pk: int) -> HttpResponse:
    """Changes the text of a picture."""
    return _told(
        request,
        "Saved.",
        lambda: library.describe(files.find(pk), alt=request.POST.get("alt", ""), by=request.user),
    )


@require_POST
def delete(request: OperatorRequest, pk: int) -> HttpResponse:
    """Removes a file that no message uses."""
    return _told(request, "The file is deleted.", lambda: library.delete(files.find(pk), by=request.user))


def _told(request: OperatorRequest, done: str, action: Callable[[], object]) -> HttpResponse:
    try:
        action()
        notes.success(request, done)
    except TidingsError as error:
        notes.error(request, str(error))
    return redirect("web:files")


urls = [
    page("files/", listing, "files"),
    page("files/add/", add, "file-add"),
    page("files/<int:pk>/thumbnail/", thumbnail, "file-thumbnail"),
    page("files/<int:pk>/shrink/", shrink, "file-shrink"),
    page("files/<int:pk>/describe/", describe, "file-describe"),
    page("files/<int:pk>/delete/", delete, "file-delete"),
]
