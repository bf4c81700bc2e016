"""Approvals: what awaits one, and the page on which somebody decides."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from tidings.kernel.errors import Refused, TidingsError
from tidings.moderation import actions, queries
from tidings.moderation.models import Request
from tidings.selections.language import parse, write
from tidings.sendouts.approval import fingerprint
from tidings.sendouts.checks import findings
from tidings.sendouts.expand import picked_by
from tidings.sendouts.judge import waterfall
from tidings.sendouts.models import Sendout
from tidings.web.forms import StyledForm
from tidings.web.paging import page_of
from tidings.web.previews import panel_for
from tidings.web.request import OperatorRequest
from tidings.web.routing import page
from tidings.web.waterfall import steps_of

ORDER = ("-pk",)


class ApprovalFilter(StyledForm):
    """What the list is narrowed to."""

    state = forms.ChoiceField(
        choices=[("", "To be decided"), ("approved", "Approved"), ("rejected", "Rejected")], required=False
    )


class DecisionForm(StyledForm):
    """A decision, about what the page showed."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    comment = forms.CharField(
        label="Why not", required=False, max_length=2_000, widget=forms.Textarea({"rows": 3})
    )


def listing(request: OperatorRequest) -> HttpResponse:
    """What is to be decided, or what was."""
    form = ApprovalFilter(request.GET)
    if not form.is_valid():
        raise Refused(reason="The filter in this address can't be read. Open the approvals again.")
    state = form.cleaned_data["state"]
    found = queries.requests().filter(state=state) if state else queries.open_requests()
    shown = page_of(found, ORDER, request.GET.get("page", ""))
    return render(request, "web/approvals/list.html", {"form": form, "page": shown, "state": state})


def show(request: OperatorRequest, pk: int) -> HttpResponse:
    """What would be sent to whom, and the buttons that decide."""
    asked = queries.find(pk)
    return render(request, "web/approvals/approval.html", _facts(request, asked))


def _facts(request: OperatorRequest, asked: Request) -> dict[str, Any]:
    sendout = asked.sendout
    return {
        "asked": asked,
        "sendout": sendout,
        "form": DecisionForm(initial={"seen": fingerprint(sendout)}),
        "is_open": queries.open_requests().filter(pk=asked.pk).exists(),
        "hindrance": _hindrance(asked, request),
        "approvers": queries.approvers_of(asked.group),
        "rule": write(parse(sendout.rule)) if sendout.rule else "",
        "steps": steps_of(_audience(sendout)),
        "panel": panel_for(sendout.version, _in_group(request, sendout.group_id)),
        "findings": findings(sendout.version, sendout.group),
    }


def _audience(sendout: Sendout) -> dict[str, int]:
    is_marketing = sendout.version.message.is_marketing
    return waterfall(sendout.group_id, picked=picked_by(sendout), is_marketing=is_marketing)


def _in_group(request: OperatorRequest, group: int) -> QueryDict:
    asked = request.GET.copy()
    asked["group"] = str(group)
    return asked


def _hindrance(asked: Request, request: OperatorRequest) -> str:
    """Why the user who looks may not decide; empty if they may."""
    try:
        actions.demand_right(asked, request.user)
    except TidingsError as error:
        return str(error)
    return ""


@require_POST
def approve(request: OperatorRequest, pk: int) -> HttpResponse:
    """Lets the sendout go."""
    return _decide(request, pk, is_approved=True)


@require_POST
def reject(request: OperatorRequest, pk: int) -> HttpResponse:
    """Ends the sendout, with a comment."""
    return _decide(request, pk, is_approved=False)


def _decide(request: OperatorRequest, pk: int, *, is_approved: bool) -> HttpResponse:
    asked, form = queries.find(pk), DecisionForm(request.POST)
    if not form.is_valid():
        raise Refused(reason="This decision can't be read. Open the approval again.")
    try:
        if is_approved:
            actions.approve(asked, form.cleaned_data["seen"], by=request.user)
        else:
            actions.reject(asked, form.cleaned_data["comment"], by=request.user)
    except TidingsError as error:
        messages.error(request, str(error))
        return redirect("web:approval", pk)
    messages.success(request, _told(pk) if is_approved else "Rejected. Its author is told.")
    return redirect("web:approvals")


def _told(pk: int) -> str:
    if queries.find(pk).sendout.state == Sendout.State.AWAITING_APPROVAL:
        return "Approved. The sendout goes when the approvers of its other moderated groups agree."
    return "Approved. The sendout goes."


urls = [
    page("approvals/", listing, "approvals"),
    page("approvals/<int:pk>/", show, "approval"),
    page("approvals/<int:pk>/approve/", approve, "approval-approve"),
    page("approvals/<int:pk>/reject/", reject, "approval-reject"),
]
