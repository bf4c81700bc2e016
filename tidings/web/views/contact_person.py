"""What the law gives a person: all data about them, and to be forgotten."""

import json

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from tidings.contacts import endpoints, queries
from tidings.contacts.person import as_text, erase, export
from tidings.memberships.queries import opt_outs_of
from tidings.web.forms import StyledForm, attempt
from tidings.web.request import OperatorRequest
from tidings.web.routing import page


class EraseForm(StyledForm):
    """Whether the person may ever be stored again."""

    never_again = forms.BooleanField(
        label="Never store them again",
        required=False,
        widget=forms.CheckboxInput({"class": "form-check-input"}),
    )


class EndpointForm(StyledForm):
    """Where an app of the person's device is reached."""

    app = forms.CharField(help_text="The app that shows the messages.")
    endpoint = forms.CharField(
        help_text="A token of FCM or APNs, or the address of a Web Push service.",
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )


@require_POST
def handed_out(request: OperatorRequest, pk: int) -> HttpResponse:
    """All data about a contact as a file: to read, or as JSON."""
    found = export(queries.get(pk), by=request.user)
    is_json = request.POST.get("form") == "json"
    content = json.dumps(found, ensure_ascii=False, indent=2) if is_json else as_text(found)
    kind, ending = ("application/json", "json") if is_json else ("text/plain; charset=utf-8", "txt")
    name = f'attachment; filename="contact-{pk}.{ending}"'
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": name})


def erased(request: OperatorRequest, pk: int) -> HttpResponse:
    """Says what erasing means, and erases on a POST."""
    person = queries.get(pk)
    opted_out = opt_outs_of(person).exists()
    form = EraseForm(request.POST if request.method == "POST" else None, initial={"never_again": opted_out})
    done = attempt(form, lambda: erase(person, never_again=form.cleaned_data["never_again"], by=request.user))
    if done:
        messages.success(request, f"Contact {pk} is erased. Logs are being cleaned now.")
        return redirect("web:contacts")
    return render(
        request, "web/contacts/erase.html", {"form": form, "person": person, "opted_out": opted_out}
    )


def add_endpoint(request: OperatorRequest, pk: int) -> HttpResponse:
    """The form for a push endpoint."""
    person, form = queries.get(pk), EndpointForm(request.POST or None)
    done = attempt(form, lambda: endpoints.add(person, **form.cleaned_data, by=request.user))
    if done:
        messages.success(request, "The push endpoint is added.")
        return redirect("web:contact", pk)
    return render(request, "web/contacts/endpoint.html", {"form": form, "person": person})


@require_POST
def remove_endpoint(request: OperatorRequest, pk: int, number: int) -> HttpResponse:
    """Forgets a push endpoint."""
    endpoints.remove(queries.get(pk), number, by=request.user)
    messages.success(request, "The push endpoint is removed.")
    return redirect("web:contact", pk)


urls = [
    page("contacts/<int:pk>/endpoints/add/", add_endpoint, "contact-endpoint-add"),
    page("contacts/<int:pk>/endpoints/<int:number>/remove/", remove_endpoint, "contact-endpoint-remove"),
    page("contacts/<int:pk>/export/", handed_out, "contact-export"),
    page("contacts/<int:pk>/erase/", erased, "contact-erase"),
]
