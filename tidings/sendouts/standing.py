"""Standing sendouts: the single sends of one version in one group are one, which stands open for a day at most.

It is compiled once, approved once, and accounts for all of them. When what it would send has changed, the next single
send opens another one; the one before takes nobody more and ends when everyone in it is settled.
"""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from tidings.accounts.models import User
from tidings.groups.errors import GroupArchived
from tidings.groups.models import Group
from tidings.groups.queries import hold_active
from tidings.journal.actions import record
from tidings.kernel import clock
from tidings.messaging.models import Version
from tidings.messaging.queries import demand_no_archived, demand_sendable
from tidings.sendouts import approval
from tidings.sendouts.checks import demand_sound
from tidings.sendouts.errors import SingleRejected, UnsuitableGroup
from tidings.sendouts.finish import move_on
from tidings.sendouts.models import Sendout
from tidings.sendouts.served import Part
from tidings.sendouts.snapshot import freeze

State = Sendout.State


def standing(group: Group, version: Version, *, by: User | None) -> Sendout:
    """The sendout that single sends of the version in the group join now; opened if there is none.

    Raises what keeps the version from being sent there, and `SingleRejected`.
    """
    wanted = Sendout(
        group=group,
        group_name=group.name,
        version=version,
        kind=Sendout.Kind.SINGLE,
        state=State.SENDING,
        to_mailbox=not settings.ENVIRONMENT.smtp_url,
        created_by=by,
    )
    wanted.standing_for = approval.fingerprint(wanted)
    _demand_suitable(group)
    found = Sendout.objects.defer("frozen").filter(standing_for=wanted.standing_for).first() or _open(wanted)
    if found.state == State.REJECTED:
        raise SingleRejected(subject=version.subject, group=group.name, why=found.state_reason)
    return found


def _open(wanted: Sendout) -> Sendout:
    demand_sendable(wanted.version)
    demand_no_archived(wanted.version)
    with transaction.atomic():
        _close_those_before(wanted)
        wanted.approved_fingerprint = _approval_before(wanted)
        is_missing = approval.is_missing(wanted)
        _freeze(wanted)
        if is_missing:
            wanted.frozen, wanted.started_at = {}, None  # frozen when it is approved
        made, is_new = Sendout.objects.get_or_create(
            standing_for=wanted.standing_for, defaults=_columns(wanted)
        )
        if is_new:
            facts = {"group": made.group_id, "version": made.version_id, "single": True}
            record("sendout.created", made.pk, by=made.created_by, **facts)
            if is_missing:
                approval.ask(made)
    return made


def _columns(wanted: Sendout) -> dict[str, object]:
    names = (
        "group",
        "group_name",
        "version",
        "kind",
        "state",
        "to_mailbox",
        "created_by",
        "frozen",
        "started_at",
    )
    return {name: getattr(wanted, name) for name in (*names, "approved_fingerprint")}


def _demand_suitable(group: Group) -> None:
    if group.archived_at:
        raise GroupArchived(group=group.name)
    if group.is_supergroup:
        raise UnsuitableGroup(
            why=f"“{group.name}” is a SuperGroup. Name one of its subgroups for a single send."
        )
    if group.channel != Group.Channel.EMAIL:
        raise UnsuitableGroup(why=f"Group “{group.name}” is for {group.channel}; this message is an e-mail.")


def _close_those_before(wanted: Sendout) -> None:
    before = Sendout.objects.filter(
        group=wanted.group, kind=Sendout.Kind.SINGLE, version__message=wanted.version.message_id
    )
    for sendout in before.exclude(standing_for="").exclude(standing_for=wanted.standing_for):
        close(sendout.pk)


def _approval_before(wanted: Sendout) -> str:
    """An approval holds for as long as the same is sent, also on the next day."""
    same = Sendout.objects.filter(
        group=wanted.group, kind=Sendout.Kind.SINGLE, approved_fingerprint=wanted.standing_for
    )
    return wanted.standing_for if same.exists() else ""


def _freeze(sendout: Sendout) -> None:
    """Keeps what its copies are made of, and looks whether they can be."""
    sendout.frozen = freeze(hold_active(sendout.group_id), sender_name="", sender_address="")
    sendout.frozen["purpose"] = sendout.version.message.purpose
    demand_sound(sendout.version, [Part(sendout.group, sendout.frozen)])
    sendout.started_at = clock.now()


def approve(sendout: Sendout) -> None:
    """Lets those go who joined while it awaited approval; belongs in the transaction of the approval."""
    _freeze(sendout)
    sendout.state = State.SENDING if sendout.standing_for else State.RETRYING
    sendout.save(update_fields=["frozen", "state", "started_at"])


def close(sendout_id: int) -> None:
    """Lets nobody more join. It ends when everyone in it is settled; one that awaits approval goes on waiting."""
    with transaction.atomic():
        Sendout.objects.filter(pk=sendout_id).update(standing_for="")
        if Sendout.objects.filter(pk=sendout_id, state=State.SENDING).update(state=State.RETRYING):
            move_on(sendout_id)


def close_those_of_yesterday(now: datetime) -> None:
    """A day's single sends are one sendout, so that none grows for ever. Paused ones wait for a person."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    standing = Sendout.objects.filter(kind=Sendout.Kind.SINGLE, state=State.SENDING, created_at__lt=today)
    for sendout in standing.exclude(standing_for=""):
        close(sendout.pk)
