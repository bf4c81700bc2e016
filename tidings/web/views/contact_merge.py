"""Merging two contacts, side by side."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from tidings.attributes.queries import labels
from tidings.contacts import merging, queries
from tidings.contacts.errors import CannotMerge
from tidings.contacts.models import Contact
from tidings.kernel.errors import TidingsError
from tidings.web.contact_forms import OtherForm
from tidings.web.forms import attempt
from tidings.web.request import OperatorRequest
from tidings.web.routing import page

GONE = "gone"  # the value of a choice that is taken from the contact that goes


def choose(request: OperatorRequest, pk: int) -> HttpResponse:
    """Asks which contact shall become a part of this one."""
    person = queries.get(pk)
    form = OtherForm(request.POST or None)
    if other := attempt(form, lambda: _other(person, form.cleaned_data["identity"])):
        return redirect("web:contact-merge-with", pk, other.pk)
    return render(request, "web/contacts/merge_choose.html", {"form": form, "person": person})


def _other(person: Contact, identity: str) -> Contact:
    found = queries.find(identity)
    if found == person:
        raise CannotMerge(why="It is the same contact.")
    return found


def merge(request: OperatorRequest, pk: int, other: int) -> HttpResponse:
    """Both side by side; where they differ, one chooses what stays."""
    kept, gone = queries.get(pk), queries.get(other)
    rows = merging.differences(kept, gone)
    if request.method == "POST":
        take = [name for name, _, _ in rows if request.POST.get(name) == GONE]
        try:
            merging.merge(kept, gone, take=take, by=request.user)
        except TidingsError as error:
            messages.error(request, str(error))
            return redirect("web:contact", pk)
        messages.success(request, "The two are one contact now.")
        return redirect("web:contact", pk)
    names = labels()
    context = {
        "kept": kept,
        "gone": gone,
        "rows": [(name, names.get(name, name), a, b) for name, a, b in rows],
    }
    return render(request, "web/contacts/merge.html", context)


urls = [
    page("contacts/<int:pk>/merge/", choose, "contact-merge"),
    page("contacts/<int:pk>/merge/<int:other>/", merge, "contact-merge-with"),
]
