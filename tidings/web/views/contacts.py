"""Contacts: the list, new ones, and the page of one."""

from collections.abc import Iterator
from datetime import datetime

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from tidings.attributes.models import Attribute
from tidings.attributes.queries import catalogue, labels
from tidings.attributes.rules import OWN_COLUMNS, Value
from tidings.attributes.rules import Attribute as CatalogueEntry
from tidings.contacts import actions, queries
from tidings.contacts.models import Contact
from tidings.groups.queries import find as find_group
from tidings.kernel.errors import NotFound, Refused
from tidings.limits.queries import standings
from tidings.memberships.member_attributes import set_attributes
from tidings.memberships.models import Membership
from tidings.memberships.queries import groups_of, opt_outs_of
from tidings.web.contact_forms import AttributesForm, ContactForm, NewContactForm
from tidings.web.forms import SearchForm, attempt
from tidings.web.paging import Page, page_of
from tidings.web.request import OperatorRequest
from tidings.web.routing import page
from tidings.web.sheets import csv_response
from tidings.web.timeline import timeline_of
from tidings.web.views import contact_bulk

CSV_CONTACTS_PER_QUERY = 2_000
CSV_COLUMNS = ("id", *OWN_COLUMNS, "known since")
MEMBER = Attribute.Scope.MEMBER


@require_safe
def listing(request: OperatorRequest) -> HttpResponse:
    """Contacts by the beginning of an identity; htmx gets the table alone."""
    form = SearchForm(request.GET)
    found = _found(form)
    cursor = request.GET.get("page", "")
    shown = page_of(found.contacts, (found.column,), cursor)
    context = {
        "form": form,
        "page": shown if cursor else Page([*found.others, *shown.rows], shown.previous, shown.next),
        "prefix": form.cleaned_data["q"],
        "bulk_acts": contact_bulk.ACTS.items(),
    }
    template = "web/contacts/_results.html" if request.htmx else "web/contacts/list.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def listing_csv(request: OperatorRequest) -> StreamingHttpResponse:
    """All contacts that the same address of the list would show, with their attributes."""
    found = _found(SearchForm(request.GET))
    names = {key: label for key, label in labels().items() if key not in OWN_COLUMNS}
    header = (*CSV_COLUMNS, *names.values())
    return csv_response("contacts.csv", header, _csv_rows(found.contacts, list(names), found.others))


def _found(form: SearchForm) -> queries.Found:
    if not form.is_valid():
        raise Refused(reason="This search can't be read. Open the list of contacts again.")
    return queries.search(form.cleaned_data["q"])


def _csv_rows(
    found: QuerySet[Contact], keys: list[str], others: list[Contact]
) -> Iterator[tuple[object, ...]]:
    for people in (others, found.iterator(CSV_CONTACTS_PER_QUERY)):
        for one in people:
            columns = (getattr(one, name) for name in OWN_COLUMNS)
            yield (one.pk, *columns, one.created_at, *(one.attributes.get(key) for key in keys))


def new(request: OperatorRequest) -> HttpResponse:
    """The form for a new contact."""
    form = NewContactForm(request.POST or None, catalogue=_profile(), values={})
    made = attempt(
        form,
        lambda: actions.create(form.columns(), form.attributes(), push=form.push(), by=request.user),
    )
    if made:
        messages.success(request, f"{made} is a contact now, in no group yet.")
        return redirect("web:contact", made.pk)
    return render(request, "web/contacts/edit.html", {"form": form})


@require_safe
def contact(request: OperatorRequest, pk: int) -> HttpResponse:
    """Everything known about one contact: identities, attributes, groups, opt-outs, and what happened."""
    person = queries.get(pk)
    names, of_members = labels(), labels(MEMBER)
    memberships = list(groups_of(person))
    context = {
        "person": person,
        "identities": _identities(person),
        "endpoints": person.push_endpoints.order_by("pk"),
        "attributes": _named(person.attributes, names),
        "memberships": [(member, _named(member.attributes, of_members)) for member in memberships],
        "has_member_attributes": bool(of_members),
        "opt_outs": opt_outs_of(person),
        "limits": standings(person, [member.group for member in memberships]),
        "timeline": timeline_of(person, _time(request.GET.get("before", ""))),
    }
    return render(request, "web/contacts/contact.html", context)


def edit(request: OperatorRequest, pk: int) -> HttpResponse:
    """Identities, language and attributes of a contact."""
    person = queries.get(pk)
    now = {name: getattr(person, name) or "" for name in ContactForm.COLUMNS}
    form = ContactForm(
        request.POST or None,
        initial=now | {"seen": person.updated_at.isoformat()},
        catalogue=_profile(),
        values=person.attributes,
    )
    if changed := attempt(form, lambda: _update(person, form, request)):
        messages.success(request, f"{changed} is saved.")
        return redirect("web:contact", pk)
    return render(request, "web/contacts/edit.html", {"form": form, "person": person})


def _update(person: Contact, form: ContactForm, request: OperatorRequest) -> Contact:
    return actions.update(person, form.columns(), form.attributes(), seen=form.seen_at(), by=request.user)


def edit_member(request: OperatorRequest, pk: int, group: int) -> HttpResponse:
    """Values of the contact in one group."""
    person, place = queries.get(pk), find_group(group)
    member = Membership.objects.filter(contact=person, group=place).first()
    if member is None:
        raise NotFound(thing="member", ref=f"{person} of group {place}")
    form = AttributesForm(request.POST or None, catalogue=catalogue(MEMBER), values=member.attributes)
    done = attempt(form, lambda: [set_attributes(person, place, form.attributes(), by=request.user)])
    if done:
        messages.success(request, f"What is known of {person} in “{place}” is saved.")
        return redirect("web:contact", pk)
    return render(request, "web/contacts/member.html", {"form": form, "person": person, "group": place})


def _profile() -> list[CatalogueEntry]:
    return [one for one in catalogue() if one.key not in OWN_COLUMNS]


def _time(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _named(values: dict[str, Value], names: dict[str, str]) -> list[tuple[str, str]]:
    """Values under the names that people read, in the order of the catalogue."""
    order = {key: number for number, key in enumerate(names)}
    keys = sorted(values, key=lambda key: (order.get(key, len(order)), key))
    return [(names.get(key, key), _shown(values[key])) for key in keys]


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


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
    page("contacts.csv", listing_csv, "contacts-csv"),
    page("contacts/new/", new, "contact-new"),
    page("contacts/<int:pk>/", contact, "contact"),
    page("contacts/<int:pk>/edit/", edit, "contact-edit"),
    page("contacts/<int:pk>/groups/<int:group>/", edit_member, "contact-member"),
]
