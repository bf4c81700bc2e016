"""The attributes of a group."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from tidings.groups import attributes as actions
from tidings.groups.queries import find
from tidings.kernel.errors import TidingsError
from tidings.web.forms import StyledForm, attempt
from tidings.web.request import OperatorRequest
from tidings.web.routing import page
from tidings.web.views.group import frame


class AttributeForm(StyledForm):
    """One value that holds for all members of a group."""

    name = forms.CharField()
    value = forms.CharField(widget=forms.Textarea({"rows": 2}), strip=False)


def attributes(request: OperatorRequest, pk: int) -> HttpResponse:
    """The group's values; the form sets a new one or changes one of the same name."""
    group = find(pk)
    form = AttributeForm(request.POST or None, initial={"name": request.GET.get("name", "")})
    if done := attempt(form, lambda: actions.put(group, **form.cleaned_data, by=request.user)):
        messages.success(request, f"“{done.name}” is set. Sendouts that start from now on use it.")
        return redirect("web:group-attributes", pk)
    context = frame(group, "attributes") | {"form": form, "attributes": group.attributes.order_by("name")}
    return render(request, "web/group/attributes.html", context)


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


urls = [
    page("groups/<int:pk>/attributes/", attributes, "group-attributes"),
    page("groups/<int:pk>/attributes/remove/", remove, "group-attribute-remove"),
]
