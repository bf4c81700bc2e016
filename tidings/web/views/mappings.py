"""Saved mappings: what the columns of files mean, kept by name."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from tidings.imports import saved
from tidings.imports.models import SavedMapping
from tidings.kernel.errors import NotFound
from tidings.web.request import OperatorRequest
from tidings.web.routing import page


@require_safe
def listing(request: OperatorRequest) -> HttpResponse:
    """All of them, by name."""
    return render(request, "web/imports/mappings.html", {"mappings": saved.listed()})


@require_POST
def forget(request: OperatorRequest, pk: int) -> HttpResponse:
    """Deletes one; imports that used it stay as they are."""
    kept = SavedMapping.objects.filter(pk=pk).first()
    if kept is None:
        raise NotFound(thing="saved mapping", ref=pk)
    saved.forget(kept, by=request.user)
    messages.success(request, f"The mapping “{kept.name}” is deleted.")
    return redirect("web:mappings")


urls = [
    page("imports/mappings/", listing, "mappings"),
    page("imports/mappings/<int:pk>/forget/", forget, "mapping-forget"),
]
