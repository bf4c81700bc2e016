"""Contacts: the list, and the page of one."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from tidings.attributes.queries import labels
from tidings.contacts import queries
from tidings.contacts.models import Contact
from tidings.kernel.errors import NotFound, Refused
from tidings.memberships.queries import groups_of, opt_outs_of
from tidings.sendouts.models import Delivery
from tidings.web.forms import SearchForm
from tidings.web.paging import page_of
from tidings.web.request import OperatorRequest
from tidings.web.routing import page

DELIVERIES_PER_PAGE = 25


@require_safe
def listing(request: OperatorRequest) -> HttpResponse:
    """Contacts by the beginning of an identity; htmx gets the table alone."""
    form = SearchForm(request.GET)
    if not form.is_valid():
        raise Refused(reason="This search can't be read. Open the list of contacts again.")
    prefix = form.cleaned_data["q"]
    shown = page_of(queries.search(prefix), ("pk",), request.GET.get("page", ""))
    template = "web/contacts/_results.html" if request.htmx else "web/contacts/list.html"
    response = render(request, template, {"form": form, "page": shown, "prefix": prefix})
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def contact(request: OperatorRequest, pk: int) -> HttpResponse:
    """Everything known about one contact: identities, attributes, groups, and what was sent."""
    person = Contact.objects.filter(pk=pk).first()
    if person is None:
        raise NotFound(thing="contact", ref=pk)
    sent = Delivery.objects.filter(contact=person).select_related("batch__sendout__version__message")
    names = labels()
    order = ("-at", "-batch_id", "-position")
    context = {
        "person": person,
        "identities": _identities(person),
        "attributes": [(names.get(key, key), value) for key, value in sorted(person.attributes.items())],
        "memberships": groups_of(person),
        "opt_outs": opt_outs_of(person),
        "page": page_of(sent, order, request.GET.get("page", ""), size=DELIVERIES_PER_PAGE),
    }
    return render(request, "web/contacts/contact.html", context)


def _identities(person: Contact) -> list[tuple[str, str]]:
    found = (
        ("E-mail address", person.email),
        ("Mobile number", person.mobile),
        ("External id", person.external_id),
        ("Language", person.language),
    )
    return [(label, value) for label, value in found if value]


urls = [
    page("contacts/", listing, "contacts"),
    page("contacts/<int:pk>/", contact, "contact"),
]
