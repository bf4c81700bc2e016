"""Asking for an approval, and deciding. The first decision wins."""

from django.db import transaction
from django.urls import reverse

from tidings.accounts.models import User
from tidings.journal.actions import record
from tidings.kernel import clock
from tidings.moderation.errors import Decided, NobodyMayApprove, NoComment, NotAnApprover, OwnSendout
from tidings.moderation.models import Request
from tidings.moderation.queries import approvers_of, path_of, wants_four_eyes
from tidings.notices import actions as notices
from tidings.sendouts import actions as sendouts
from tidings.sendouts.models import Sendout

COMMENT_CHARACTERS_AT_MOST = 2_000


def ask(sendout: Sendout) -> None:
    """Has the approvers of its group decide about a sendout; belongs in the transaction that lets it wait.

    Raises `NobodyMayApprove`.
    """
    author, group = sendout.created_by, sendout.group
    approvers = [user for user in approvers_of(group) if user != author or not wants_four_eyes(group)]
    if not approvers:
        raise NobodyMayApprove(group=group.name)
    request, is_new = Request.objects.get_or_create(
        sendout=sendout, state=Request.State.OPEN, defaults={"asked_by": author}
    )
    if is_new:
        record("approval.asked", request.pk, by=author, sendout=sendout.pk)
        _tell_approvers(request, approvers)


def _tell_approvers(request: Request, approvers: list[User]) -> None:
    sendout = request.sendout
    asker = str(request.asked_by or "The command line")
    body = (
        f"{asker} wants to send “{sendout.version.subject}” to the group “{sendout.group_name}”. "
        "Look at it, then approve or reject it. The first decision counts."
    )
    subject = f"Approval wanted: “{sendout.version.subject}” to {sendout.group_name}"
    notices.tell(approvers, subject, body, path=path_of(request))


def approve(request: Request, seen: str, *, by: User) -> Request:
    """Lets the sendout go, if it would still send what was `seen`: the fingerprint of what the approver looked at."""
    with transaction.atomic():
        _decide(request, Request.State.APPROVED, "", by=by)
        sendouts.release(request.sendout_id, seen, by=by)
    return request


def reject(request: Request, comment: str, *, by: User) -> Request:
    """Ends the sendout; its author is told why."""
    comment = comment.strip()[:COMMENT_CHARACTERS_AT_MOST]
    if not comment:
        raise NoComment
    with transaction.atomic():
        _decide(request, Request.State.REJECTED, comment, by=by)
        sendouts.reject(request.sendout_id, comment, by=by)
    return request


def _decide(request: Request, decision: Request.State, comment: str, *, by: User) -> None:
    """A compare-and-set: of two who click at once, one wins and the other is told who was first."""
    demand_right(request, by)
    open_one = Request.objects.filter(pk=request.pk, state=Request.State.OPEN)
    won = open_one.update(state=decision, comment=comment, decided_by=by, decided_at=clock.now())
    request.refresh_from_db()
    if not won:
        raise Decided(user=request.decided_by or "Somebody", decision=request.state)
    record(f"approval.{decision}", request.pk, by=by, sendout=request.sendout_id, comment=comment)
    _tell_author(request)


def demand_right(request: Request, user: User) -> None:
    """Raises `NotAnApprover` or `OwnSendout` if the user may not decide."""
    group = request.sendout.group
    if user not in approvers_of(group):
        raise NotAnApprover(user=user, group=group.name)
    if user.pk == request.asked_by_id and wants_four_eyes(group):
        raise OwnSendout(sendout=request.sendout_id, group=group.name)


def _tell_author(request: Request) -> None:
    if request.asked_by is None:
        return
    sendout = request.sendout
    subject = f"{request.get_state_display()}: “{sendout.version.subject}” to {sendout.group_name}"
    body = f"{request.decided_by} has {request.state} it." + (
        f"\n\n{request.comment}" if request.comment else ""
    )
    notices.tell([request.asked_by], subject, body, path=reverse("web:sendout", args=[sendout.pk]))
