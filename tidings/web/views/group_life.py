"""Copying, archiving, activating and deleting a group."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from tidings.groups import lifecycle
from tidings.groups.models import Group
from tidings.groups.queries import find
from tidings.kernel.errors import TidingsError
from tidings.memberships.queries import count_members
from tidings.web.forms import SometimesField, StyledForm, attempt
from tidings.web.request import OperatorRequest
from tidings.web.routing import page
from tidings.web.views.group import frame


class CopyForm(StyledForm):
    """What a copy is called."""

    name = forms.CharField(help_text="1 to 150 characters. Members may see it.")
    address = SometimesField(
        label="Group address",
        widget=forms.TextInput({"placeholder": "news@example.org", "inputmode": "email"}),
        help_text="The address that its messages come from. No other group can have it.",
    )

    def __init__(self, group: Group, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if group.channel != Group.Channel.EMAIL:
            del self.fields["address"]


class DeleteForm(StyledForm):
    """The name of the group again, against a slip of the hand."""

    name = forms.CharField(label="Name of the group", widget=forms.TextInput({"autocomplete": "off"}))


def copy(request: OperatorRequest, pk: int) -> HttpResponse:
    """A new group with the settings of this one."""
    group = find(pk)
    form = CopyForm(group, request.POST or None, initial={"name": f"Copy of {group.name}"[:150]})
    if made := attempt(form, lambda: lifecycle.copy(group, **form.cleaned_data, by=request.user)):
        messages.success(request, f"Group “{made}” is there, set up like “{group}” and without members.")
        return redirect("web:group-settings", made.pk)
    return render(request, "web/group/copy.html", frame(group, "settings") | {"form": form})


@require_POST
def archive(request: OperatorRequest, pk: int) -> HttpResponse:
    """Keeps a group for looking at it."""
    try:
        group = lifecycle.archive(find(pk), by=request.user)
        messages.success(
            request, f"“{group}” is archived: no sendout, import or subscription until it is activated."
        )
    except TidingsError as error:
        messages.error(request, str(error))
    return redirect("web:group-settings", pk)


@require_POST
def activate(request: OperatorRequest, pk: int) -> HttpResponse:
    """Takes a group back into use."""
    try:
        group = lifecycle.activate(find(pk), by=request.user)
        messages.success(request, f"“{group}” is active again.")
    except TidingsError as error:
        messages.error(request, str(error))
    return redirect("web:group-settings", pk)


def delete(request: OperatorRequest, pk: int) -> HttpResponse:
    """Asks for the group's name, and begins to delete it."""
    group = find(pk)
    form = DeleteForm(request.POST or None)
    if attempt(form, lambda: lifecycle.delete(group, **form.cleaned_data, by=request.user)):
        messages.success(
            request, f"“{group}” is being deleted. It leaves the list when its members are removed."
        )
        return redirect("web:groups")
    context = frame(group, "settings") | {"form": form, "members": count_members([pk])[pk].total}
    return render(request, "web/group/delete.html", context)


urls = [
    page("groups/<int:pk>/copy/", copy, "group-copy"),
    page("groups/<int:pk>/archive/", archive, "group-archive"),
    page("groups/<int:pk>/activate/", activate, "group-activate"),
    page("groups/<int:pk>/delete/", delete, "group-delete"),
]
