"""Freezing the audience of a sendout that has its locks."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from tidings.journal.actions import record
from tidings.kernel import clock, sql
from tidings.locks import leases
from tidings.locks.models import Process
from tidings.messaging.models import Message
from tidings.selections.language import Compiled, compiled, parse
from tidings.sendouts import moments
from tidings.sendouts.judge import Reach, Target, reach
from tidings.sendouts.models import Batch, Portion, Sendout

statements = sql.load(__package__)


def expand(sendout_id: int) -> list[int]:
    """Makes the batches of a sendout in `preparing` and moves it on; returns the ids of the batches to deliver.

    Safe to run twice: the second time the sendout isn't `preparing` any more. An empty audience finishes at once.
    """
    with transaction.atomic():
        sendout = Sendout.objects.select_for_update().get(pk=sendout_id)
        if sendout.state != Sendout.State.PREPARING:
            return []
        sendout.waterfall = _freeze_audience(sendout)
        sendout.audience = sendout.waterfall["will_receive"]
        set_off(sendout)
        return list(Batch.objects.filter(sendout=sendout).order_by("number").values_list("id", flat=True))


def picked_by(sendout: Sendout) -> Compiled | None:
    """Whom the rule of a sendout picks now; None if it has none. Raises what is wrong with a rule that names something
    which is gone.
    """
    return compiled(parse(sendout.rule), group=sendout.group) if sendout.rule else None


def _freeze_audience(sendout: Sendout) -> dict[str, int]:
    target = _target(sendout)
    params: dict[str, object] = {
        "sendout": sendout.pk,
        "size": settings.ENVIRONMENT.batch_size,
        "is_one_per_subgroup": target.is_one_per_subgroup,
    }
    is_marketing = sendout.frozen.get("purpose", Message.Purpose.MARKETING) == Message.Purpose.MARKETING
    parts = {"batches": statements.batches}
    if sendout.local_time:
        parts = moments.BATCHES
        params |= moments.params(datetime.fromisoformat(sendout.local_time), clock.now())
    reached = reach(
        target,
        parts,
        params,
        picked=picked_by(sendout),
        is_marketing=is_marketing,
        is_limited=is_marketing and not sendout.to_mailbox,
    )
    _keep_waterfalls(sendout, reached)
    return reached.steps


def _target(sendout: Sendout) -> Target:
    """Where it goes, as it was when it began."""
    portions = tuple(sendout.portions.order_by("position").values_list("group_id", flat=True))
    if not portions:
        return Target(sendout.group_id, (sendout.group_id,))
    return Target(sendout.group_id, portions, is_supergroup=True, duplicates=sendout.frozen["duplicates"])


def _keep_waterfalls(sendout: Sendout, reached: Reach) -> None:
    portions = list(sendout.portions.all())
    for portion in portions:
        portion.waterfall = reached.by_group[portion.group_id]
    Portion.objects.bulk_update(portions, ["waterfall"])


def set_off(sendout: Sendout) -> None:
    """Moves a sendout whose batches are made from `preparing` on."""
    sendout.started_at = clock.now()
    sendout.state = Sendout.State.SENDING
    if not sendout.audience:
        sendout.state, sendout.ended_at = Sendout.State.FINISHED, sendout.started_at
        leases.end_if_begun(sendout.process_id, Process.State.FINISHED)
    sendout.save(update_fields=["audience", "waterfall", "started_at", "ended_at", "state"])
    record("sendout.started", sendout.pk, by=sendout.created_by, audience=sendout.audience)
