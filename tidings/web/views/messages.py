"""Messages: the list, one message with its preview and versions, and what changed between two."""

from collections.abc import Iterator
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from tidings.contacts.queries import search as search_contacts
from tidings.groups.models import Group
from tidings.kernel.errors import NotFound
from tidings.messaging.difference import difference
from tidings.messaging.files import attached_to
from tidings.messaging.models import Draft, Message, Version
from tidings.messaging.queries import find, find_version
from tidings.sendouts.checks import findings
from tidings.sendouts.models import Sendout
from tidings.web.choosing import choose_group
from tidings.web.message_forms import MessageFilter
from tidings.web.overview import sendout_rows
from tidings.web.paging import page_of
from tidings.web.previews import offered_groups, panel_for
from tidings.web.request import OperatorRequest
from tidings.web.routing import page
from tidings.web.sheets import csv_response

LAST_SENDOUTS = 5
CONTACTS_OFFERED = 10
VERSION_DIGITS = 9  # what surely fits in the column
CSV_HEADER = ("id", "name", "purpose", "kind", "subject", "version", "by", "written", "archived")


@require_safe
def listing(request: OperatorRequest) -> HttpResponse:
    """Messages, the newest first; htmx gets the table alone."""
    form = MessageFilter(request.GET)
    shown = page_of(_with_last_sendouts(form.found()), form.order, request.GET.get("page", ""))
    context = {"form": form, "page": shown, "is_narrowed": form.is_narrowed}
    template = "web/messages/_results.html" if request.htmx else "web/messages/list.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def listing_csv(request: OperatorRequest) -> StreamingHttpResponse:
    """All messages that the same address of the list would show."""
    form = MessageFilter(request.GET)
    return csv_response("messages.csv", CSV_HEADER, _csv_rows(form.found().order_by(*form.order)))


def _with_last_sendouts(found: QuerySet[Any]) -> QuerySet[Any]:
    sent = Sendout.objects.filter(version__message=OuterRef("pk"), kind=Sendout.Kind.GROUP).order_by("-pk")
    last = Subquery(sent.values("created_at")[:1])
    joined: QuerySet[Any] = found.select_related("draft").annotate(last_sent_at=last)
    return joined


def _csv_rows(found: QuerySet[Any]) -> Iterator[tuple[object, ...]]:
    for one in found.iterator():
        kind = "template" if one.is_template else "message"
        yield (
            one.pk, one.name, one.purpose, kind, one.subject, one.number, one.created_by, one.written_at,
            one.archived_at,
        )  # fmt: skip


@require_safe
def show(request: OperatorRequest, pk: int) -> HttpResponse:
    """One message: the preview, what to look at before sending, its versions and sendouts."""
    message = find(pk)
    if not message.versions.exists():
        return redirect("web:message-edit", pk)
    version = _asked(message, request.GET.get("version", ""))
    panel = panel_for(version, request.GET)
    sent = Sendout.objects.filter(version__message=message).select_related("version__message")
    context = {
        "message": message,
        "version": version,
        "versions": _versions(message),
        "draft": Draft.objects.select_related("changed_by").filter(message=message).first(),
        "panel": panel,
        "attached": attached_to(version),
        "groups": offered_groups(),
        "findings": findings(version, panel.group),
        "last": sendout_rows(sent.order_by("-pk")[:LAST_SENDOUTS]),
    }
    return render(request, "web/messages/message.html", context)


def _versions(message: Message) -> QuerySet[Version]:
    newest = message.versions.select_related("created_by").order_by("-number")
    return newest.defer("source", "html", "text")


def _asked(message: Message, number: str) -> Version:
    """The version of that number; the newest one without."""
    is_number = number.isdecimal() and len(number) <= VERSION_DIGITS
    if number and not is_number:
        raise NotFound(thing="version", ref=number)
    return find_version(message.pk, int(number) if number else None)


@require_safe
def compare(request: OperatorRequest, pk: int) -> HttpResponse:
    """What changed between two versions; the newest two unless `old` and `new` say which."""
    message = find(pk)
    new = _asked(message, request.GET.get("new", ""))
    old = _asked(message, request.GET.get("old", "") or str(max(new.number - 1, 1)))
    context = {"message": message, "old": old, "new": new, "versions": _versions(message)}
    return render(request, "web/messages/compare.html", context | {"differences": difference(old, new)})


@require_safe
def contacts_to_show(request: OperatorRequest) -> HttpResponse:
    """Options for the field that names the contact of a preview, while somebody types."""
    typed = request.GET.get("contact", "").replace("\x00", "").strip()
    found = search_contacts(typed).contacts[:CONTACTS_OFFERED] if typed else ()
    return render(request, "web/messages/_contacts.html", {"contacts": found})


@require_safe
def send(request: OperatorRequest, pk: int) -> HttpResponse:
    """Asks to which group the message goes."""
    message = find(pk)
    return choose_group(
        request,
        heading=f"Send “{message.name}” to which group?",
        href=lambda group: reverse("web:sendout-review", args=[group.pk, message.pk]),
        channel=Group.Channel.EMAIL,
    )


urls = [
    page("messages/", listing, "messages"),
    page("messages.csv", listing_csv, "messages-csv"),
    page("messages/preview/contacts/", contacts_to_show, "preview-contacts"),
    page("messages/<int:pk>/", show, "message"),
    page("messages/<int:pk>/compare/", compare, "message-compare"),
    page("messages/<int:pk>/send/", send, "message-send"),
]
