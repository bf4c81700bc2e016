"""What the people of a group agreed to: the log of consent, the proofs of double opt-ins, the letters."""

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tidings.accounts.models import User
from tidings.contacts.models import Contact
from tidings.groups.queries import find
from tidings.kernel.errors import Refused
from tidings.memberships import history, letters
from tidings.memberships.models import Consent
from tidings.web.member_forms import LetterFilter, LogFilter
from tidings.web.paging import page_of
from tidings.web.request import OperatorRequest
from tidings.web.routing import page
from tidings.web.sheets import csv_response
from tidings.web.views.group import frame

PROOFS_AT_ONCE = 500
LOG_COLUMNS = ("at", "act", "contact", "contacts", "source", "by", "ip", "text", "request", "reason")
PROOF_COLUMNS = (
    "contact",
    "e-mail",
    "requested at",
    "requested from",
    "requested by",
    "request text",
    "message ids",
    "confirmed at",
    "confirmed from",
    "confirm text",
    "read",
)


@require_safe
def log(request: OperatorRequest, pk: int) -> HttpResponse:
    """The log of consent, the newest first."""
    group, form = find(pk), LogFilter(request.GET)
    if not form.is_valid():
        raise Refused(reason="This selection can't be read. Open the log of consent again.")
    act = form.cleaned_data["act"]
    shown = page_of(history.of_group(group, act=act), ("-pk",), request.GET.get("page", ""))
    people = Contact.objects.in_bulk({one.contact for one in shown.rows if one.contact})
    users = User.objects.in_bulk({one.by_id for one in shown.rows if one.by_id})
    rows = [(one, people.get(one.contact or 0), users.get(one.by_id or 0)) for one in shown.rows]
    context = {"form": form, "page": shown, "rows": rows, "act": act}
    return render(request, "web/group/consent.html", frame(group, "members") | context)


@require_safe
def log_csv(_request: OperatorRequest, pk: int) -> StreamingHttpResponse:
    """The whole log of a group as CSV."""
    group = find(pk)
    rows = (_line(one) for one in history.of_group(group).iterator(PROOFS_AT_ONCE))
    return csv_response(f"consent-{group.pk}.csv", LOG_COLUMNS, rows)


def _line(one: Consent) -> list[object]:
    people = len(one.contact_ids) if one.contact_ids is not None else 1
    return [
        one.at,
        one.act,
        one.contact,
        people,
        one.source,
        one.by_id,
        one.ip,
        one.text_id,
        one.request_id,
        one.reason,
    ]


@require_safe
def proofs_csv(_request: OperatorRequest, pk: int) -> StreamingHttpResponse:
    """The proofs of a group's double opt-ins as CSV."""
    group = find(pk)
    rows = (_proof(proof) for proof in history.all_proofs(group, size=PROOFS_AT_ONCE))
    return csv_response(f"double-opt-ins-{group.pk}.csv", PROOF_COLUMNS, rows)


def _proof(proof: history.Proof) -> list[object]:
    return [
        proof.contact,
        proof.email,
        proof.requested_at,
        proof.requested_from,
        proof.requested_by,
        proof.request_text,
        " ".join(proof.message_ids),
        proof.confirmed_at,
        proof.confirmed_from,
        proof.confirm_text,
        proof.read,
    ]


@require_safe
def letters_of_group(request: OperatorRequest, pk: int) -> HttpResponse:
    """The letters of a group: how many of each kind stand where, and each with its reason."""
    group, form = find(pk), LetterFilter(request.GET)
    if not form.is_valid():
        raise Refused(reason="This selection can't be read. Open the letters again.")
    state = form.cleaned_data["state"]
    shown = page_of(letters.of_group(group, state=state), ("-pk",), request.GET.get("page", ""))
    context = {"form": form, "page": shown, "state": state, "counts": letters.accounting(group.pk)}
    return render(request, "web/group/letters.html", frame(group, "members") | context)


@require_safe
def text(request: OperatorRequest, pk: int, number: int) -> HttpResponse:
    """A text as it was when somebody read it."""
    group = find(pk)
    context = frame(group, "members") | {"text": history.text(number)}
    return render(request, "web/group/consent_text.html", context)


urls = [
    page("groups/<int:pk>/members/consent/", log, "group-consent"),
    page("groups/<int:pk>/members/consent/csv/", log_csv, "group-consent-csv"),
    page("groups/<int:pk>/members/consent/proofs/csv/", proofs_csv, "group-proofs-csv"),
    page("groups/<int:pk>/members/consent/texts/<int:number>/", text, "group-consent-text"),
    page("groups/<int:pk>/members/letters/", letters_of_group, "group-letters"),
]
