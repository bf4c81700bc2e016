"""Messages: the list, writing, versions, and the preview as any contact."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages as notes
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from tidings.contacts.queries import search as search_contacts
from tidings.groups.models import Group
from tidings.kernel.errors import NotFound, Refused, TidingsError
from tidings.messaging.actions import NAME_LENGTH, write
from tidings.messaging.models import Message, Version
from tidings.sendouts.checks import findings
from tidings.sendouts.models import Sendout
from tidings.web.choosing import choose_group
from tidings.web.forms import StyledForm
from tidings.web.overview import sendout_rows
from tidings.web.paging import page_of
from tidings.web.placeholders import picker
from tidings.web.previews import offered_groups, panel_for
from tidings.web.request import OperatorRequest
from tidings.web.routing import page
from tidings.web.sheets import csv_response

LAST_SENDOUTS = 5
CONTACTS_OFFERED = 10
VERSION_DIGITS = 9  # what surely fits in the column
CSV_HEADER = ("id", "name", "subject", "version", "by", "written")
SOURCE_FIELD = {"class": "form-control source", "spellcheck": "false", "data-insert-here": ""}


class MessageFilter(StyledForm):
    """What the list of messages is narrowed to."""

    q = forms.CharField(
        label="Search name or subject",
        required=False,
        widget=forms.TextInput(
            {"type": "search", "placeholder": "Search name or subject", "data-search": ""}
        ),
    )


class MessageForm(StyledForm):
    """The content of one version."""

    name = forms.CharField(
        max_length=NAME_LENGTH, required=False, help_text="For you, to find it. Empty: the subject."
    )
    subject = forms.CharField(widget=forms.TextInput({"data-insert-here": ""}))
    html = forms.CharField(
        label="HTML", required=False, strip=False, widget=forms.Textarea({"rows": 18, **SOURCE_FIELD})
    )
    text = forms.CharField(
        label="Text",
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 10, **SOURCE_FIELD}),
        help_text="What mail programs show that show no HTML.",
    )


@require_safe
def listing(request: OperatorRequest) -> HttpResponse:
    """Messages, the newest first; htmx gets the table alone."""
    form = MessageFilter(request.GET)
    shown = page_of(_found(form), ("-pk",), request.GET.get("page", ""))
    context = {"form": form, "page": shown, "is_narrowed": any(form.cleaned_data.values())}
    template = "web/messages/_results.html" if request.htmx else "web/messages/list.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def listing_csv(request: OperatorRequest) -> StreamingHttpResponse:
    """All messages that the same address of the list would show."""
    return csv_response("messages.csv", CSV_HEADER, _csv_rows(_found(MessageFilter(request.GET))))


def _found(form: MessageFilter) -> QuerySet[Any]:
    """Messages with the subject, number and time of their newest version."""
    if not form.is_valid():
        raise Refused(reason="This search can't be read. Open the list of messages again.")
    newest = Version.objects.filter(message=OuterRef("pk")).order_by("-number")
    found = Message.objects.select_related("created_by").annotate(
        subject=Subquery(newest.values("subject")[:1]),
        number=Subquery(newest.values("number")[:1]),
        written_at=Subquery(newest.values("created_at")[:1]),
        last_sent_at=Subquery(
            Sendout.objects.filter(version__message=OuterRef("pk"), kind=Sendout.Kind.GROUP)
            .order_by("-pk")
            .values("created_at")[:1]
        ),
    )
    text = form.cleaned_data["q"]
    return found.filter(name__icontains=text) | found.filter(subject__icontains=text) if text else found


def _csv_rows(found: QuerySet[Any]) -> Iterator[tuple[object, ...]]:
    for message in found.order_by("-pk").iterator():
        written = message.written_at.isoformat(timespec="seconds")
        yield message.pk, message.name, message.subject, message.number, message.created_by, written


def new(request: OperatorRequest) -> HttpResponse:
    """The form for a new message."""
    form = MessageForm(request.POST or None)
    if version := _write(request, form, None):
        notes.success(request, "The message is saved.")
        return redirect("web:message", version.message_id)
    return render(request, "web/messages/edit.html", {"form": form, "picker": picker()})


def edit(request: OperatorRequest, pk: int) -> HttpResponse:
    """The form for the next version; it begins with the newest one, or with the one that `version` names."""
    message = _message(pk)
    base = _version(message, request.GET.get("version", ""))
    now = {"name": message.name, "subject": base.subject, "html": base.html, "text": base.text}
    form = MessageForm(request.POST or None, initial=now)
    form.fields["name"].disabled = True
    if version := _write(request, form, message):
        notes.success(
            request, f"Version {version.number} is saved. Sendouts of earlier versions stay as they are."
        )
        return redirect("web:message", message.pk)
    context = {"form": form, "picker": picker(), "message": message, "base": base}
    return render(request, "web/messages/edit.html", context)


def _write(request: OperatorRequest, form: MessageForm, message: Message | None) -> Version | None:
    """The version that was written; None if it couldn't be, which the field that is to blame then says."""
    if not form.is_valid():
        return None
    try:
        return write(**form.cleaned_data, by=request.user, message=message)
    except TidingsError as error:
        part = error.facts.get("part")
        form.add_error(part if isinstance(part, str) and part in form.fields else None, str(error))
        return None


def _message(pk: int) -> Message:
    found = Message.objects.select_related("created_by").filter(pk=pk).first()
    if found is None:
        raise NotFound(thing="message", ref=pk)
    return found


def _version(message: Message, number: str) -> Version:
    """The version of that number; the newest one without."""
    versions = message.versions.select_related("message", "created_by").order_by("-number")
    found = _numbered(versions, number) if number else versions.first()
    if found is None:
        raise NotFound(thing="version", ref=number or "of this message")
    return found


def _numbered(versions: QuerySet[Version], number: str) -> Version | None:
    is_number = number.isdecimal() and len(number) <= VERSION_DIGITS
    return versions.filter(number=int(number)).first() if is_number else None


@require_safe
def show(request: OperatorRequest, pk: int) -> HttpResponse:
    """One message: the preview, what to look at before sending, its versions and sendouts."""
    message = _message(pk)
    version = _version(message, request.GET.get("version", ""))
    panel = panel_for(version, request.GET)
    sent = Sendout.objects.filter(version__message=message).select_related("version__message")
    context = {
        "message": message,
        "version": version,
        "versions": message.versions.select_related("created_by").defer("html", "text").order_by("-number"),
        "panel": panel,
        "groups": offered_groups(),
        "findings": findings(version, panel.group),
        "last": sendout_rows(sent.order_by("-pk")[:LAST_SENDOUTS]),
    }
    return render(request, "web/messages/message.html", context)


@require_POST
def preview(request: OperatorRequest) -> HttpResponse:
    """The panel for a form that isn't saved yet."""
    form = MessageForm(request.POST)
    form.fields["subject"].required = False
    form.is_valid()
    given = {name: form.cleaned_data.get(name, "") for name in ("subject", "html", "text")}
    version = Version(message=Message(name=form.cleaned_data.get("name", "")), number=0, **given)
    return render(request, "web/messages/_panel.html", {"panel": panel_for(version, request.POST)})


@require_safe
def contacts_to_show(request: OperatorRequest) -> HttpResponse:
    """Options for the field that names the contact of a preview, while somebody types."""
    typed = request.GET.get("contact", "").replace("\x00", "").strip()
    found = search_contacts(typed).contacts[:CONTACTS_OFFERED] if typed else ()
    return render(request, "web/messages/_contacts.html", {"contacts": found})


@require_safe
def send(request: OperatorRequest, pk: int) -> HttpResponse:
    """Asks to which group the message goes."""
    message = _message(pk)
    return choose_group(
        request,
        heading=f"Send “{message.name}” to which group?",
        href=lambda group: reverse("web:sendout-review", args=[group.pk, message.pk]),
        channel=Group.Channel.EMAIL,
        to_send=True,
    )


urls = [
    page("messages/", listing, "messages"),
    page("messages.csv", listing_csv, "messages-csv"),
    page("messages/new/", new, "message-new"),
    page("messages/preview/", preview, "message-preview"),
    page("messages/preview/contacts/", contacts_to_show, "preview-contacts"),
    page("messages/<int:pk>/", show, "message"),
    page("messages/<int:pk>/edit/", edit, "message-edit"),
    page("messages/<int:pk>/send/", send, "message-send"),
]
