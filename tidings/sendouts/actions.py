"""What a person may command of a sendout."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from tidings.accounts.models import User
from tidings.contacts.actions import create_or_update
from tidings.contacts.models import Contact
from tidings.groups.errors import GroupArchived
from tidings.groups.models import Group
from tidings.groups.rules import group_address
from tidings.journal.actions import record
from tidings.kernel import clock, db, sql
from tidings.locks.models import Process
from tidings.memberships import letters
from tidings.memberships.queries import count_members
from tidings.messaging.models import Version
from tidings.messaging.queries import demand_sendable
from tidings.notices.actions import tell
from tidings.selections.choosing import Chosen
from tidings.selections.language import compiled
from tidings.sendouts import approval, pacing, rules, tasks
from tidings.sendouts.begin import begin
from tidings.sendouts.checks import demand_sound
from tidings.sendouts.errors import (
    MoveRefused,
    NeedsParameters,
    NoSubgroups,
    NotAwaitingApproval,
    NoTestRecipients,
    NothingToSend,
    UnsuitableGroup,
)
from tidings.sendouts.expand import set_off
from tidings.sendouts.finish import move_on
from tidings.sendouts.gather import is_any_waiting
from tidings.sendouts.models import Batch, Sendout
from tidings.sendouts.moments import forecast
from tidings.sendouts.parameters import parameters_of
from tidings.sendouts.served import Part, parts_of, shown_in
from tidings.sendouts.standing import approve

statements = sql.load(__package__)


def start(
    group: Group,
    version: Version,
    *,
    by: User | None,
    at: datetime | None = None,
    local_time: datetime | None = None,
    sender_name: str = "",
    sender_address: str = "",
    pace: Mapping[str, Any] | None = None,
    whom: Chosen | None = None,
) -> Sendout:
    """Sends a version to a group, or to those members whom a rule picks when it starts: now, or `at` a time. Raises
    `GroupLocked` if a process writes the group now.

    With `local_time`, which has no zone, each recipient gets it when the clock of their own zone shows that; it starts
    when the first of them does.

    To a SuperGroup it goes as a SuperMessage: to the members of its subgroups, each copy as that subgroup's. A sender
    that is given holds in all of them.

    `pace` is its speed and window instead of the group's, see `change_pace`. The message is compiled here once, so
    that what can't be sent is told before anything starts.
    """
    chosen = {"sender_name": sender_name, "sender_address": sender_address and group_address(sender_address)}
    sound = _check(group, version, chosen)
    with transaction.atomic():
        sendout = Sendout.objects.create(
            group=group,
            group_name=group.name,
            version=version,
            state=Sendout.State.SCHEDULED,
            scheduled_at=_first_moment(group, version, local_time, whom) if local_time else at,
            local_time=local_time.isoformat(timespec="minutes") if local_time else "",
            frozen=chosen,
            pace=pacing.checked(pace or {}),
            rule=whom.text if whom else "",
            selection=whom.selection if whom else None,
            to_mailbox=not settings.ENVIRONMENT.smtp_url,
            created_by=by,
        )
        facts = {"rule": sendout.rule} if whom else {}
        record("sendout.created", sendout.pk, by=by, group=group.pk, version=version.pk, **facts)
        _start_or_schedule(sendout, clock.now(), sound)
    return sendout


def _first_moment(group: Group, version: Version, clock_time: datetime, whom: Chosen | None) -> datetime:
    """When the first recipient gets it, as far as is known now."""
    now = clock.now()
    picked = compiled(whom.rule, group=group) if whom else None
    is_marketing = version.message.is_marketing
    found = forecast(group, clock_time, now, picked=picked, is_marketing=is_marketing)
    return max(now, found[0].at) if found else now


def start_test(
    group: Group,
    version: Version,
    *,
    by: User | None,
    shown_as: Contact | None = None,
    subgroup: int | str = "",
) -> Sendout:
    """Sends a version to the group's test recipients, marked as a test, with the values of `shown_as` if given.

    Those of a SuperGroup get it as one subgroup: that with the id or address `subgroup`, without it the first.
    Who isn't known yet becomes a contact in no group, so that a test is accounted for like any sendout.
    """
    _demand_suitable(group)
    part = shown_in(group, subgroup)
    addresses = group.all_settings.test_recipients.addresses
    if not addresses:
        raise NoTestRecipients(group=group.name)
    with transaction.atomic():
        people = dict.fromkeys(create_or_update(address, {}, by=by)[0].pk for address in addresses)
        sendout = Sendout.objects.create(
            group=group,
            group_name=group.name,
            version=version,
            kind=Sendout.Kind.TEST,
            shown_as=shown_as,
            state=Sendout.State.SCHEDULED,
            to_mailbox=not settings.ENVIRONMENT.smtp_url,
            created_by=by,
        )
        record("sendout.created", sendout.pk, by=by, group=group.pk, version=version.pk, test=True)
        begin(sendout, subgroup=part)
        batch = Batch.objects.create(
            sendout=sendout, group=part, number=1, contact_ids=list(people), size=len(people)
        )
        sendout.audience = batch.size
        set_off(sendout)
        tasks.queue_batches([batch.pk])
    return sendout


def _check(group: Group, version: Version, chosen: dict[str, str]) -> list[Part]:
    _demand_suitable(group)
    if names := parameters_of(version):
        raise NeedsParameters(names=", ".join(f"param.{name}" for name in names))
    parts = parts_of(group, sender_name=chosen["sender_name"], sender_address=chosen["sender_address"])
    if not parts:
        raise NoSubgroups(group=group.name)
    counts = count_members(part.group.pk for part in parts)
    if not any(count.active for count in counts.values()):
        raise NothingToSend(group=group.name)
    demand_sendable(version)
    demand_sound(version, parts)
    return parts


def _demand_suitable(group: Group) -> None:
    if group.archived_at:
        raise GroupArchived(group=group.name)
    if group.channel != Group.Channel.EMAIL:
        raise UnsuitableGroup(why=f"Group “{group.name}” is for {group.channel}; this message is an e-mail.")


def _start_or_schedule(sendout: Sendout, now: datetime, sound: Sequence[Part] = ()) -> None:
    if approval.is_missing(sendout):
        approval.ask(sendout)
    elif sendout.kind == Sendout.Kind.SINGLE:
        _let_go(sendout)
    elif sendout.scheduled_at and sendout.scheduled_at > now:
        sendout.state = Sendout.State.SCHEDULED
        sendout.save(update_fields=["state"])
        job = tasks.start_scheduled.configure(schedule_at=sendout.scheduled_at)
        job.defer(sendout_id=sendout.pk)
    else:
        begin(sendout, sound=sound)
        tasks.expand_audience.defer(sendout_id=sendout.pk)


def _let_go(sendout: Sendout) -> None:
    """Sends the single sends that waited for an approval."""
    approve(sendout)
    _queue_open_batches(sendout.pk)


def release(sendout_id: int, seen: str, *, by: User | None) -> Sendout:
    """Lets a sendout go that awaits approval, if it would send what was seen: its fingerprint then.

    It starts at its time, or at once; while its group is written it waits, and an hour late it asks again.
    """
    with transaction.atomic():
        sendout = _undecided(sendout_id)
        approval.demand_unchanged(sendout, seen)
        sendout.approved_fingerprint, sendout.state = seen, Sendout.State.SCHEDULED
        sendout.save(update_fields=["approved_fingerprint", "state"])
        record("sendout.approved", sendout_id, by=by)
        if sendout.kind == Sendout.Kind.SINGLE:
            _let_go(sendout)
        else:
            tasks.start_scheduled.configure(schedule_at=sendout.scheduled_at).defer(sendout_id=sendout_id)
    return sendout


def reject(sendout_id: int, reason: str, *, by: User | None) -> Sendout:
    """Ends a sendout that awaits approval, for good. Its message can be sent again once it is changed."""
    with transaction.atomic():
        sendout = _undecided(sendout_id)
        sendout.state, sendout.state_reason = Sendout.State.REJECTED, reason
        sendout.ended_at = clock.now()
        sendout.save(update_fields=["state", "state_reason", "ended_at"])
        record("sendout.rejected", sendout_id, by=by, reason=reason)
        if sendout.kind == Sendout.Kind.SINGLE:
            tasks.skip_the_rest.defer(sendout_id=sendout_id)
    return sendout


def _undecided(sendout_id: int) -> Sendout:
    """The sendout, held, so that of two who decide at once the second sees what the first decided."""
    found = Sendout.objects.select_for_update(of=("self",)).select_related("version__message", "group")
    sendout = found.get(pk=sendout_id)
    if sendout.state != Sendout.State.AWAITING_APPROVAL:
        raise NotAwaitingApproval(sendout=sendout_id, state=sendout.get_state_display().lower())
    return sendout


def pause(sendout: Sendout, *, by: User | None, reason: str = "") -> Sendout:
    """Stops handing over within a second or two. The sendout keeps its lock; nobody is lost."""
    with transaction.atomic():
        _move(sendout, Sendout.State.PAUSED, "paused", reason=reason)
        record("sendout.paused", sendout.pk, by=by, reason=reason)
        if by is None and reason:
            _tell_owner(sendout, reason)
    return sendout


def _tell_owner(sendout: Sendout, reason: str) -> None:
    """It paused by itself, so whoever looks after the group, and who started it, are told."""
    concerned = [user for user in (sendout.group.owner, sendout.created_by) if user is not None]
    subject = f"Paused: “{sendout.version.subject}” to {sendout.group_name}"
    tell(concerned, subject, reason, path=reverse("web:sendout", args=[sendout.pk]))


def resume(sendout: Sendout, *, by: User | None, now: datetime | None = None) -> Sendout:
    """Goes on where the pause left off: with the retries, with the rest, with waiting for its time, or with a start
    that came late.
    """
    with transaction.atomic():
        # Locked, so that of two who click at once the second sees what the first has done.
        sendout.refresh_from_db(from_queryset=Sendout.objects.select_for_update())
        if sendout.state != Sendout.State.PAUSED:
            raise _refusal(sendout, "resumed")
        if sendout.started_at is None:
            _start_or_schedule(sendout, now or clock.now())
        else:
            _go_on(sendout)
        record("sendout.resumed", sendout.pk, by=by)
    return sendout


def _go_on(sendout: Sendout) -> None:
    _move(sendout, _state_to_resume(sendout), "resumed")
    _queue_open_batches(sendout.pk)
    move_on(sendout.pk)  # the last batch may have ended during the pause
    sendout.refresh_from_db()


def _state_to_resume(sendout: Sendout) -> Sendout.State:
    """A sendout whose lock has ended was in its retries; one that more may join has none."""
    if sendout.standing_for:
        return Sendout.State.SENDING
    running = sendout.process is not None and sendout.process.state == Process.State.RUNNING
    return Sendout.State.SENDING if running else Sendout.State.RETRYING


def _queue_open_batches(sendout: int) -> None:
    """All of them: a job that is still queued may be taken, and find a pause, before this is committed."""
    if is_any_waiting(sendout):
        transaction.on_commit(partial(tasks.queue_singles, sendout))
    tasks.queue_batches(row["id"] for row in db.rows(statements.open_batches, {"sendout": sendout}))


def change_pace(sendout: Sendout, pace: Mapping[str, Any], *, by: User | None) -> Sendout:
    """Gives a sendout its own speed and window, within a second or two also while it runs.

    `pace` has names and values of the group's settings of sending, those of `pacing.CHOICES`; what it leaves out is
    the group's. Raises `BadPace`, and `MoveRefused` if the sendout has ended.
    """
    chosen = pacing.checked(pace)
    with transaction.atomic():
        sendout.refresh_from_db(from_queryset=Sendout.objects.select_for_update())
        if sendout.state in rules.FINAL:
            raise _refusal(sendout, "given another speed")
        before, sendout.pace = sendout.pace, chosen
        sendout.save(update_fields=["pace"])
        _go_on_at_new_pace([sendout.pk])
        record("sendout.pace_changed", sendout.pk, by=by, before=before, after=chosen)
    return sendout


def follow_settings(group_id: int, changed: Collection[str]) -> None:
    """Lets the running sendouts of a group follow its settings; called in the transaction that changed them."""
    if any(path.startswith("sending.") or path == "general.time_zone" for path in changed):
        _go_on_at_new_pace(pacing.running_in(group_id))


def _go_on_at_new_pace(sendouts: Collection[int]) -> None:
    pacing.forget_slots(sendouts)
    for sendout in sendouts:
        _queue_open_batches(sendout)


def cancel(sendout: Sendout, *, by: User | None) -> Sendout:
    """Cancels the rest: whoever isn't served yet is skipped. What was handed over stays handed over."""
    with transaction.atomic():
        _move(sendout, Sendout.State.CANCELLED, "cancelled")
        Sendout.objects.filter(pk=sendout.pk).exclude(standing_for="").update(standing_for="")
        record("sendout.cancel_asked", sendout.pk, by=by)
        tasks.skip_the_rest.defer(sendout_id=sendout.pk)
    return sendout


def _move(sendout: Sendout, target: Sendout.State, wish: str, *, reason: str = "") -> None:
    """A compare-and-set: of two people who click at once, one wins and the other is told."""
    movable = Sendout.objects.filter(pk=sendout.pk, state__in=rules.sources(target))
    moved = movable.update(state=target, state_reason=reason)
    sendout.refresh_from_db()
    if not moved:
        raise _refusal(sendout, wish)


def _refusal(sendout: Sendout, wish: str) -> MoveRefused:
    return MoveRefused(sendout=sendout.pk, state=sendout.get_state_display().lower(), wish=wish)


def requeue_batches_of(worker: str) -> None:
    """Puts the batches of a worker that is known to be dead back into the queue."""
    with transaction.atomic():
        tasks.queue_batches(row["id"] for row in db.rows(statements.release_worker, {"worker": worker}))


def requeue_letters_of(worker: str) -> None:
    """The same for its letters."""
    with transaction.atomic():
        tasks.queue_letters(letters.release(worker))
