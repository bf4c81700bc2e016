"""The built-in mailbox: what was caught instead of going out."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from tidings.channels.mailbox.models import CaughtMessage
from tidings.kernel.errors import NotFound, Refused
from tidings.web.caught import read_mail
from tidings.web.forms import StyledForm
from tidings.web.paging import page_of
from tidings.web.request import OperatorRequest
from tidings.web.routing import page


class MailboxFilter(StyledForm):
    """Whose mail is looked for."""

    q = forms.CharField(
        label="Beginning of the recipient's address",
        required=False,
        widget=forms.TextInput(
            {"type": "search", "placeholder": "Beginning of the recipient's address", "data-search": ""}
        ),
    )


@require_safe
def listing(request: OperatorRequest) -> HttpResponse:
    """Caught mail, the newest first; htmx gets the table alone."""
    form = MailboxFilter(request.GET)
    if not form.is_valid():
        raise Refused(reason="This search can't be read. Open the mailbox again.")
    prefix = form.cleaned_data["q"]
    found = _mails().filter(recipient__istartswith=prefix) if prefix else _mails()
    context = {
        "form": form,
        "prefix": prefix,
        "page": page_of(found, ("-pk",), request.GET.get("page", "")),
        "kept": settings.ENVIRONMENT.mailbox_keeps,
        "is_in_use": not settings.ENVIRONMENT.smtp_url,
    }
    template = "web/mailbox/_results.html" if request.htmx else "web/mailbox/list.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _mails() -> QuerySet[CaughtMessage]:
    return CaughtMessage.objects.defer("data")


def _mail(pk: int) -> CaughtMessage:
    found = CaughtMessage.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound(thing="mail", ref=f"{pk} in the mailbox any more; it keeps the newest only")
    return found


@require_safe
def show(request: OperatorRequest, pk: int) -> HttpResponse:
    """One mail."""
    caught = _mail(pk)
    context = {
        "caught": caught,
        "mail": read_mail(bytes(caught.data)),
        "newer": _mails().filter(pk__gt=pk).order_by("pk").first(),
        "older": _mails().filter(pk__lt=pk).order_by("-pk").first(),
    }
    return render(request, "web/mailbox/mail.html", context)


@require_safe
def source(_request: OperatorRequest, pk: int) -> HttpResponse:
    """The mail as it came over the wire."""
    caught = _mail(pk)
    return HttpResponse(
        bytes(caught.data),
        content_type="message/rfc822",
        headers={"Content-Disposition": f'attachment; filename="mail-{caught.pk}.eml"'},
    )


@require_POST
def empty(request: OperatorRequest) -> HttpResponse:
    """Deletes everything."""
    gone, _ = CaughtMessage.objects.all().delete()
    messages.success(request, f"{gone:,} mails are deleted.")
    return redirect("web:mailbox")


urls = [
    page("mailbox/", listing, "mailbox"),
    page("mailbox/empty/", empty, "mailbox-empty"),
    page("mailbox/<int:pk>/", show, "mailbox-mail"),
    page("mailbox/<int:pk>/source.eml", source, "mailbox-source"),
]
