"""The members of a group: list, adding, removing, and who has unsubscribed."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from tidings.contacts.models import Contact
from tidings.groups.models import Group
from tidings.groups.queries import find
from tidings.kernel.errors import NotFound, Refused, TidingsError
from tidings.memberships import actions, queries
from tidings.memberships.models import OptOut
from tidings.web.forms import PasteForm, SearchForm, attempt
from tidings.web.paging import page_of
from tidings.web.pasting import Pasted, add_lines
from tidings.web.request import OperatorRequest
from tidings.web.routing import page
from tidings.web.views.group import frame


@require_safe
def members(request: OperatorRequest, pk: int) -> HttpResponse:
    """Members in the order they became contacts; htmx gets the table alone."""
    group, form = find(pk), SearchForm(request.GET)
    if not form.is_valid():
        raise Refused(reason="This search can't be read. Open the list of members again.")
    prefix = form.cleaned_data["q"]
    shown = page_of(queries.members(group, prefix=prefix), ("contact_id",), request.GET.get("page", ""))
    context = frame(group, "members") | {"form": form, "page": shown, "prefix": prefix}
    template = "web/group/_members.html" if request.htmx else "web/group/members.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def unsubscribed(request: OperatorRequest, pk: int) -> HttpResponse:
    """Who wants nothing more from the group, the newest first."""
    group = find(pk)
    found = OptOut.objects.filter(group=group, scope=OptOut.Scope.GROUP).select_related("contact")
    shown = page_of(found, ("-pk",), request.GET.get("page", ""))
    return render(request, "web/group/unsubscribed.html", frame(group, "members") | {"page": shown})


def add(request: OperatorRequest, pk: int) -> HttpResponse:
    """Adds the people of pasted lines. Lines that couldn't be used stay in the form with their reasons."""
    group = find(pk)
    form = PasteForm(request.POST or None)
    pasted = attempt(form, lambda: add_lines(group, form.cleaned_data["lines"], by=request.user))
    if pasted and not pasted.left_out:
        messages.success(request, _told(pasted, group))
        return redirect("web:group-members", pk)
    if pasted:
        form = PasteForm(initial={"lines": "\n".join(line.text for line in pasted.left_out)})
    return render(request, "web/group/add.html", frame(group, "members") | {"form": form, "pasted": pasted})


def _told(pasted: Pasted, group: Group) -> str:
    if not pasted.already:
        return f"{pasted.added:,} added to “{group}”."
    return f"{pasted.added:,} added to “{group}”; {pasted.already:,} were members already."


@require_POST
def remove(request: OperatorRequest, pk: int, contact: int) -> HttpResponse:
    """Ends a membership; the contact stays and may join again."""

    def act(person: Contact, group: Group) -> str:
        actions.remove(person, group, by=request.user)
        return f"{person} is no longer a member."

    return _change(request, pk, contact, act)


@require_POST
def unsubscribe(request: OperatorRequest, pk: int, contact: int) -> HttpResponse:
    """Notes that the person wants nothing more from the group."""

    def act(person: Contact, group: Group) -> str:
        actions.unsubscribe(person, group.pk, source="page", by=request.user)
        return f"{person} is unsubscribed and can't be added again."

    return _change(request, pk, contact, act)


def _change(
    request: OperatorRequest, pk: int, contact: int, act: Callable[[Contact, Group], str]
) -> HttpResponse:
    group, person = find(pk), Contact.objects.filter(pk=contact).first()
    if person is None:
        raise NotFound(thing="contact", ref=contact)
    try:
        messages.success(request, act(person, group))
    except TidingsError as error:
        messages.error(request, str(error))
    return redirect("web:group-members", pk)


urls = [
    page("groups/<int:pk>/members/", members, "group-members"),
    page("groups/<int:pk>/members/add/", add, "group-members-add"),
    page("groups/<int:pk>/members/unsubscribed/", unsubscribed, "group-unsubscribed"),
    page("groups/<int:pk>/members/<int:contact>/remove/", remove, "group-member-remove"),
    page("groups/<int:pk>/members/<int:contact>/unsubscribe/", unsubscribe, "group-member-unsubscribe"),
]
