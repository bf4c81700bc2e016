"""Asking for an approval, and deciding. The first decision wins."""

from django.db import transaction
from django.urls import reverse

from tidings.accounts.models import User
from tidings.groups.models import Group
from tidings.journal.actions import record
from tidings.kernel import clock
from tidings.kernel.errors import TidingsError
from tidings.moderation.errors import Decided, NobodyMayApprove, NoComment, NotAnApprover, OwnSendout
from tidings.moderation.models import Request
from tidings.moderation.queries import approvers_of, path_of, wants_four_eyes
from tidings.notices import actions as notices
from tidings.sendouts import actions as sendouts
from tidings.sendouts.approval import demand_unchanged, fingerprint, moderated
from tidings.sendouts.models import Sendout

COMMENT_CHARACTERS_AT_MOST = 2_000


def ask(sendout: Sendout) -> None:
    """Has the approvers of its group decide about a sendout, and of a SuperGroup's moderated subgroups theirs as well;
    belongs in the transaction that lets it wait. Raises `NobodyMayApprove`.
    """
    for group in lacking(sendout, fingerprint(sendout)):
        _ask_in(group, sendout)


def lacking(sendout: Sendout, seen: str) -> list[Group]:
    """The groups without whose approval of what was `seen` the sendout may not go."""
    approved = Request.objects.filter(sendout=sendout, state=Request.State.APPROVED, fingerprint=seen)
    agreed = set(approved.values_list("group_id", flat=True))
    return [group for group in moderated(sendout.group) if group.pk not in agreed]


def _ask_in(group: Group, sendout: Sendout) -> None:
    author = sendout.created_by
    approvers = [user for user in approvers_of(group) if user != author or not wants_four_eyes(group)]
    if not approvers:
        raise NobodyMayApprove(group=group.name)
    request, is_new = Request.objects.get_or_create(
        sendout=sendout, group=group, state=Request.State.OPEN, defaults={"asked_by": author}
    )
    if is_new:
        record("approval.asked", request.pk, by=author, sendout=sendout.pk, group=group.pk)
        _tell_approvers(request, approvers)


def _tell_approvers(request: Request, approvers: list[User]) -> None:
    sendout = request.sendout
    asker = str(request.asked_by or "The command line")
    body = (
        f"{asker} wants to send “{sendout.version.subject}” to the group “{sendout.group_name}”. "
        "Look at it, then approve or reject it. The first decision counts."
    )
    if request.group_id != sendout.group_id:
        body += f" You are asked because members of “{request.group.name}” would get it."
    subject = f"Approval wanted: “{sendout.version.subject}” to {sendout.group_name}"
    notices.tell(approvers, subject, body, path=path_of(request))


def approve(request: Request, seen: str, *, by: User) -> Request:
    """Lets the sendout go, if it would still send what was `seen`: the fingerprint of what the approver looked at.

    Of a SuperMessage this decides for all groups in which the user may; it goes when each of its moderated groups has
    agreed to the same.
    """
    with transaction.atomic():
        sendout = _held(request)
        _decide(request, Request.State.APPROVED, "", by=by, seen=seen)
        for other in Request.objects.filter(sendout=sendout, state=Request.State.OPEN).select_related(
            "group"
        ):
            if why_not(other, by) is None:
                _decide(other, Request.State.APPROVED, "", by=by, seen=seen)
        if lacking(sendout, seen):
            demand_unchanged(sendout, seen)
            ask(sendout)
        else:
            sendouts.release(sendout.pk, seen, by=by)
        _tell_author(request)
    return request


def reject(request: Request, comment: str, *, by: User) -> Request:
    """Ends the sendout; its author is told why."""
    comment = comment.strip()[:COMMENT_CHARACTERS_AT_MOST]
    if not comment:
        raise NoComment
    with transaction.atomic():
        _held(request)
        _decide(request, Request.State.REJECTED, comment, by=by)
        sendouts.reject(request.sendout_id, comment, by=by)
        _tell_author(request)
    return request


def _held(request: Request) -> Sendout:
    """Its sendout, so that one decides at a time about all its requests."""
    return Sendout.objects.select_for_update(of=("self",)).get(pk=request.sendout_id)


def _decide(request: Request, decision: Request.State, comment: str, *, by: User, seen: str = "") -> None:
    """A compare-and-set: of two who click at once, one wins and the other is told who was first."""
    demand_right(request, by)
    open_one = Request.objects.filter(pk=request.pk, state=Request.State.OPEN)
    won = open_one.update(
        state=decision, comment=comment, fingerprint=seen, decided_by=by, decided_at=clock.now()
    )
    request.refresh_from_db()
    if not won:
        raise Decided(user=request.decided_by or "Somebody", decision=request.state)
    record(f"approval.{decision}", request.pk, by=by, sendout=request.sendout_id, comment=comment)


def demand_right(request: Request, user: User) -> None:
    """Raises `NotAnApprover` or `OwnSendout` if the user may not decide."""
    if (hindrance := why_not(request, user)) is not None:
        raise hindrance


def why_not(request: Request, user: User) -> TidingsError | None:
    """What stands against a decision of the user's; None if nothing does."""
    group = request.group
    if user not in approvers_of(group):
        return NotAnApprover(user=user, group=group.name)
    if user.pk == request.asked_by_id and wants_four_eyes(group):
        return OwnSendout(sendout=request.sendout_id, group=group.name)
    return None


def _tell_author(request: Request) -> None:
    if request.asked_by is None:
        return
    sendout = request.sendout
    subject = f"{request.get_state_display()}: “{sendout.version.subject}” to {sendout.group_name}"
    body = f"{request.decided_by} has {request.state} it." + (
        f"\n\n{request.comment}" if request.comment else ""
    )
    notices.tell([request.asked_by], subject, body, path=reverse("web:sendout", args=[sendout.pk]))
