"""What is known about a message, and copying, archiving and deleting it."""

from django import forms
from django.contrib import messages as notes
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from tidings.kernel.errors import TidingsError
from tidings.messaging import actions
from tidings.messaging.actions import NAME_LENGTH
from tidings.messaging.models import Message
from tidings.messaging.queries import find, find_version
from tidings.web.forms import StyledForm, attempt
from tidings.web.message_forms import AboutForm
from tidings.web.request import OperatorRequest
from tidings.web.routing import page


class CopyForm(StyledForm):
    """What a copy is called, and whether it is a template."""

    name = forms.CharField(label="Name of the copy", max_length=NAME_LENGTH)
    is_template = forms.BooleanField(
        label="As a template: a start for other messages, which can't be sent itself",
        required=False,
        widget=forms.CheckboxInput({"class": "form-check-input"}),
    )


def settings(request: OperatorRequest, pk: int) -> HttpResponse:
    """What is known about the message; its versions stay as they are."""
    message = find(pk)
    now = {field: getattr(message, field) for field in AboutForm.base_fields}
    form = AboutForm(request.POST or None, initial=now)
    if attempt(form, lambda: actions.describe(message, **form.cleaned_data, by=request.user)):
        notes.success(request, "Saved.")
        return redirect("web:message-settings", pk)
    return _page(request, message, {"form": form})


def copy(request: OperatorRequest, pk: int) -> HttpResponse:
    """A message, or a template, that says what the newest version says."""
    message = find(pk)
    form = CopyForm(request.POST or None)
    made = attempt(
        form, lambda: actions.copy(find_version(message.pk), **form.cleaned_data, by=request.user).message
    )
    if made:
        notes.success(request, f"“{made}” says what “{message}” says.")
        return redirect("web:message", made.pk)
    return _page(request, message, {"copy_form": form})


def _page(request: OperatorRequest, message: Message, forms_shown: dict[str, forms.BaseForm]) -> HttpResponse:
    now = {field: getattr(message, field) for field in AboutForm.base_fields}
    context = {
        "message": message,
        "form": AboutForm(initial=now),
        "copy_form": CopyForm(initial={"name": f"Copy of {message}"[:NAME_LENGTH]}),
        "is_written": message.versions.exists(),
    }
    return render(request, "web/messages/settings.html", context | forms_shown)


@require_POST
def archive(request: OperatorRequest, pk: int) -> HttpResponse:
    """Takes the message out of the lists."""
    message = actions.archive(find(pk), by=request.user)
    notes.success(request, f"“{message}” is archived: it can't be sent until it is activated.")
    return redirect("web:message-settings", pk)


@require_POST
def activate(request: OperatorRequest, pk: int) -> HttpResponse:
    """Takes the message back into use."""
    message = actions.activate(find(pk), by=request.user)
    notes.success(request, f"“{message}” is active again.")
    return redirect("web:message-settings", pk)


@require_POST
def delete(request: OperatorRequest, pk: int) -> HttpResponse:
    """Removes a message that was never sent."""
    message = find(pk)
    try:
        actions.delete(message, by=request.user)
    except TidingsError as error:
        notes.error(request, str(error))
        return redirect("web:message-settings", pk)
    notes.success(request, f"“{message}” is deleted.")
    return redirect("web:messages")


urls = [
    page("messages/<int:pk>/settings/", settings, "message-settings"),
    page("messages/<int:pk>/copy/", copy, "message-copy"),
    page("messages/<int:pk>/archive/", archive, "message-archive"),
    page("messages/<int:pk>/activate/", activate, "message-activate"),
    page("messages/<int:pk>/delete/", delete, "message-delete"),
]
